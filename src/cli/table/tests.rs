use super::*;

const COLUMNS: [TableColumn; 5] = [
    TableColumn::name("NAME"),
    TableColumn::word("SCOPE"),
    TableColumn::text("PROJECT"),
    TableColumn::number("KEYS"),
    TableColumn::word("ID"),
];

const ID: &str = "01930000-0000-7000-8000-000000000000";

fn table(names: &[&str], width: Option<usize>) -> Vec<String> {
    let rows: Vec<Vec<Cell>> = names
        .iter()
        .zip([1, 200, 30].into_iter().cycle())
        .map(|(name, keys)| {
            let keys: i32 = keys;
            vec![
                Cell::from(*name),
                Cell::from("Analytics"),
                Cell::from("Storefront of the north"),
                Cell::from(keys.to_string()),
                Cell::from(ID),
            ]
        })
        .collect();
    lines(&COLUMNS, &rows, width)
}

const NAMES: [&str; 9] = [
    "a",
    "",
    "Checkout assistant of the storefront in Auckland, second try",
    "キオスク受付アシスタントキオスク受付アシスタント",
    "👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻",
    "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
    "\u{1b}]52;c;eA==\u{7}\u{9b}31m\u{202e}",
    "two\nlines\tand tabs",
    "می‌خواهم",
];

#[test]
fn every_line_fits_and_nothing_is_cut_while_cells_are_free() {
    for width in 1..=200 {
        let lines = table(&NAMES, Some(width));
        assert_eq!(lines.len(), NAMES.len() + 1);
        for line in &lines {
            assert!(line.width() <= width, "{width}: {line:?}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
        // A line that was cut shows its edge, and uses the room.
        let cut = lines.iter().filter(|line| !line.contains(ID)).skip(1);
        assert!(cut.clone().all(|line| line.ends_with('…')), "{lines:#?}");
        assert!(cut.into_iter().all(|line| line.width() == width), "{lines:#?}");
    }
}

#[test]
fn without_a_width_all_is_whole() {
    let lines = table(&NAMES, None);
    for (line, name) in lines[1..].iter().zip(NAMES) {
        assert!(line.starts_with(Shown::new(name).as_str()), "{line:?}");
        assert!(line.ends_with(ID) && line.contains("Storefront of the north"));
    }
}

#[test]
fn numbers_end_under_the_end_of_their_title() {
    let lines = table(&["a", "b", "c"], None);
    let end = lines[0].find("KEYS").expect("the title") + 4;
    for (line, number) in lines[1..].iter().zip(["1", "200", "30"]) {
        assert!(line[..end].ends_with(number), "{line}");
    }
}

#[test]
fn names_that_fit_are_whole_and_others_share_the_room() {
    let name = "Checkout assistant of the storefront";
    for (width, words) in [
        (116, [name, "Storefront of the north", ID]),
        (110, [name, "Storefront of th…", ID]),
        (100, ["Checkout assistant of the storef…", "Storefron…", ID]),
        (
            80,
            [
                "Checkout assistant of the…",
                "Storefront of the north",
                "01930000-…",
            ],
        ),
        (60, ["Checkout assistant …", "Storefront of the…", "…"]),
    ] {
        let lines = table(&[name], Some(width));
        for word in words {
            assert!(lines[1].contains(word), "{width} {word}: {}", lines[1]);
        }
    }
}

fn details(value: &str, width: Option<usize>) -> Vec<String> {
    let rows = [
        ("Name".to_owned(), Cell::from(value)),
        ("Disabled".to_owned(), Cell::from("no")),
    ];
    field_lines(&rows, width)
}

#[test]
fn fields_go_on_under_their_beginning_and_lose_nothing() {
    for value in NAMES {
        for width in 4..=120 {
            let lines = details(value, Some(width));
            for line in &lines {
                assert!(line.width() <= width || width < 10, "{width}: {lines:#?}");
            }
            let told: String = lines.concat().split_whitespace().collect();
            let whole: String = Shown::new(value).as_str().split_whitespace().collect();
            assert_eq!(told, format!("Name{whole}Disabledno"), "{width}");
        }
    }
    let lines = details("Ask Mira of the storefront before you change it", Some(30));
    let wanted = [
        "Name      Ask Mira of the",
        "          storefront before",
        "          you change it",
        "Disabled  no",
    ];
    assert_eq!(lines, wanted);
}
