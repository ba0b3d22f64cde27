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

    /// What it is, when nothing more is known of it, and what makes it worthless.
    pub fn unchecked_in_words(&self) -> String {
        let said = match self {
            Self::Token(token) => match token.kind() {
                TokenKind::Key(scope) => return format!("unchecked: {scope} key"),
                TokenKind::User => "sign-in token; keydeck user new-token replaces it",
                TokenKind::Gateway => "gateway token; keydeck gateway remove revokes it",
                TokenKind::SessionServer => {
                    "session server's token; keydeck project session-token replaces it"
                }
            },
            Self::Webhook(_) => "webhook's secret; keydeck webhook rotate-secret replaces it",
        };
        format!("unchecked: {said}")
    }
}
