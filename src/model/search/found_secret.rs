//! What is looked for: tokens, and the signing secrets of webhooks.

use crate::model::webhook_secret::WrittenSigningSecret;
use crate::model::{Scope, Token, TokenHash, TokenKind};

/// A secret that was found.
#[derive(Debug, Clone)]
pub enum FoundSecret {
    Token(Token),
    Webhook(WrittenSigningSecret),
}

impl FoundSecret {
    pub fn hash(&self) -> TokenHash {
        match self {
            Self::Token(token) => token.hash(),
            Self::Webhook(secret) => secret.hash(),
        }
    }

    pub fn hint(&self) -> String {
        match self {
            Self::Token(token) => token.hint(),
            Self::Webhook(secret) => secret.hint(),
        }
    }

    /// The token of a key, which the server can be asked for.
    pub fn of_key(&self) -> Option<&Token> {
        match self {
            Self::Token(token) if matches!(token.kind(), TokenKind::Key(_)) => Some(token),
            Self::Token(_) | Self::Webhook(_) => None,
        }
    }

    /// Its name in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Token(token) => match token.kind() {
                TokenKind::Key(Scope::Web) => "web",
                TokenKind::Key(Scope::Mobile) => "mobile",
                TokenKind::Key(Scope::Analytics) => "analytics",
                TokenKind::User => "sign-in",
                TokenKind::Gateway => "gateway",
                TokenKind::SessionServer => "session-server",
            },
            Self::Webhook(_) => "webhook",
        }
    }
}
