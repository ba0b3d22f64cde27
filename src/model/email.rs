//! Email addresses: who a user is to other people. Only a message proves that one arrives, so the
//! rule here refuses what can't be an address and nothing more.

use super::pasted;

/// The longest address that mail carries (RFC 5321).
pub const MAX_CHARS: usize = 254;

/// The address as it is kept: trimmed, with one `@` between two parts without spaces.
pub fn parse(text: &str) -> Result<String, String> {
    pasted::refuse(text)?;
    let address = text.trim();
    let length = address.chars().count();
    if length > MAX_CHARS {
        return Err(format!(
            "An email address has at most 254 characters; this one has {length}."
        ));
    }
    let has_two_parts = address
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    if !has_two_parts || address.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("Give an email address such as mira@acme.example.".into());
    }
    Ok(address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_address_has_two_parts_and_no_spaces() {
        assert_eq!(parse(" mira@acme.example "), Ok("mira@acme.example".into()));
        let long = format!("{}@acme.example", "m".repeat(250));
        for text in [
            "",
            "mira",
            "@acme",
            "mira@",
            "a@b@c",
            "mi ra@acme",
            "a\n@b",
            &long,
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
