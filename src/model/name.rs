//! Names of keys and projects: what a person may call them.

use super::{pasted, shown};

/// The longest name, in characters.
pub const MAX_CHARS: usize = 100;

/// The name as it is kept: trimmed, 1 to 100 characters, no control characters, none of our secrets.
pub fn parse(text: &str) -> Result<String, String> {
    pasted::refuse(text)?;
    let name = text.trim();
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
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::parse;

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
