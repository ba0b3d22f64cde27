//! A token of another product, which has no form of its own by which it could be told from what is around it: only what is never
//! a part of one is taken away.

use std::ops::RangeInclusive;

use zeroize::Zeroizing;

use crate::model::around::{self, Around};
use crate::model::shown;

/// How many characters a foreign token has.
pub const FOREIGN_LENGTH: RangeInclusive<usize> = 20..=512;

/// Quotes that belong together. A single one may be the token's own.
const PAIRS: [(char, char); 9] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('‘', '’'),
    ('“', '”'),
    ('”', '”'),
    ('„', '“'),
    ('«', '»'),
    ('<', '>'),
];

/// What an integration presents: the token, as it is or in quotes.
pub fn presented(text: &str) -> Option<&str> {
    Some(unquoted(text)).filter(|text| is_token(text))
}

/// If it could be one: visible ASCII of some length.
pub fn is_token(text: &str) -> bool {
    FOREIGN_LENGTH.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn unquoted(text: &str) -> &str {
    let mut inner = text;
    while let Some(within) = PAIRS
        .iter()
        .find_map(|(opened, closed)| inner.strip_prefix(*opened)?.strip_suffix(*closed))
    {
        inner = within.trim();
    }
    inner
}

/// The token in what somebody pastes, and what was around or within it: a name, quotes, the ends of lines.
pub fn pasted(text: &str) -> Option<(Zeroizing<String>, Option<Around>)> {
    let mut around = None;
    let mut rest = text;
    loop {
        let trimmed = rest.trim_matches(|c| !shown::is_visible(c));
        let inner = unquoted(trimmed);
        let (said, behind) = match before(inner) {
            Some((said, behind)) => (Some(said), behind),
            None => ((inner.len() < trimmed.len()).then_some(Around::Quotes), inner),
        };
        around = around.or(said);
        if behind.len() == rest.len() {
            break;
        }
        rest = behind;
    }
    let is_hidden = |c: &char| !c.is_ascii() && !shown::is_visible(*c);
    let within = rest.chars().find(is_hidden).map(Around::Invisible);
    let solid = Zeroizing::new(rest.chars().filter(|c| !is_hidden(c)).collect::<String>());
    let lines = solid
        .split(['\n', '\r'])
        .map(|line| line.trim().trim_end_matches('\\'));
    let whole = Zeroizing::new(lines.collect::<String>());
    let within = within.or((whole.len() < solid.len()).then_some(Around::LineBreak));
    is_token(&whole).then(|| (whole, within.or(around)))
}

/// What stands before a token in a command, a header or a file of settings, and the rest. What has neither white space nor quotes
/// behind its name may well be the token, unless the name is that of a variable.
fn before(text: &str) -> Option<(Around, &str)> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if word.eq_ignore_ascii_case("bearer") {
        return Some((Around::Bearer, rest));
    }
    if word == "export" {
        return Some((Around::Name, rest));
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.'))?;
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start_matches([' ', '\t']).strip_prefix(['=', ':'])?;
    let is_variable = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && text[end..].starts_with('=')
        && is_token(unquoted(rest));
    let is_apart = rest.starts_with(|c: char| c.is_whitespace() || around::is_quote(c));
    let is_name = !name.is_empty() && (is_variable || is_apart);
    is_name.then_some((Around::Name, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "sk_live_51HqLyjWDarjtT1zdp7dcXYZ";

    #[test]
    fn what_copying_puts_around_a_token_is_taken_away() {
        let (left, right) = TOKEN.split_at(20);
        for (text, said) in [
            (TOKEN.to_owned(), None),
            (format!("  {TOKEN}\r\n"), None),
            (format!("\"{TOKEN}\""), Some(Around::Quotes)),
            (format!("'\"{TOKEN}\"'"), Some(Around::Quotes)),
            (format!("“{TOKEN}”"), Some(Around::Quotes)),
            (format!("<{TOKEN}>"), Some(Around::Quotes)),
            (format!("Bearer {TOKEN}"), Some(Around::Bearer)),
            (format!("bearer  '{TOKEN}'"), Some(Around::Bearer)),
            (format!("Authorization: Bearer {TOKEN}"), Some(Around::Name)),
            (format!("\"Authorization: Bearer {TOKEN}\""), Some(Around::Name)),
            (format!("x-api-key: {TOKEN}"), Some(Around::Name)),
            (format!("apiKey: \"{TOKEN}\""), Some(Around::Name)),
            (format!("API_KEY={TOKEN}"), Some(Around::Name)),
            (format!("export API_KEY=\"{TOKEN}\""), Some(Around::Name)),
            (format!("{left}\n{right}\n"), Some(Around::LineBreak)),
            (format!("{left}\r\n  {right}"), Some(Around::LineBreak)),
            (format!("{left}\\\n{right}"), Some(Around::LineBreak)),
            (format!("\"{left}\n{right}\""), Some(Around::LineBreak)),
            (
                format!("{left}\u{200b}{right}"),
                Some(Around::Invisible('\u{200b}')),
            ),
        ] {
            let found = pasted(&text).map(|(token, said)| (token.to_string(), said));
            assert_eq!(found, Some((TOKEN.to_owned(), said)), "{text:?}");
        }
    }

    #[test]
    fn what_may_belong_to_a_token_stays() {
        for token in [
            "123456789:AAExkVgnqDW4QhzSDx0tFT3qkcsTmL",
            "id=51HqLyjWDarjtT1zdp7dcXYZ",
            "51HqLyjWDarjtT1zdp7dcXY==",
            "\"51HqLyjWDarjtT1zdp7dcXYZ",
            "51HqLyjWDarjtT1zdp7dcXYZ>",
        ] {
            let found = pasted(token).map(|(token, said)| (token.to_string(), said));
            assert_eq!(found, Some((token.to_owned(), None)));
            assert_eq!(presented(token), Some(token));
        }
        for text in [
            "a sentence with many words in it",
            "Bearer short",
            "Authorization: Bearer",
            "API_KEY=short",
            "",
        ] {
            assert_eq!(pasted(text), None, "{text}");
        }
    }

    #[test]
    fn presented_it_has_quotes_around_it_and_nothing_else() {
        for text in [TOKEN.to_owned(), format!("\"{TOKEN}\""), format!("'{TOKEN}'")] {
            assert_eq!(presented(&text), Some(TOKEN));
        }
        let (left, right) = TOKEN.split_at(20);
        for text in [
            format!("Bearer {TOKEN}"),
            format!("x: {TOKEN}"),
            format!("{left} {right}"),
            format!("{left}\n{right}"),
            format!("{TOKEN}\u{200b}"),
        ] {
            assert_eq!(presented(&text), None, "{text:?}");
        }
        assert_ne!(presented(&format!("API_KEY={TOKEN}")), Some(TOKEN));
    }
}
