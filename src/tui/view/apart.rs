//! Cells of a column that are cut to the same text: what differs looks different.
//!
//! A text that is cut loses its end. Where that makes it look like another one, its middle is cut instead, and
//! where that doesn't help either, or two have the same name, the end of the id follows it. Only the rows
//! on the screen are compared: those are what a person picks among.

use std::collections::HashMap;

use uuid::Uuid;

use super::text;

/// Digits of an id: few, for they only part rows that look the same.
const TAG_DIGITS: usize = 4;

/// The texts of a column, each in at most as many cells as it has.
pub fn fitted(texts: &[&str], cells: &[usize]) -> Vec<String> {
    let cut = texts
        .iter()
        .zip(cells)
        .map(|(text, cells)| text::fit(text, *cells));
    let mut fitted: Vec<String> = cut.collect();
    let mut first: HashMap<&str, &str> = HashMap::new();
    let mut alike: Vec<&str> = Vec::new();
    for (text, cut) in texts.iter().zip(&fitted) {
        if first.insert(cut, text).is_some_and(|other| other != *text) {
            alike.push(cut);
        }
    }
    let cut_again: Vec<bool> = fitted
        .iter()
        .enumerate()
        .map(|(at, cut)| alike.contains(&cut.as_str()) || begins_as_another(at, texts, &fitted))
        .collect();
    for (((cut, text), cells), again) in fitted.iter_mut().zip(texts).zip(cells).zip(cut_again) {
        if again {
            *cut = text::fit_both_ends(text, *cells);
        }
    }
    fitted
}

/// Whether what is left of a text and of another one begins in the same way: one has more room than the other.
fn begins_as_another(at: usize, texts: &[&str], fitted: &[String]) -> bool {
    let is_cut = |at: usize| fitted[at] != texts[at];
    let rest = |at: usize| fitted[at].trim_end_matches('…');
    let begins_alike = |other: &usize| {
        let is_other = *other != at && texts[*other] != texts[at] && is_cut(*other);
        is_other && (rest(*other).starts_with(rest(at)) || rest(at).starts_with(rest(*other)))
    };
    is_cut(at) && (0..fitted.len()).any(|other| begins_alike(&other))
}

/// A row, of which a name is shown.
pub struct Labelled<'a> {
    pub name: &'a str,
    /// The name as it fits.
    pub fitted: &'a str,
    /// What tells it from others of its name, too.
    pub beside: &'a str,
    pub id: Uuid,
    /// What the name has.
    pub cells: usize,
}

/// Each row's name in its cells, with the end of its id where another row shows the same.
pub fn tagged(rows: &[Labelled]) -> Vec<String> {
    let mut alike: HashMap<(&str, &str), usize> = HashMap::new();
    for row in rows {
        *alike.entry((row.fitted, row.beside)).or_default() += 1;
    }
    let tagged = rows.iter().map(|row| match alike.get(&(row.fitted, row.beside)) {
        Some(2..) => {
            let id = row.id.simple().to_string();
            let tag = format!(" #{}", &id[id.len() - TAG_DIGITS..]);
            text::fit(row.name, row.cells.saturating_sub(tag.len())) + &tag
        }
        _ => row.fitted.to_owned(),
    });
    tagged.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_look_the_same_is_cut_in_its_middle() {
        let names = [
            "Partner integration (EU) 1",
            "Partner integration (EU) 2",
            "Kiosk of the north",
        ];
        assert_eq!(
            fitted(&names, &[16; 3]),
            ["Partner i…(EU) 1", "Partner i…(EU) 2", "Kiosk of the no…"]
        );
        assert_eq!(
            fitted(&names[1..], &[16; 2]),
            ["Partner integra…", "Kiosk of the no…"]
        );
        assert_eq!(fitted(&["abcdefgh", "abcdefgh"], &[5, 5]), ["abcd…", "abcd…"]);
        // One of them has a tag beside it.
        assert_eq!(
            fitted(&names, &[16, 12, 16]),
            ["Partner i…(EU) 1", "Partner…U) 2", "Kiosk of the no…"]
        );
        // A name may end in an ellipsis of its own.
        assert_eq!(fitted(&["abcd…", "abcdefgh"], &[5, 5]), ["abcd…", "abc…h"]);
    }

    #[test]
    fn what_looks_the_same_at_both_ends_has_its_id_behind_it() {
        let texts = ["one", "two", "six"].map(|number| format!("Partner of number {number}, integration"));
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let tagged_in = |cells| {
            let fitted = fitted(&texts, &[cells; 3]);
            let rows = [(0x1a2b, "A"), (0x3c4d, "A"), (0x5e6f, "B")];
            let rows = rows.into_iter().zip(&texts).zip(&fitted);
            let rows: Vec<Labelled> = rows
                .map(|(((id, beside), name), fitted)| Labelled {
                    name,
                    fitted,
                    beside,
                    id: Uuid::from_u128(id),
                    cells,
                })
                .collect();
            tagged(&rows)
        };
        assert_eq!(tagged_in(12), ["Partn… #1a2b", "Partn… #3c4d", "Partner…tion"]);
        assert_eq!(tagged_in(2).len(), 3);
    }
}
