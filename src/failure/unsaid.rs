//! Messages that repeat what was given, and nothing of a secret in it: whoever puts one where a name or a path belongs has it on
//! the screen already, but not in the logs of what runs the command.

use std::borrow::Cow;

use crate::model::pasted;

/// In place of a word with a secret in it.
const HIDDEN: &str = "(a secret, which is not shown)";
/// In place of a message in which a secret is spread over several words.
const WHOLE: &str =
    "a secret was given where it does not belong, so that what is wrong is not shown; leave it out";

/// The message without the secrets in it.
pub fn without_secrets(message: &str) -> Cow<'_, str> {
    if !pasted::is_in(message) {
        return Cow::Borrowed(message);
    }
    let mut said = String::with_capacity(message.len());
    for part in message.split_inclusive(char::is_whitespace) {
        match pasted::is_in(part) {
            true => said.push_str(&hidden(part)),
            false => said.push_str(part),
        }
    }
    match pasted::is_in(&said) {
        true => Cow::Borrowed(WHOLE),
        false => Cow::Owned(said),
    }
}

/// With the marks and the space that the sentence has around the word.
fn hidden(word: &str) -> String {
    let is_mark = |c: char| c.is_whitespace() || "\"'`()[]{}<>".contains(c);
    let inner = word
        .trim_start_matches(is_mark)
        .trim_end_matches(|c: char| is_mark(c) || ":;,.".contains(c));
    match word.split_once(inner) {
        Some((before, behind)) if !inner.is_empty() => format!("{before}{HIDDEN}{behind}"),
        _ => HIDDEN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::webhook_secret::{BYTES, WrittenSigningSecret};
    use crate::model::{Token, TokenKind};

    #[test]
    fn words_with_a_secret_are_left_out_and_the_others_stay() {
        let signing: Vec<u8> = (0..BYTES as u8).map(|n| n.wrapping_mul(37)).collect();
        let signing = WrittenSigningSecret::text_of(&signing);
        let tokens = TokenKind::ALL.map(|kind| Token::from_entropy(kind, [7; 32]));
        let secrets = tokens.iter().map(Token::expose).chain([signing.expose()]);
        for secret in secrets {
            for (message, expected) in [
                (
                    format!("can't read {secret}: No such file or directory (os error 2)"),
                    format!("can't read {HIDDEN}: No such file or directory (os error 2)"),
                ),
                (
                    format!("there is no key \"{secret}\"; \"a {secret}\""),
                    format!("there is no key \"{HIDDEN}\"; \"a {HIDDEN}\""),
                ),
                (
                    format!("can't write ./{secret}/a.csv.\nNext line"),
                    format!("can't write {HIDDEN}.\nNext line"),
                ),
            ] {
                assert_eq!(without_secrets(&message), expected, "{message}");
            }
            let spread: Vec<String> = secret.chars().map(String::from).collect();
            let spread = format!("there is no key {}", spread.join(" "));
            let said = without_secrets(&spread);
            assert!(said == spread || said == WHOLE, "{said}");
        }
        for other in [
            "",
            "can't read keys.db: No such file or directory",
            "there is no key \"Checkout\"",
        ] {
            assert_eq!(without_secrets(other), other);
        }
    }
}
