//! Email addresses. Only sending a message proves that an address works, so the rule here refuses only
//! what can't be an address.

use super::{compared, pasted, shown};

/// The longest address that mail carries (RFC 5321).
pub const MAX_CHARS: usize = 254;

/// The address as it is stored: composed (NFC) and trimmed, with one `@` between two parts without spaces.
pub fn parse(text: &str) -> Result<String, String> {
    pasted::refuse(text)?;
    let address = compared::kept(text);
    let length = address.chars().count();
    if length > MAX_CHARS {
        return Err(format!(
            "An email address has at most 254 characters; this one has {length}."
        ));
    }
    let has_two_parts = address
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    if !has_two_parts || !address.chars().all(shown::is_visible) {
        return Err("Give an email address such as mira@acme.example.".into());
    }
    Ok(address)
}

/// The address with a number appended to its first part, `mira+2@acme.example`, for one that can't be told apart
/// from another.
pub fn numbered(address: &str, number: u64) -> String {
    match address.rsplit_once('@') {
        Some((user, host)) => format!("{user}+{number}@{host}"),
        None => format!("{address}+{number}"),
    }
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
            "mi\u{200b}ra@acme",
            "mira@ac\u{ad}me",
            &long,
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
