//! Rotation: a key gets a new token, and the old one is valid for a while longer, the overlap.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;

/// The longest overlap, extensions included: 30 days.
pub const MAX_OVERLAP: u32 = 30 * DAY;

const DAY: u32 = 86_400;
const FORMS: &str = "Write a number and a unit, such as 24h, 30m or 7d; 0 for no overlap.";

/// Which of its key's tokens one is.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema
)]
#[derive(EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum WhichToken {
    /// The only one: the key is not being rotated.
    #[default]
    Current,
    /// The key is being rotated, and this is the token that stays.
    New,
    /// The key is being rotated, and this one is valid until the overlap ends.
    Old,
    /// It was replaced, and is never valid again.
    Replaced,
}

impl WhichToken {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// An overlap in seconds, as people write it.
pub fn overlap(text: &str) -> Result<u32, String> {
    let text = text.trim();
    if text == "0" {
        return Ok(0);
    }
    let unit = match text.chars().last().map(|unit| unit.to_ascii_lowercase()) {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => DAY,
        Some('w') => 7 * DAY,
        _ => return Err(FORMS.into()),
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FORMS.into());
    }
    let seconds = digits.parse::<u32>().ok().and_then(|n| n.checked_mul(unit));
    match seconds {
        Some(seconds) if seconds <= MAX_OVERLAP => Ok(seconds),
        _ => Err("The overlap of a rotation is 30 days at most.".into()),
    }
}

/// `24 h`, `90 min`, `2 d 12 h`: in the largest units that say it whole.
pub fn in_words(overlap: Duration) -> String {
    let mut rest = overlap.as_secs();
    let mut words = Vec::new();
    // A day is the 24 h that people give.
    let units = match rest > 48 * 3_600 {
        true => [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")].as_slice(),
        false => [(3_600, "h"), (60, "min"), (1, "s")].as_slice(),
    };
    for (seconds, unit) in units {
        if rest >= *seconds {
            words.push(format!("{} {unit}", rest / seconds));
            rest %= seconds;
        }
    }
    match words.is_empty() {
        true => "0 s".into(),
        false => words.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_overlap_that_people_give_is_so_many_seconds() {
        for (text, expected) in [
            ("0", 0),
            (" 0 ", 0),
            ("0h", 0),
            ("1s", 1),
            ("30m", 1_800),
            ("24h", 86_400),
            ("24H", 86_400),
            ("1d", 86_400),
            ("2w", 1_209_600),
            ("30d", MAX_OVERLAP),
            ("720h", MAX_OVERLAP),
            ("007d", 604_800),
        ] {
            assert_eq!(overlap(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_overlap_is_told_in_a_sentence() {
        for (text, part) in [
            ("", "24h"),
            ("24", "24h"),
            ("h", "24h"),
            ("-1h", "24h"),
            ("+1h", "24h"),
            ("1.5h", "24h"),
            ("1y", "24h"),
            ("1 h", "24h"),
            ("２４h", "24h"),
            ("1é", "24h"),
            ("never", "24h"),
            ("31d", "30 days"),
            ("721h", "30 days"),
            ("2592001s", "30 days"),
            ("4294967296s", "30 days"),
            ("99999999999999999999d", "30 days"),
        ] {
            let said = overlap(text).expect_err(text);
            assert!(said.contains(part), "{text}: {said}");
        }
    }

    #[test]
    fn an_overlap_is_told_in_words() {
        for (seconds, words) in [
            (0, "0 s"),
            (90, "1 min 30 s"),
            (5_400, "1 h 30 min"),
            (86_400, "24 h"),
            (172_800, "48 h"),
            (216_000, "2 d 12 h"),
            (2_592_000, "30 d"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }
}
