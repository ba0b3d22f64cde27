//! A token as people copy it: with quotes, a name or invisible characters around it, or broken over two lines.
//! What surrounds the token is described, so that nothing except a token is ever sent.

use zeroize::Zeroizing;

use super::Token;
use super::shown::is_visible;
use super::token::{LENGTH, NotAToken};

/// Text around or within a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Around {
    #[error("there is a byte order mark before it (save the file as plain UTF-8)")]
    ByteOrderMark,
    #[error("there is an invisible character in or beside it (U+{:04X})", u32::from(*.0))]
    Invisible(char),
    #[error("it is broken over several lines")]
    LineBreak,
    #[error("there is white space in it")]
    Space,
    #[error("there are quotes around it")]
    Quotes,
    #[error("the word Bearer stands before it")]
    Bearer,
    #[error("a name stands before it, as in NAME=TOKEN")]
    Name,
    #[error("there is other text beside it")]
    Text,
}

/// The token in `text`, and what else is there.
pub fn token_in(text: &str) -> Result<(Token, Option<Around>), NotAToken> {
    let plain = match Token::parse(text.trim()) {
        Ok(token) => return Ok((token, None)),
        Err(why) => why,
    };
    // Invisible characters may stand anywhere within a prefix, so only its first letter is searched for.
    let found = text
        .match_indices('k')
        .find_map(|(at, _)| starting_at(text, at).map(|(token, end)| (token, at, end)));
    let (token, start, end) = found.ok_or(plain)?;
    let around = around(&text[..start], &text[start..end], &text[end..]);
    Ok((token, Some(around)))
}

/// The token whose first character is at `start`, across what is not a part of one; and where it ends.
fn starting_at(text: &str, start: usize) -> Option<(Token, usize)> {
    let mut token = Zeroizing::new(String::with_capacity(LENGTH));
    let mut chars = text[start..].char_indices();
    let mut end = start;
    while token.len() < LENGTH {
        let (at, c) = chars.next()?;
        if c.is_ascii_alphanumeric() || c == '_' {
            token.push(c);
            end = start + at + 1;
        } else if !is_gap(c) {
            return None;
        }
    }
    let goes_on = text[end..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let token = Token::parse(&token).ok().filter(|_| !goes_on)?;
    Some((token, end))
}

/// What copying, mail and editors put into a line; a backslash is how shells break one.
pub fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == '\\' || is_invisible(c)
}

fn is_invisible(c: char) -> bool {
    !c.is_ascii() && !is_visible(c)
}

fn around(before: &str, token: &str, after: &str) -> Around {
    let all = || before.chars().chain(token.chars()).chain(after.chars());
    let said = before.trim_end_matches(|c: char| c.is_whitespace() || is_quote(c));
    if before.starts_with('\u{FEFF}') {
        Around::ByteOrderMark
    } else if let Some(c) = all().find(|&c| is_invisible(c)) {
        Around::Invisible(c)
    } else if token.contains(['\n', '\r']) {
        Around::LineBreak
    } else if token.contains(char::is_whitespace) {
        Around::Space
    } else if said.to_ascii_lowercase().ends_with("bearer") {
        Around::Bearer
    } else if said.ends_with(['=', ':']) {
        Around::Name
    } else if before.ends_with(is_quote) || after.starts_with(is_quote) {
        Around::Quotes
    } else {
        Around::Text
    }
}

pub fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '`' | '‘' | '’' | '“' | '”' | '«' | '»' | '<' | '>'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Scope, TokenKind};

    fn token() -> Token {
        Token::from_entropy(TokenKind::User, [7; 32])
    }

    fn told(text: &str) -> Option<Around> {
        let (found, around) = token_in(text).expect("a token");
        assert_eq!(found.expose(), token().expose());
        around
    }

    #[test]
    fn what_stands_around_a_token_is_told() {
        let token = token();
        let token = token.expose();
        let (left, right) = token.split_at(20);
        for (text, around) in [
            (token.to_owned(), None),
            (format!("  {token}\r\n"), None),
            (format!("\u{FEFF}{token}"), Some(Around::ByteOrderMark)),
            (format!("\u{FEFF}\"{token}\""), Some(Around::ByteOrderMark)),
            (format!("\u{200B}{token}"), Some(Around::Invisible('\u{200B}'))),
            (format!("{token}\u{2060}"), Some(Around::Invisible('\u{2060}'))),
            (format!("{left}\u{AD}{right}"), Some(Around::Invisible('\u{AD}'))),
            (
                format!("kd\u{200B}{}", &token[2..]),
                Some(Around::Invisible('\u{200B}')),
            ),
            (format!("{left}\u{A0}{right}"), Some(Around::Invisible('\u{A0}'))),
            (format!("{left}\n{right}\n"), Some(Around::LineBreak)),
            (format!("{left}\r\n  {right}"), Some(Around::LineBreak)),
            (format!("{left}\\\n{right}"), Some(Around::LineBreak)),
            (format!("{left} {right}"), Some(Around::Space)),
            (format!("'{token}'"), Some(Around::Quotes)),
            (format!("\"{token}\""), Some(Around::Quotes)),
            (format!("'\"{token}\"'"), Some(Around::Quotes)),
            (format!("“{token}”"), Some(Around::Quotes)),
            (format!("`{token}`"), Some(Around::Quotes)),
            (format!("<{token}>"), Some(Around::Quotes)),
            (format!("{token}\""), Some(Around::Quotes)),
            (format!("Bearer {token}"), Some(Around::Bearer)),
            (format!("Authorization: bearer \"{token}\""), Some(Around::Bearer)),
            (format!("TOKEN={token}"), Some(Around::Name)),
            (format!("export KEYDECK_TOKEN=\"{token}\""), Some(Around::Name)),
            (format!("token: {token}"), Some(Around::Name)),
            (format!("{token},"), Some(Around::Text)),
            (format!("{token} # mine"), Some(Around::Text)),
        ] {
            assert_eq!(told(&text), around, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_token_stays_none() {
        let token = token();
        let token = token.expose();
        for (text, why) in [
            (token[..50].to_owned(), NotAToken::Shape),
            (format!("{token}x"), NotAToken::Shape),
            (format!("\"{}\"", &token[..50]), NotAToken::Prefix),
            (token.replace("1fJj", "1fjj"), NotAToken::Checksum),
            (String::new(), NotAToken::Prefix),
            ("hunter2".into(), NotAToken::Prefix),
        ] {
            assert_eq!(token_in(&text).err(), Some(why), "{text:?}");
        }
        let key = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        let (found, around) = token_in(&format!("key: {}", key.expose())).expect("a token");
        assert_eq!(
            (found.kind(), around),
            (TokenKind::Key(Scope::Web), Some(Around::Name))
        );
    }

    proptest! {
        /// Nothing that people put around a token hides it, and nothing panics.
        #[test]
        fn a_token_is_found_in_any_text(before in "\\PC{0,8}[ \"'=:]", after in "([ \"',;]\\PC{0,8})?") {
            let text = format!("{before}{}{after}", token().expose());
            let (found, token) = (token_in(&text).expect("a token").0, token());
            prop_assert_eq!(found.expose(), token.expose());
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,80}") {
            let _ = token_in(&text);
        }
    }
}
