//! A key's token as it may be presented: keydeck's own, or one that another product issued and that was imported. A foreign
//! token is hashed exactly as it is presented, without quotes around it; what begins like keydeck's own is never taken for one.

use super::around::Around;
use super::pasted::{self, foreign};
use super::token::NotAToken;
use super::webhook_secret::WrittenSigningSecret;
use super::{Secret, Token, TokenHash, TokenKind};
use uuid::Uuid;

/// How many characters of a foreign token are shown at either end; those of a short one only at its end.
const SHOWN: usize = 4;
const SHORT: usize = 32;

/// A token of a key.
#[derive(Debug, Clone)]
pub enum KeyToken {
    Own(Token),
    /// Of another product.
    Foreign(Secret),
}

impl KeyToken {
    /// What an integration presents. What begins like keydeck's own and isn't is told as before: it was mistyped.
    pub fn presented(text: &str) -> Result<Self, NotAToken> {
        match pasted::presented(text) {
            Ok(token) => Ok(Self::Own(token)),
            Err(NotAToken::Prefix) => {
                let foreign = foreign::presented(text).ok_or(NotAToken::Prefix)?;
                match WrittenSigningSecret::at_beginning(foreign.as_bytes()) {
                    // It verifies what keydeck sends, and lets nobody through.
                    Some(_) => Err(NotAToken::Prefix),
                    None => Ok(Self::Foreign(Secret::new(foreign))),
                }
            }
            Err(mistyped) => Err(mistyped),
        }
    }

    /// What somebody pastes, and what was around or within it. Where keydeck's own tokens are in a text, [`pasted::secret_in`] says.
    pub fn pasted(text: &str) -> Result<(Self, Option<Around>), NotAToken> {
        let (token, around) = foreign::pasted(text).ok_or(NotAToken::Prefix)?;
        Ok((Self::presented(&token)?, around))
    }

    /// As it was stored.
    pub fn stored(text: &str) -> Option<Self> {
        match Token::parse(text) {
            Ok(token) => Some(Self::Own(token)),
            Err(NotAToken::Prefix) => foreign::is_token(text).then(|| Self::Foreign(Secret::new(text))),
            Err(_) => None,
        }
    }

    pub fn is_foreign(&self) -> bool {
        matches!(self, Self::Foreign(_))
    }

    /// Whether it can be that of a key: no person's, gateway's or session server's.
    pub fn is_of_key(&self) -> bool {
        match self {
            Self::Own(token) => matches!(token.kind(), TokenKind::Key(_)),
            Self::Foreign(_) => true,
        }
    }

    pub fn expose(&self) -> &str {
        match self {
            Self::Own(token) => token.expose(),
            Self::Foreign(text) => text.expose(),
        }
    }

    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.expose())
    }

    /// What may be shown of it.
    pub fn hint(&self) -> String {
        match self {
            Self::Own(token) => token.hint(),
            Self::Foreign(text) => {
                let text = text.expose();
                let (beginning, end) = (&text[..SHOWN], &text[text.len() - SHOWN..]);
                match text.len() < SHORT {
                    true => format!("…{end}"),
                    false => format!("{beginning}…{end}"),
                }
            }
        }
    }

    /// What an integration presents: of a foreign one the token itself, which is all that its holders have.
    pub fn secret(&self, connection: Option<(Uuid, &str)>) -> Secret {
        match self {
            Self::Own(token) => token.secret(connection),
            Self::Foreign(text) => text.clone(),
        }
    }
}

impl From<Token> for KeyToken {
    fn from(token: Token) -> Self {
        Self::Own(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scope;

    #[test]
    fn a_foreign_token_is_taken_as_it_is_and_a_mistyped_one_of_ours_never() {
        let foreign = "sk_live_51HqLyjWDarjtT1zdp7dcXYZ";
        let token = KeyToken::presented(foreign).expect("a foreign token");
        assert!(token.is_foreign() && token.is_of_key());
        assert_eq!(token.hash(), TokenHash::of(foreign));
        assert_eq!(token.hint(), "sk_l…cXYZ");
        assert_eq!(
            token.secret(Some((Uuid::nil(), "https://x.example"))).expose(),
            foreign
        );
        let own = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        let own = own.expose();
        assert!(!KeyToken::presented(own).expect("ours").is_foreign());
        let mistyped = format!("{}x", &own[..own.len() - 1]);
        assert_eq!(KeyToken::presented(&mistyped).err(), Some(NotAToken::Checksum));
        assert_eq!(KeyToken::presented(&own[..40]).err(), Some(NotAToken::Shape));
        assert!(KeyToken::stored(&mistyped).is_none());
        for neither in [
            "",
            "short",
            "nineteen_characters",
            "has a space in the middle of it",
            "tab\tin_the_middle_of_it",
            "non-ascii-é-in-the-middle",
            &"x".repeat(513),
        ] {
            assert_eq!(
                KeyToken::presented(neither).err(),
                Some(NotAToken::Prefix),
                "{neither}"
            );
        }
        assert!(KeyToken::presented(&"x".repeat(512)).is_ok());
    }
}
