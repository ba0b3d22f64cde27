//! The one place that makes external text safe to draw or print.
//!
//! What could move the cursor, reorder, hide or imitate is shown as its code point, `⟨U+202E⟩`, so
//! that two names that differ also look different. Emoji joiners and variation selectors between
//! visible characters stay, or names in many scripts would fall apart.

use std::borrow::Cow;
use std::fmt;

/// Text that can be drawn: no control, format, bidirectional, tag or invisible filler characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown<'a>(Cow<'a, str>);

impl<'a> Shown<'a> {
    pub fn new(text: &'a str) -> Self {
        if text.chars().any(|c| !c.is_ascii_graphic() && c != ' ') {
            Self(Cow::Owned(visible(text)))
        } else {
            Self(Cow::Borrowed(text))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0.into_owned()
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let joins = matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE0E}' | '\u{FE0F}');
        let kept = if joins {
            before.is_some_and(is_joinable)
                && (c >= '\u{FE00}' || chars.peek().is_some_and(|&n| is_joinable(n)))
        } else {
            !is_hazard(c)
        };
        if kept {
            out.push(c);
        } else {
            out.push_str(&format!("⟨U+{:04X}⟩", c as u32));
        }
        before = Some(c);
    }
    out
}

/// What a joiner may stand beside: anything visible that is not plain ASCII.
fn is_joinable(c: char) -> bool {
    (!c.is_ascii() && !is_hazard(c)) || matches!(c, '\u{FE0F}' | '#' | '*' | '0'..='9')
}

/// Whether a character leaves a mark of its own.
pub fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !is_hazard(c)
}

/// Characters of the categories Cc, Cf, Zl, Zp, Co and the blank fillers that terminals and widgets
/// let through.
fn is_hazard(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{0600}'..='\u{0605}' | '\u{061C}' | '\u{06DD}' | '\u{070F}'
            | '\u{0890}'..='\u{0891}' | '\u{08E2}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{E000}'..='\u{F8FF}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use super::Shown;

    fn shown(text: &str) -> String {
        Shown::new(text).into_string()
    }

    #[test]
    fn plain_and_foreign_names_stay_as_they_are() {
        for name in [
            "Checkout assistant",
            "キオスク 受付",
            "Помощник",
            "Café 🛒",
            "👩‍💻 desk",
            "❤️ shop",
            "می‌خواهم",
        ] {
            assert_eq!(shown(name), name);
        }
    }

    #[test]
    fn what_could_deceive_is_spelled_out() {
        assert_eq!(shown("a\u{1b}[31mb"), "a⟨U+001B⟩[31mb");
        assert_eq!(shown("pay\u{202e}lap"), "pay⟨U+202E⟩lap");
        assert_eq!(shown("a\u{200b}b\u{feff}"), "a⟨U+200B⟩b⟨U+FEFF⟩");
        assert_eq!(shown("a\u{200d}b"), "a⟨U+200D⟩b");
        assert_eq!(shown("\u{e0041}x\u{2028}\u{115f}"), "⟨U+E0041⟩x⟨U+2028⟩⟨U+115F⟩");
        assert_eq!(shown("line\nbreak\u{9b}1m"), "line⟨U+000A⟩break⟨U+009B⟩1m");
    }
}
