//! What is taken as a sign-in token, wherever it comes from.

use super::CredentialError;
use crate::model::around::token_in;
use crate::model::token::NotAToken;
use crate::model::{Secret, Token, TokenKind};

/// The sign-in token that is the first line of `text`, which is from `from`. Anything else is refused with what is
/// wrong with it, and never sent.
pub fn sign_in_token(text: &Secret, from: &str) -> Result<Secret, CredentialError> {
    let first = text.expose().lines().next().unwrap_or_default().trim();
    let token = match Token::parse(first) {
        Ok(token) => Ok((token, None)),
        Err(_) => token_in(text.expose()),
    };
    let why = match token {
        Ok((token, None)) if token.kind() == TokenKind::User => return Ok(Secret::new(token.expose())),
        Ok((token, Some(around))) if token.kind() == TokenKind::User => {
            format!("{around}; give the token alone")
        }
        Ok((token, _)) => format!(
            "it is the token of {}; yours begins with kdu_",
            owner(token.kind())
        ),
        Err(NotAToken::Prefix) => "it does not begin with kdu_".into(),
        Err(other) => other.to_string(),
    };
    Err(CredentialError::NotAToken {
        from: from.to_owned(),
        why,
    })
}

fn owner(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Key(_) => "an API key",
        TokenKind::User => "a person",
        TokenKind::Gateway => "a gateway",
        TokenKind::SessionServer => "a session server",
    }
}
