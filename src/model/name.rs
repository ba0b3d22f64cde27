//! Names of keys and projects, and notes about them.

use super::{Scope, compared, pasted, shown};

/// The longest name, in characters.
pub const MAX_CHARS: usize = 100;
/// The most characters of a reason: why a key is disabled or revoked.
pub const MAX_REASON: usize = 500;

/// The name as it is stored: composed (NFC) and trimmed, 1 to 100 characters, no control characters, none of our secrets.
pub fn parse(text: &str) -> Result<String, String> {
    pasted::refuse(text)?;
    let name = compared::kept(text);
    if name.is_empty() {
        return Err("Give it a name of 1 to 100 characters.".into());
    }
    let length = name.chars().count();
    if length > MAX_CHARS {
        return Err(format!(
            "A name has at most 100 characters; this one has {length}."
        ));
    }
    if name.chars().any(char::is_control) {
        return Err("A name can't contain control characters such as line breaks or tabs.".into());
    }
    if !name.chars().any(shown::is_visible) {
        return Err("A name needs at least one visible character.".into());
    }
    Ok(name)
}

/// Why a key can't be called so. Lists don't show keys that have expired, which keep their names.
pub fn taken(scope: Scope) -> &'static str {
    match scope.has_project() {
        true => {
            "There is already a key with this name in the project, maybe an expired one; choose another name."
        }
        false => {
            "There is already an Analytics key with this name, maybe an expired one; choose another name."
        }
    }
}

/// A paragraph of plain text as it is stored: like a name, but longer, and optional.
pub fn paragraph(text: &str, most: usize) -> Result<Option<String>, String> {
    pasted::refuse(text)?;
    let kept = compared::kept(text);
    if kept.is_empty() {
        return Ok(None);
    }
    let length = kept.chars().count();
    if length > most {
        return Err(format!("It has at most {most} characters; this has {length}."));
    }
    if kept.chars().any(char::is_control) {
        return Err("It is one paragraph, without line breaks, tabs and other control characters.".into());
    }
    if !kept.chars().any(shown::is_visible) {
        return Err("It needs at least one visible character.".into());
    }
    Ok(Some(kept))
}

/// One of a list of short texts as it is stored: as a name, but shorter, and without the comma that separates it from others
/// where it is typed.
pub fn item(text: &str, most: usize) -> Result<String, String> {
    pasted::refuse(text)?;
    let kept = compared::kept(text);
    if kept.chars().any(char::is_control) {
        return Err("It can't contain control characters such as line breaks or tabs.".into());
    }
    let folded = compared::compared(&kept);
    if folded.contains(',') {
        return Err("It can't contain a comma.".into());
    }
    if folded.is_empty() || !kept.chars().any(shown::is_visible) {
        return Err(format!("It needs 1 to {most} characters, one of them visible."));
    }
    match kept.chars().count() {
        length if length > most => Err(format!("It has at most {most} characters; this has {length}.")),
        _ => Ok(kept),
    }
}

/// The name with a number appended, `Kiosk (2)`, for one that can't be distinguished from another.
pub fn numbered(name: &str, number: u64) -> String {
    let suffix = format!(" ({number})");
    let room = MAX_CHARS.saturating_sub(suffix.len());
    let start: String = name.chars().take(room).collect();
    format!("{}{suffix}", start.trim_end())
}

#[cfg(test)]
mod tests {
    use super::{MAX_CHARS, item, numbered, paragraph, parse};
    use crate::model::{Scope, Token, TokenKind};

    #[test]
    fn a_paragraph_is_plain_text_or_nothing() {
        assert_eq!(
            paragraph("  Cafe\u{301}, ask Mira. ", 20),
            Ok(Some("Café, ask Mira.".into()))
        );
        for nothing in ["", "   ", "\n"] {
            assert_eq!(paragraph(nothing, 20), Ok(None));
        }
        assert!(paragraph(&"é".repeat(20), 20).is_ok());
        let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        let secret = format!("its secret is {}", token.expose());
        for refused in [
            "a\nb",
            "a\tb",
            "a\u{1b}[31m",
            "\u{200b}",
            &"é".repeat(21),
            &secret,
        ] {
            assert!(paragraph(refused, 20).is_err(), "{refused:?}");
        }
        assert!(paragraph(&secret, 500).is_err_and(|why| !why.contains(token.expose())));
    }

    #[test]
    fn an_item_is_short_and_has_no_comma() {
        for (typed, kept) in [
            (" production ", "production"),
            ("Team A", "Team A"),
            ("Cafe\u{301}", "Café"),
            ("x", "x"),
            ("\"quoted\"", "\"quoted\""),
            ("label:x", "label:x"),
        ] {
            assert_eq!(item(typed, 40).as_deref(), Ok(kept), "{typed:?}");
        }
        assert!(item(&"é".repeat(40), 40).is_ok());
        let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        for refused in [
            "",
            "  ",
            "a,b",
            "a，b",
            "a\nb",
            "a\tb",
            "a\0",
            "a\u{1b}[31m",
            "\u{200b}",
            "\u{2800}",
            &"é".repeat(41),
            token.expose(),
        ] {
            assert!(item(refused, 40).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn a_numbered_name_is_a_name() {
        assert_eq!(numbered("Kiosk", 2), "Kiosk (2)");
        let long = numbered(&"é".repeat(MAX_CHARS), 12);
        assert_eq!(long.chars().count(), MAX_CHARS);
        assert!(long.ends_with("é (12)") && parse(&long).as_ref() == Ok(&long));
    }

    #[test]
    fn a_name_is_kept_composed() {
        assert_eq!(parse(" Cafe\u{301}"), Ok("Café".into()));
        assert_eq!(
            parse(&"e\u{301}".repeat(100)).map(|name| name.chars().count()),
            Ok(100)
        );
    }

    #[test]
    fn a_name_is_trimmed_and_bounded_in_characters() {
        assert_eq!(parse("  Checkout 🛒 "), Ok("Checkout 🛒".into()));
        assert_eq!(parse(&"é".repeat(100)).map(|n| n.len()), Ok(200));
        assert!(parse(&"é".repeat(101)).is_err());
        assert!(parse("   ").is_err());
        assert!(parse("a\nb").is_err());
        assert!(parse("\u{200b}\u{2060}").is_err());
        assert!(parse("a\u{1b}[31m").is_err());
    }
}
