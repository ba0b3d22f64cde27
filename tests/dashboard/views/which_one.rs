//! Whatever confirms or picks says which one it is about: names are whole at every size, whatever they are made of,
//! and what tells two of nearly the same name apart stands beside them.

use keydeck::api::{Key, Project, ProjectMay, ProjectRef};
use keydeck::model::{Role, Scope};
use keydeck::tui::message::Message;
use keydeck::tui::view::text;
use unicode_segmentation::UnicodeSegmentation;
use uuid::Uuid;

use crate::common::draw::*;
use crate::common::people::{holding, person};
use crate::common::talk::*;

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (63, 17)];

/// Of 100 characters, which differ in the last one.
pub fn twins() -> Vec<[String; 2]> {
    let of = |same: &str| {
        let same: String = same.chars().cycle().take(99).collect();
        [format!("{same}1"), format!("{same}2")]
    };
    vec![
        of("Checkout assistant of the storefront "),
        of("Checkoutassistantwithoutaspace"),
        of("キオスク受付アシスタント"),
        of("a  b   c"),
        of("e\u{301}"),
        of("pay\u{202e}lap\u{200b}"),
        of("👩‍💻"),
    ]
}

fn named(name: &str) -> Vec<Key> {
    let mut key = key(0, name, Scope::Web);
    key.project = Some(ProjectRef {
        id: Uuid::from_u128(50),
        name: name.into(),
        deployed: true,
    });
    vec![key]
}

/// The lines inside the box with this title.
fn inside(talk: &Talk, title: &str) -> Vec<String> {
    let screen = drawn(talk);
    let cells = |row: &str| -> Vec<String> {
        let graphemes = row.graphemes(true);
        let cells = graphemes.flat_map(|grapheme| {
            let wide = text::width(grapheme).saturating_sub(1);
            std::iter::once(grapheme.to_owned()).chain(std::iter::repeat_n(String::new(), wide))
        });
        cells.collect()
    };
    let rows: Vec<Vec<String>> = screen.lines().map(|line| cells(line.trim_matches('"'))).collect();
    let head: Vec<String> = format!("╭ {title} ").chars().map(String::from).collect();
    let corner = rows.iter().enumerate().find_map(|(y, row)| {
        let left = row.windows(head.len()).position(|cells| cells == head)?;
        Some((y, left))
    });
    let (top, left) = corner.unwrap_or_else(|| panic!("no {title}: {screen}"));
    let width = rows[top][left..]
        .iter()
        .position(|cell| cell == "╮")
        .expect("its right");
    rows[top + 1..]
        .iter()
        .take_while(|row| row[left] == "│")
        .map(|row| row[left + 2..left + width - 1].concat())
        .collect()
}

/// Everything that a dialog says, scrolled through; its buttons are in sight all the time.
fn read(talk: &mut Talk, title: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let lines = inside(talk, title);
        let button = lines.iter().any(|line| line.contains("Cancel"));
        assert!(button, "{title}: {lines:#?}");
        if all.ends_with(&lines) {
            return all;
        }
        all.extend(lines);
        talk.press("<PgDn>");
    }
}

fn has_all(read: &[String], lines: &[String], of: &str) {
    for line in lines {
        let is_there = read.iter().any(|read| read.contains(line.trim_end()));
        assert!(is_there, "{of}: no {line:?} in {read:#?}");
    }
}

fn inner_width((width, _): (u16, u16), most: u16) -> usize {
    let width = usize::from(width.min(most + 2));
    width - if width < 50 { 4 } else { 6 }
}

#[test]
fn the_dialog_that_revokes_says_which_key() {
    for size in SIZES {
        for name in twins().concat() {
            let mut talk = Talk::sized(size.0, size.1, named(&name));
            talk.press("d");
            let read = read(&mut talk, "Revoke this key?");
            has_all(&read, &text::whole(&name, inner_width(size, 66)), "the name");
            has_all(
                &read,
                &["kdw_…x9Qz".into(), Uuid::from_u128(1_000).to_string()],
                "which",
            );
            has_all(&read, &["can't be undone".into()], "what it does");
        }
    }
}

#[test]
fn questions_say_which_project_and_which_person() {
    for size in SIZES {
        for name in twins().concat() {
            let mut talk = Talk::sized(size.0, size.1, named("Kiosk"));
            talk.press("P");
            let may = ProjectMay {
                edit: true,
                session_server: true,
            };
            let found = Project {
                may,
                ..project(52, &name)
            };
            talk.answer_list_of_projects(Ok(vec![found]));
            talk.press("d");
            let sentence = match talk.app.over.last() {
                Some(keydeck::tui::dialogs::Modal::Question(question)) => question.text.clone(),
                other => panic!("no question: {other:?}"),
            };
            let read = read(&mut talk, "Are you sure?");
            let lines = text::wrap(&sentence, inner_width(size, 56));
            has_all(&read, &[format!("id {}", Uuid::from_u128(52))], "which");
            has_all(&read, &lines, "the question");
        }
    }
}

#[test]
fn who_is_removed_and_who_gets_the_keys_is_said_whole() {
    let address = |last: &str| {
        format!(
            "{}.{last}@acme.example",
            "somebody-with-a-very-long-address".repeat(3)
        )
    };
    for size in SIZES {
        let people = vec![
            person(3, &address("one"), Role::Editor, 2),
            person(4, &address("two"), Role::Editor, 0),
        ];
        let mut talk = Talk::sized(size.0, size.1, some_keys(3));
        talk.press("U").answer_people(Ok(people.clone()));
        talk.press("d");
        let mut keys = holding(2, 2);
        for (key, name) in keys.keys.iter_mut().zip(&twins()[0]) {
            key.name = name.clone();
        }
        talk.answer_holding(Ok(keys));
        let shown = read(&mut talk, "Remove this person?");
        has_all(
            &shown,
            &text::whole(&address("one"), inner_width(size, 76)),
            "who",
        );
        talk.press("<Tab><Enter>").answer_successors(people.clone());
        let picked = inside(&talk, "Hand over to")
            .concat()
            .replace(' ', "")
            .replace("Editor", "");
        assert!(picked.contains(&address("two")), "{picked}");
        talk.press("<Enter>");
        let asked = inside(&talk, "Are you sure?").concat().replace(' ', "");
        assert!(
            asked.contains(&address("one")) && asked.contains(&address("two")),
            "{asked}"
        );
    }
    let mut talk = Talk::sized(120, 36, some_keys(3));
    talk.press("U")
        .answer_people(Ok(vec![person(3, "jo@acme.example", Role::Editor, 2)]));
    talk.press("d");
    let mut keys = holding(2, 2);
    for (key, name) in keys.keys.iter_mut().zip(&twins()[0]) {
        key.name = name.clone();
    }
    talk.answer_holding(Ok(keys));
    let screen = inside(&talk, "Remove this person?").join("\n");
    assert_eq!(screen.matches("kdw_…x9Qz").count(), 2, "{screen}");
    assert!(screen.contains('1') && screen.contains('2'));
}

#[test]
fn a_conflict_says_which_key() {
    for size in SIZES {
        for name in twins()[..3].concat() {
            let keys = named(&name);
            let mut talk = Talk::sized(size.0, size.1, keys.clone());
            talk.press("e<BS>x<C-s>");
            let mut theirs = keys[0].clone();
            theirs.name = format!("{name}, theirs").chars().skip(9).collect();
            let mut changed = problem(keydeck::api::ProblemType::Changed, 412, "Someone changed it.");
            changed.current = Some(Box::new(theirs));
            talk.tell(Message::Edited {
                id: keys[0].id,
                result: Err(keydeck::client::Error::Refused(Box::new(changed))),
            });
            let lines = inside(&talk, "Changed by someone else");
            has_all(&lines, &text::whole(&name, inner_width(size, 92)), "the name");
            has_all(&lines, &["kdw_…x9Qz".into()], "which");
        }
    }
}

#[test]
fn a_picked_project_is_told_from_its_twin() {
    for size in SIZES {
        for [one, two] in &twins()[..3] {
            let mut talk = Talk::sized(size.0, size.1, some_keys(3));
            talk.press("nA<Tab>c");
            talk.answer_projects("c", vec![project(50, one), project(51, two)]);
            let lines = inside(&talk, "Create a key");
            has_all(&lines, &text::whole(one, inner_width(size, 76) - 16), "the first");
        }
    }
}

#[test]
fn what_was_done_is_told_with_the_whole_name() {
    for size in SIZES {
        for [name, _] in &twins()[..3] {
            let mut talk = Talk::sized(size.0, size.1, named(name));
            talk.revoke(0);
            // What became of it is left.
            talk.press("<Esc>");
            let screen = drawn(&talk);
            let told = text::wrap(talk.notice(), usize::from(size.0) - 8);
            let all: Vec<String> = screen.lines().map(str::to_owned).collect();
            let told: Vec<String> = told.into_iter().map(|line| line.replace(' ', "")).collect();
            let all: Vec<String> = all.into_iter().map(|line| line.replace(' ', "")).collect();
            has_all(&all, &told, "the notice");
        }
    }
}
