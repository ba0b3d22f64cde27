//! A whole secret in whatever copying, mail, shells, URLs and editors made of it: without its padding, percent-encoded,
//! folded over lines, in quotes. The checksum says that it is the one that was meant.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::{below, forms};
use crate::model::token::NotAToken;
use crate::model::{Token, around, shown};

/// So many forms may lie one over the other.
const FORMS: u32 = 3;

/// The first whole token in `text`: alone, in the base64 of a full secret, or below all that `keydeck scan` undoes.
pub fn token_in(text: &str) -> Option<Token> {
    if text.len() < forms::TELLING {
        return None;
    }
    behind(text, FORMS).or_else(|| below::token_in(text))
}

fn behind(text: &str, forms: u32) -> Option<Token> {
    if let Ok((token, _)) = around::token_in(text) {
        return Some(token);
    }
    let forms = forms.checked_sub(1)?;
    let dense = dense(text);
    let mut decoded = forms::from_base64(text).chain(forms::from_base64(&dense));
    let decoded = decoded.find_map(|bytes| behind(ascii_beginning(&bytes), forms));
    decoded.or_else(|| forms::undone(&dense).find_map(|text| behind(&text, forms)))
}

/// What was decoded beyond the end of a secret is no text.
fn ascii_beginning(bytes: &[u8]) -> &str {
    let length = bytes.iter().take_while(|byte| byte.is_ascii()).count();
    std::str::from_utf8(&bytes[..length]).unwrap_or_default()
}

/// Without what breaks a text over lines: white space, invisible characters, quotes, and a shell's backslash.
fn dense(text: &str) -> Zeroizing<String> {
    let is_broken =
        |c: char, next: Option<&char>| c == '\\' && next.is_some_and(|c| matches!(c, '\n' | '\r'));
    let mut chars = text.chars().peekable();
    let mut dense = Zeroizing::new(String::with_capacity(text.len()));
    while let Some(c) = chars.next() {
        if shown::is_visible(c) && !around::is_quote(c) && !is_broken(c, chars.peek()) {
            dense.push(c);
        }
    }
    dense
}

/// What an integration presents as a key. Nothing may be beside it, so that no two readers can differ in which key it is; but
/// it may be in quotes, percent-encoded, without its padding, or have spaces where it was folded.
pub fn presented(text: &str) -> Result<Token, NotAToken> {
    Token::presented(text).or_else(|why| match plain(text) {
        Cow::Owned(plain) => Token::presented(&Zeroizing::new(plain)),
        Cow::Borrowed(_) => Err(why),
    })
}

/// Borrowed where nothing was to be taken away.
fn plain(text: &str) -> Cow<'_, str> {
    let is_around = |c: char| around::is_quote(c) || !shown::is_visible(c);
    let inner = text.trim_matches(is_around);
    let is_plain = |c: char| c.is_ascii_graphic() && c != '%';
    if inner.len() == text.len() && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let visible: String = inner.chars().filter(|&c| shown::is_visible(c)).collect();
    let visible = Zeroizing::new(visible);
    let decoded = percent_decoded(&visible);
    Cow::Owned(decoded.unwrap_or_else(|| visible.to_string()))
}

/// `None` where a `%` is followed by something else than the digits of an ASCII character.
fn percent_decoded(text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    let mut parts = text.split('%');
    decoded.push_str(parts.next()?);
    for part in parts {
        let digits = part
            .get(..2)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let byte = u8::from_str_radix(digits, 16).ok().filter(u8::is_ascii)?;
        decoded.push(char::from(byte));
        decoded.push_str(&part[2..]);
    }
    Some(decoded)
}

#[cfg(test)]
mod tests;
