//! For how long the old token of a rotation is valid, as people write it. Until when that is, is said where it is drawn:
//! it depends on the time.

use jiff::{SignedDuration, Timestamp};

use crate::model::rotation;
use crate::tui::state::text::TextField;

#[derive(Debug, Clone)]
pub struct OverlapField {
    text: TextField,
    /// The end that is extended; absent where the overlap begins with the rotation.
    extends: Option<Timestamp>,
    /// When the key itself expires, and the old token with it.
    expires_at: Option<Timestamp>,
}

/// What an overlap comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverlapEnd {
    /// No overlap: the old token is refused immediately.
    Immediately,
    At(Timestamp),
    /// The key expires before.
    WithKey(Timestamp),
}

impl OverlapField {
    pub fn new(text: &str, extends: Option<Timestamp>, expires_at: Option<Timestamp>) -> Self {
        Self {
            text: TextField::new(text),
            extends,
            expires_at,
        }
    }

    pub fn text(&self) -> &TextField {
        &self.text
    }

    pub(super) fn text_mut(&mut self) -> &mut TextField {
        &mut self.text
    }

    /// In seconds; or why what was typed is no length of time.
    pub fn seconds(&self) -> Result<u32, String> {
        rotation::overlap(self.text.value())
    }

    /// When the old token ends, if it is saved now; nothing where that can't be told.
    pub fn end(&self, now: Timestamp) -> Option<OverlapEnd> {
        let seconds = self.seconds().ok()?;
        if seconds == 0 {
            return self.extends.is_none().then_some(OverlapEnd::Immediately);
        }
        let length = SignedDuration::from_secs(seconds.into());
        let end = self.extends.unwrap_or(now).saturating_add(length).ok()?;
        Some(match self.expires_at {
            Some(expires) if expires <= end => OverlapEnd::WithKey(expires),
            _ => OverlapEnd::At(end),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn an_overlap_ends_after_its_time_and_never_after_the_key() {
        let now = at("2026-11-18T11:10:00Z");
        let (end, key) = ("2026-11-19T08:00:00Z", "2026-11-19T10:00:00Z");
        for (typed, extends, expires, expected) in [
            (
                "24h",
                None,
                None,
                Some(OverlapEnd::At(at("2026-11-19T11:10:00Z"))),
            ),
            ("0", None, None, Some(OverlapEnd::Immediately)),
            ("24h", None, Some(key), Some(OverlapEnd::WithKey(at(key)))),
            (
                "1h",
                None,
                Some(key),
                Some(OverlapEnd::At(at("2026-11-18T12:10:00Z"))),
            ),
            (
                "1h",
                Some(end),
                Some(key),
                Some(OverlapEnd::At(at("2026-11-19T09:00:00Z"))),
            ),
            ("2h", Some(end), Some(key), Some(OverlapEnd::WithKey(at(key)))),
            ("0", Some(end), None, None),
            ("", None, None, None),
            ("31d", None, None, None),
        ] {
            let field = OverlapField::new(typed, extends.map(at), expires.map(at));
            assert_eq!(field.end(now), expected, "{typed} {extends:?} {expires:?}");
        }
    }
}
