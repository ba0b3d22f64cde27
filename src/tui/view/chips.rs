//! Short texts in a row, each in brackets, so that they can be told apart without colours: `[production] [eu] +2`.

use super::text;
use crate::api::Key;
use crate::model::KeyField;
use crate::model::field::{Items, Widget};

/// What of a key is shown so.
pub fn of_key(key: &Key) -> Vec<String> {
    let settings = &key.settings;
    let is_shown = |field: &KeyField| match field.widget() {
        Widget::List { of, .. } => of != Items::Networks,
        _ => false,
    };
    let lists = KeyField::of(key.scope).filter(is_shown);
    lists
        .flat_map(|field| settings.value(field).list().unwrap_or_default())
        .collect()
}

/// As many as fit whole, and how many more there are; nothing where not one fits.
pub fn in_one_line(items: &[String], cells: usize) -> String {
    let chips: Vec<String> = items.iter().map(|item| chip(item)).collect();
    let fits = |shown: usize| {
        let more = match chips.len() - shown {
            0 => String::new(),
            more => format!(" +{more}"),
        };
        let line = chips[..shown].join(" ") + &more;
        (text::width(&line) <= cells).then_some(line)
    };
    (1..=chips.len()).rev().find_map(fits).unwrap_or_default()
}

/// All of them; one that is too long for a line goes on in the next.
pub fn in_lines(items: &[String], cells: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        let chip = chip(item);
        match lines.last_mut() {
            Some(line) if text::width(line) + 1 + text::width(&chip) <= cells => {
                line.push(' ');
                line.push_str(&chip);
            }
            _ => lines.extend(text::whole(&chip, cells)),
        }
    }
    lines
}

fn chip(item: &str) -> String {
    format!("[{}]", text::fit(item, usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(items: &[&str]) -> Vec<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    #[test]
    fn chips_are_whole_or_counted() {
        let labels = items(&["production", "eu", "キオスク"]);
        for (cells, shown) in [
            (40, "[production] [eu] [キオスク]"),
            (28, "[production] [eu] [キオスク]"),
            (27, "[production] [eu] +1"),
            (17, "[production] +2"),
            (14, ""),
            (0, ""),
        ] {
            assert_eq!(in_one_line(&labels, cells), shown, "{cells}");
        }
        assert_eq!(in_one_line(&[], 40), "");
        assert_eq!(in_lines(&labels, 18), ["[production] [eu]", "[キオスク]"]);
    }

    #[test]
    fn what_could_move_the_cursor_is_text() {
        let hostile = items(&["a\u{1b}[31m", "\u{202e}b"]);
        for line in in_lines(&hostile, 80)
            .into_iter()
            .chain([in_one_line(&hostile, 80)])
        {
            assert!(!line.contains(['\u{1b}', '\u{202e}']), "{line:?}");
        }
    }
}
