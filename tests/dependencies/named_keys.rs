//! Keys can be set, so no sentence of the dashboard names one by itself: it names the action in braces
//! (`Keymap::told`), and is shown with the key that the action has. Read from the texts in the sources.

use std::path::Path;

use super::shape::sources;

/// Where keys are declared and read.
const DECLARED: [&str; 2] = ["tui/keymap", "tui/terminal"];
/// What is typed into a field means the same everywhere, and can't be set.
const TYPED: [&str; 3] = [
    "In a list: {accept} adds a line, Ctrl-D removes one,",
    "Digits type the number of keys, Backspace takes one back.",
    "Space switches it",
];
const KEYS: [&str; 10] = [
    "Esc",
    "Enter",
    "Tab",
    "Shift-Tab",
    "Space",
    "Backspace",
    "PgUp",
    "PgDn",
    "Del",
    "Return",
];
/// What a sentence says of a key, where the key could be a word or a number.
const VERBS: [&str; 14] = [
    "shows",
    "goes",
    "opens",
    "tries",
    "asks",
    "copies",
    "marks",
    "clears",
    "quits",
    "closes",
    "takes",
    "comes",
    "drops",
    "refreshes",
];

/// The texts of a source, without its comments and its tests.
fn texts(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let (mut texts, mut chars) = (Vec::new(), source.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => drop(chars.by_ref().find(|c| *c == '\n')),
            // A character, and no lifetime.
            '\'' => match chars.next() {
                Some('\\') => drop(chars.by_ref().skip(1).find(|c| *c == '\'')),
                _ => drop(chars.next_if_eq(&'\'')),
            },
            '"' => {
                let mut text = String::new();
                while let Some(c) = chars.next().filter(|c| *c != '"') {
                    match (c, chars.peek()) {
                        ('\\', Some('\n')) => while chars.next_if(|c| c.is_whitespace()).is_some() {},
                        ('\\', _) => drop(chars.next()),
                        _ => text.push(c),
                    }
                }
                texts.push(text);
            }
            _ => {}
        }
    }
    texts
}

/// The first key that a sentence names.
fn named(sentence: &str) -> Option<&str> {
    let bare = |word: &'_ str| -> usize { word.len() - word.trim_start_matches(['(', '“', '·']).len() };
    let words: Vec<&str> = sentence
        .split_whitespace()
        .map(|word| word[bare(word)..].trim_end_matches([',', '.', ';', ':', ')', '”', '?']))
        .collect();
    let found = words.iter().enumerate().find(|(at, word)| {
        let next = words.get(at + 1).copied().unwrap_or_default();
        let is_amount = *at > 0 && words[at - 1].ends_with(|c: char| c.is_ascii_digit() || c == '}');
        let held = ["Ctrl-", "Alt-"].iter().any(|held| word.starts_with(held));
        let function = word.strip_prefix('F').is_some_and(|n| n.parse::<u8>().is_ok());
        let mut chars = word.chars();
        let is_letter = match (chars.next(), chars.next()) {
            (Some(c), None) => c.is_ascii_alphabetic() && !['a', 'A', 'I'].contains(&c) && !is_amount,
            _ => false,
        };
        let acts = word.chars().count() == 1 && VERBS.contains(&next);
        KEYS.contains(word) || held || function || is_letter || acts
    });
    found.map(|(_, word)| *word)
}

#[test]
fn no_sentence_of_the_dashboard_names_a_key_by_itself() {
    let (mut told, mut read) = (String::new(), 0);
    for (path, source) in sources() {
        let is_declared = DECLARED.iter().any(|of| path.starts_with(of));
        if !path.starts_with("tui") || is_declared || path.iter().any(|part| part == Path::new("tests.rs")) {
            continue;
        }
        let sentences = texts(&source)
            .into_iter()
            .filter(|text| text.trim().contains(' '));
        for sentence in sentences.filter(|sentence| !TYPED.contains(&sentence.as_str())) {
            read += 1;
            if let Some(key) = named(&sentence) {
                told += &format!("\n{}: {key}: “{sentence}”", path.display());
            }
        }
    }
    // Those of the bindings name actions, too.
    for (path, source) in sources()
        .into_iter()
        .filter(|(path, _)| path.starts_with("tui/keymap/bindings"))
    {
        for help in texts(&source).iter().filter(|text| text.contains(' ')) {
            if let Some(key) = named(help) {
                told += &format!("\n{}: {key}: “{help}”", path.display());
            }
        }
    }
    assert!(read > 500, "{read} sentences were read");
    assert!(told.is_empty(), "name the action in braces:{told}");
}

#[test]
fn a_key_in_a_sentence_is_recognised() {
    let source = r#"
        // "q quits"
        const A: &str = "r asks \
            again"; let c = '"'; let d = '\''; fn of<'a>(x: &'a str) {}
        const B: &str = "quoted \" q";
        #[cfg(test)]
mod tests { const C: &str = "x y"; }"#;
    assert_eq!(texts(source), ["r asks again", "quoted  q"]);
    for (sentence, key) in [
        ("Not up to date. r asks again.", Some("r")),
        ("look at it with t.", Some("t")),
        ("a shows all", Some("a")),
        ("Esc goes back to the keys.", Some("Esc")),
        ("Enter tries again.", Some("Enter")),
        ("then Ctrl-S, or F2", Some("Ctrl-S")),
        ("0 shows all scopes", Some("0")),
        ("* marks all", Some("*")),
        ("{refresh} asks again", None),
        ("A key in 24 h, {left} s", None),
        ("{} d and a half", None),
        ("1 key of 7 days", None),
    ] {
        assert_eq!(named(sentence), key, "{sentence}");
    }
}
