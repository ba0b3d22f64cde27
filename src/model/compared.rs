//! How texts are compared that people may spell in several ways: names, email addresses, and what is looked
//! for in them. Texts that look alike are equal; this is the one place that defines what that means.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

const DOT_ABOVE: char = '\u{307}';

/// The form in which a text is stored: composed (NFC), and trimmed.
pub fn kept(text: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    composed.trim().to_owned()
}

/// In compatibility form (NFKC), in which full-width letters are letters.
pub fn compatible(text: &str) -> Cow<'_, str> {
    match text.is_ascii() {
        true => Cow::Borrowed(text),
        false => ComposingNormalizerBorrowed::new_nfkc().normalize(text),
    }
}

/// The form in which a text is compared, sorted and searched: compatibility form (NFKC) and full case folding, with
/// each run of white space as one space, and without what leaves no mark. It is idempotent.
pub fn compared(text: &str) -> String {
    if text.is_ascii() {
        return one_space(&text.to_ascii_lowercase());
    }
    let (fold, decompose) = (CaseMapper::new(), DecomposingNormalizerBorrowed::new_nfkd());
    let marks: String = text.chars().filter(|c| leaves_a_mark(*c)).collect();
    // Unicode's compatibility caseless match (D146): folding may make what decomposes, and the other way round.
    let mut text = DecomposingNormalizerBorrowed::new_nfd()
        .normalize(&marks)
        .into_owned();
    for _ in 0..2 {
        text = decompose.normalize(&fold.fold_string(&text)).into_owned();
    }
    let text = without_second_dots(&text);
    one_space(&ComposingNormalizerBorrowed::new_nfkc().normalize(&text))
}

/// Whether two texts are the same to people.
pub fn are_alike(one: &str, other: &str) -> bool {
    one == other || compared(one) == compared(other)
}

fn leaves_a_mark(c: char) -> bool {
    c.is_ascii() || !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// An i has a dot: with another one, as İ is folded, it looks the same. What is left out as invisible, and the
/// hyphen at which no line breaks, are dealt with here too, after decomposition has brought them out.
fn without_second_dots(text: &str) -> String {
    let mut before = None;
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().filter(|c| leaves_a_mark(*c)) {
        match c {
            DOT_ABOVE if matches!(before, Some('i' | 'j')) => continue,
            '\u{2010}' => plain.push('-'),
            _ => plain.push(c),
        }
        before = Some(c);
    }
    plain
}

fn one_space(text: &str) -> String {
    // The blank pattern of Braille is a space in all but its properties.
    let text = match text.contains('\u{2800}') {
        true => Cow::Owned(text.replace('\u{2800}', " ")),
        false => Cow::Borrowed(text),
    };
    let mut words = text.split_whitespace();
    let mut spaced = String::with_capacity(text.len());
    spaced.extend(words.next());
    for word in words {
        spaced.push(' ');
        spaced.push_str(word);
    }
    spaced
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each line has spellings of one name.
    const ALIKE: &[&[&str]] = &[
        &["Café Nord", "Cafe\u{301} Nord", "CAFÉ NORD", "cafe\u{301} nord"],
        &[
            "Shop Berlin",
            "Shop\u{a0}Berlin",
            "Shop\u{2003}Berlin",
            "Shop\u{3000}berlin",
            "shop \u{202f} berlin",
            "Shop\u{2800}Berlin",
        ],
        &["Straße", "STRASSE", "strasse", "Stra\u{1e9e}e"],
        &["İzmir", "i\u{307}zmir", "I\u{307}zmir", "izmir", "IZMIR"],
        &["ΟΔΟΣ", "οδος", "οδοσ"],
        &["oﬃce ﬁne", "office fine", "OFFICE FINE"],
        &["Ｋｉｏｓｋ　１", "Kiosk 1", "kiosk ①"],
        &["ｷｵｽｸ", "キオスク"],
        &["ﾊﾟﾘ", "パリ"],
        &[
            "Pay\u{200b}pal",
            "Pay\u{ad}pal",
            "Pay\u{2060}pal",
            "pay\u{202e}pal",
            "\u{feff}PAYPAL",
            "Pay\u{180e}pal",
        ],
        &["❤️ shop", "❤ shop", "\u{2764}\u{fe0e} SHOP"],
        &["A\u{2011}team", "a-team", "a\u{2010}team"],
        &["ǅ", "ǆ", "Ǆ", "dž", "d\u{17e}"],
        &["Å", "\u{212b}", "a\u{30a}"],
        &["한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"],
        &["\u{1f88}", "\u{1f80}", "\u{1f00}\u{3b9}"],
        &["q\u{307}\u{323}", "q\u{323}\u{307}"],
        &["ſtop", "stop"],
        &["№ 5", "no 5"],
        &["x\u{3164}y", "xy", "x\u{ffa0}y"],
    ];

    const DIFFERENT: &[[&str; 2]] = &[
        ["Cafe", "Café"],
        ["ı", "i"],
        ["Shop 1", "Shop1"],
        ["o", "ø"],
        ["ｷ", "ギ"],
        ["a_b", "a-b"],
        ["و", "ؤ"],
    ];

    #[test]
    fn what_looks_alike_is_the_same() {
        for spellings in ALIKE {
            for spelling in *spellings {
                assert_eq!(
                    compared(spelling),
                    compared(spellings[0]),
                    "{spelling:?} {spellings:?}"
                );
                assert!(are_alike(spelling, &kept(spellings[0])));
            }
        }
        for [one, other] in DIFFERENT {
            assert!(!are_alike(one, other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_kept_is_composed_and_otherwise_as_it_was_typed() {
        assert_eq!(kept(" Cafe\u{301} \u{a0}Nord\u{3000}"), "Café \u{a0}Nord");
        assert_eq!(kept("Straße ﬁ ①"), "Straße ﬁ ①");
    }

    proptest! {
        #[test]
        fn comparing_again_changes_nothing_and_no_spelling_matters(text in "\\PC{0,40}", odd in prop::collection::vec(any::<char>(), 0..12)) {
            let odd: String = odd.into_iter().collect();
            for text in [text, odd] {
                let once = compared(&text);
                prop_assert_eq!(&compared(&once), &once);
                prop_assert_eq!(&compared(&kept(&text)), &once);
                let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(&text).into_owned();
                prop_assert_eq!(&compared(&decomposed), &once);
                prop_assert_eq!(&compared(&format!(" {text}\u{a0}")), &once);
                prop_assert!(!once.starts_with(' ') && !once.ends_with(' ') && !once.contains("  "));
            }
        }
    }

    #[test]
    fn every_character_by_itself_is_compared_the_same_again() {
        // Behind these ranges, and between them, nothing is folded or decomposed but Hangul.
        let ranges = [
            '\0'..='\u{33ff}',
            '\u{a000}'..='\u{abff}',
            '\u{f900}'..='\u{1ffff}',
        ];
        for c in ranges.into_iter().flatten() {
            let once = compared(&c.to_string());
            assert_eq!(compared(&once), once, "U+{:04X}", c as u32);
            let (upper, lower): (String, String) = (c.to_uppercase().collect(), c.to_lowercase().collect());
            if c != 'ı' {
                assert_eq!(compared(&upper), once, "U+{:04X}", c as u32);
            }
            assert_eq!(compared(&lower), once, "U+{:04X}", c as u32);
        }
    }
}
