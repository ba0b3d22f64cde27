//! Cells of a column that are cut to the same text: what differs looks different.
//!
//! A text that is cut loses its end. Where that makes it look like another one, its middle is cut instead, and
//! where that doesn't help either, or two have the same name, the end of the id stands behind it. Only the rows
//! on the screen are compared: those are what a person picks among.

use std::collections::HashMap;

use uuid::Uuid;

use super::text;

/// Digits of an id: few, for they only part rows that look the same.
const TAG_DIGITS: usize = 4;

/// The texts of a column, each in at most `cells`.
pub fn fitted(texts: &[&str], cells: usize) -> Vec<String> {
    let mut fitted: Vec<String> = texts.iter().map(|text| text::fit(text, cells)).collect();
    let mut first: HashMap<&str, &str> = HashMap::new();
    let mut alike: Vec<&str> = Vec::new();
    for (text, cut) in texts.iter().zip(&fitted) {
        if first.insert(cut, text).is_some_and(|other| other != *text) {
            alike.push(cut);
        }
    }
    if alike.is_empty() {
        return fitted;
    }
    let cut_anew: Vec<bool> = fitted.iter().map(|cut| alike.contains(&cut.as_str())).collect();
    for ((cut, text), anew) in fitted.iter_mut().zip(texts).zip(cut_anew) {
        if anew {
            *cut = text::fit_both_ends(text, cells);
        }
    }
    fitted
}

/// Adds the end of its id to each name that another row has too, all that stands `beside` it being the same.
pub fn tag(names: &mut [String], beside: &[String], ids: &[Uuid], cells: usize) {
    let mut count: HashMap<(&str, &str), usize> = HashMap::new();
    for row in names.iter().zip(beside) {
        *count.entry((row.0, row.1)).or_default() += 1;
    }
    let alike: Vec<bool> = (names.iter().zip(beside))
        .map(|row| {
            count
                .get(&(row.0.as_str(), row.1.as_str()))
                .is_some_and(|&rows| rows > 1)
        })
        .collect();
    for ((name, id), _) in names.iter_mut().zip(ids).zip(alike).filter(|(_, alike)| *alike) {
        let id = id.simple().to_string();
        let tag = format!(" #{}", &id[id.len() - TAG_DIGITS..]);
        *name = text::fit(name, cells.saturating_sub(tag.len())) + &tag;
    }
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
            fitted(&names, 16),
            ["Partner i…(EU) 1", "Partner i…(EU) 2", "Kiosk of the no…"]
        );
        assert_eq!(fitted(&names[1..], 16), ["Partner integra…", "Kiosk of the no…"]);
        assert_eq!(fitted(&["abcdefgh", "abcdefgh"], 5), ["abcd…", "abcd…"]);
        // A name may end in an ellipsis of its own.
        assert_eq!(fitted(&["abcd…", "abcdefgh"], 5), ["abcd…", "abc…h"]);
    }

    #[test]
    fn what_looks_the_same_at_both_ends_has_its_id_behind_it() {
        let ids = [
            Uuid::from_u128(0x1a2b),
            Uuid::from_u128(0x3c4d),
            Uuid::from_u128(0x5e6f),
        ];
        let beside = ["A".to_owned(), "A".to_owned(), "B".to_owned()];
        let texts = ["one", "two", "six"].map(|number| format!("Partner of number {number}, integration"));
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut names = fitted(&texts, 12);
        assert_eq!(names, ["Partner…tion"; 3]);
        tag(&mut names, &beside, &ids, 12);
        assert_eq!(names, ["Partn… #1a2b", "Partn… #3c4d", "Partner…tion"]);
        for cells in 0..8 {
            tag(&mut fitted(&texts, cells), &beside, &ids, cells);
        }
    }
}
