//! The tables of keys and filter words in the guide are those of the program. With `KEYDECK_WRITE_GUIDE=1` they are
//! written anew.

use std::collections::BTreeSet;
use std::path::Path;

use keydeck::model::filter::WORDS;
use keydeck::tui::keymap::{Action, Binding, Group, Keymap, Layer};
use strum::IntoEnumIterator;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/guide/dashboard.md");

/// Screens beside the table, with what the guide calls them.
const OTHERS: [(&str, Layer); 4] = [
    ("Ended keys", Layer::Ended),
    ("Projects", Layer::Projects),
    ("People", Layer::People),
    ("Activity", Layer::Activity),
];

fn row(binding: &Binding) -> String {
    let keys = binding.keys.iter().map(|key| format!("`{}`", key.label()));
    format!("| {} | {} |\n", keys.collect::<Vec<_>>().join(" "), binding.help)
}

fn table(rows: impl Iterator<Item = String>) -> String {
    format!("| Key | What it does |\n|---|---|\n{}", rows.collect::<String>())
}

/// Each table with its heading.
fn tables() -> Vec<(String, String)> {
    let keymap = Keymap::default();
    let mut of_keys = keymap.actions_of(Layer::Keys);
    // What the linear mode has is told in its own topic.
    of_keys.retain(|binding| binding.action != Action::SayAgain);
    let mut tables = Vec::new();
    for group in Group::iter().filter(|group| *group != Group::Dialog) {
        let of_group = of_keys.iter().filter(|binding| binding.action.group() == group);
        tables.push((group.title().to_owned(), table(of_group.map(row))));
    }
    let known: BTreeSet<String> = keymap.actions_of(Layer::Keys).iter().map(row).collect();
    for (title, layer) in OTHERS {
        let actions = keymap.actions_of(layer);
        let own = actions.iter().map(row).filter(|row| !known.contains(row));
        tables.push((title.to_owned(), table(own)));
    }
    let words = WORDS
        .iter()
        .map(|(word, about)| format!("| `{word}` | {about} |\n"));
    let words = format!(
        "| Word | Keys that are |\n|---|---|\n{}",
        words.collect::<String>()
    );
    tables.push(("Filter words".to_owned(), words));
    tables
}

/// The guide with the table under a heading as the program has it; nothing, where there is no such heading.
fn with_table(guide: &str, title: &str, table: &str) -> Option<String> {
    let heading = format!("\n### {title}\n\n");
    let begins = guide.find(&heading)? + heading.len();
    let old = guide[begins..].lines().take_while(|line| line.starts_with('|'));
    let old: usize = old.map(|line| line.len() + 1).sum();
    let after = guide[begins + old..].trim_start_matches('\n');
    Some(format!("{}{table}\n{after}", &guide[..begins]))
}

#[test]
fn its_tables_are_those_of_the_program() {
    let guide = std::fs::read_to_string(Path::new(GUIDE)).expect("there");
    let mut expected = guide.clone();
    for (title, table) in tables() {
        expected = with_table(&expected, &title, &table).unwrap_or_else(|| panic!("no heading {title}"));
    }
    if std::env::var_os("KEYDECK_WRITE_GUIDE").is_some() {
        std::fs::write(GUIDE, &expected).expect("written");
    } else {
        assert_eq!(guide, expected, "KEYDECK_WRITE_GUIDE=1 writes them anew");
    }
}

#[test]
fn every_key_of_the_prose_means_something() {
    let guide = std::fs::read_to_string(Path::new(GUIDE)).expect("there");
    let labels: BTreeSet<String> = Layer::iter()
        .flat_map(|layer| Keymap::default().actions_of(layer))
        .flat_map(|binding| binding.keys.iter().map(|key| key.label()).collect::<Vec<_>>())
        .collect();
    // What edits a text in a field, and signs that are shown.
    const OTHERS: [&str; 6] = ["Ctrl-D", "Alt", "Ctrl", "×", "●", "…"];
    let edits = |code: &str| {
        let held = ["Alt-", "Ctrl-"].iter().find_map(|held| code.strip_prefix(held));
        held.is_some_and(|rest| rest.chars().count() == 1 || rest == "Backspace")
    };
    let codes: Vec<&str> = guide.split('`').skip(1).step_by(2).collect();
    for code in codes
        .iter()
        .filter(|code| code.chars().count() == 1 || code.contains('-'))
    {
        let is_word = code.contains(' ')
            || code.contains(':')
            || code.starts_with("exceeds")
            || code.starts_with("never");
        let is_known = labels.contains(*code) || OTHERS.contains(code) || edits(code) || is_word;
        assert!(is_known || code.starts_with("allow-"), "`{code}` is no key");
    }
}
