//! Sealing: the root key wraps the data key, and the data key seals the tokens of Web and Mobile
//! keys with XChaCha20-Poly1305. Nonces are random, 192 bits wide, so no replica counts them.
//!
//! The associated data binds what is sealed to its organisation, row, kind and data key: moved to
//! another row, it does not open. The private keys of session servers and the secrets of webhooks
//! are sealed the same way.

mod cipher;
mod error;
mod root_key;
mod seals;
mod unsealed;
mod wrapping;

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use self::cipher::{NONCE, decrypt, encrypt};
pub use self::error::SealError;
pub use self::root_key::{Owner, RootKey, authenticator, behind_links, directory_of, next_to, replace};
pub use self::seals::Seals;
use self::wrapping::unwrap;
pub use self::wrapping::{bind, is_bound, new_data_key, next_data_key, opens, rewrap};
use crate::model::{KeyToken, Scope, Secret, Token};
use crate::server::store::seals::{SealedSecret, SecretPlace};
use crate::server::store::{Sealed, WrappedDataKey};

const DERIVING: [u8; NONCE] = *b"keydeck derives a secret";
/// Stands where a key's scope does; no scope is called this.
const SESSION_KEY: &str = "session server";
const WEBHOOK_SECRET: &str = "webhook";

/// Seals and unseals under the data keys of one database.
pub struct Sealer {
    organisation: Uuid,
    current: DataKey,
    older: Vec<DataKey>,
}

struct DataKey {
    id: u32,
    cipher: XChaCha20Poly1305,
}

impl DataKey {
    fn open(root: &XChaCha20Poly1305, wrapped: &WrappedDataKey) -> Result<Self, SealError> {
        let bytes = unwrap(root, wrapped)?;
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| SealError::WrongRootKey)?;
        Ok(Self {
            id: wrapped.id,
            cipher,
        })
    }
}

impl Sealer {
    /// Unwraps the data keys; the newest one seals.
    pub fn open(root: &RootKey, organisation: Uuid, wrapped: &[WrappedDataKey]) -> Result<Self, SealError> {
        let unwrapping = root.cipher();
        let mut keys = wrapped
            .iter()
            .map(|key| DataKey::open(&unwrapping, key))
            .collect::<Result<Vec<_>, _>>()?;
        keys.sort_by_key(|key| key.id);
        let current = keys.pop().ok_or(SealError::NoDataKey)?;
        Ok(Self {
            organisation,
            current,
            older: keys,
        })
    }

    /// Whether all of these are at hand.
    pub fn has_all(&self, wrapped: &[WrappedDataKey]) -> bool {
        let has = |id| self.current.id == id || self.older.iter().any(|key| key.id == id);
        wrapped.iter().all(|key| has(key.id))
    }

    /// The ids of the data keys that were replaced.
    pub fn replaced(&self) -> impl Iterator<Item = u32> {
        self.older.iter().map(|key| key.id)
    }

    /// The same secret under the newest data key.
    pub fn resealed(&self, secret: &SealedSecret) -> Result<Sealed, SealError> {
        let kind = match secret.place {
            SecretPlace::SessionServer => SESSION_KEY,
            SecretPlace::Webhook | SecretPlace::OldWebhook => WEBHOOK_SECRET,
            SecretPlace::Key | SecretPlace::OldToken => secret.scope.ok_or(SealError::Tampered)?.as_str(),
        };
        let opened = self.unseal_as(secret.id, kind, &secret.sealed)?;
        self.seal_as(secret.id, kind, opened.expose())
    }

    pub fn seal(&self, id: Uuid, scope: Scope, token: &Token) -> Result<Sealed, SealError> {
        self.seal_as(id, scope.as_str(), token.expose())
    }

    /// A token that may be of another product.
    pub fn seal_imported(&self, id: Uuid, scope: Scope, token: &KeyToken) -> Result<Sealed, SealError> {
        self.seal_as(id, scope.as_str(), token.expose())
    }

    pub fn unseal(&self, id: Uuid, scope: Scope, sealed: &Sealed) -> Result<KeyToken, SealError> {
        let token = self.unseal_as(id, scope.as_str(), sealed)?;
        KeyToken::stored(token.expose()).ok_or(SealError::Tampered)
    }

    /// Seals the private key of a project's session server.
    pub fn seal_session_key(&self, project: Uuid, key: &Secret) -> Result<Sealed, SealError> {
        self.seal_as(project, SESSION_KEY, key.expose())
    }

    pub fn unseal_session_key(&self, project: Uuid, sealed: &Sealed) -> Result<Secret, SealError> {
        self.unseal_as(project, SESSION_KEY, sealed)
    }

    /// Seals the text of the secret that a webhook's deliveries are signed with.
    pub fn seal_webhook_secret(&self, webhook: Uuid, secret: &Secret) -> Result<Sealed, SealError> {
        self.seal_as(webhook, WEBHOOK_SECRET, secret.expose())
    }

    pub fn unseal_webhook_secret(&self, webhook: Uuid, sealed: &Sealed) -> Result<Secret, SealError> {
        self.unseal_as(webhook, WEBHOOK_SECRET, sealed)
    }

    /// A secret of this deck for something else than sealing, the same on every server as long as its oldest data key
    /// is kept. The nonce is a fixed one that is never generated for sealing.
    pub fn derived(&self, purpose: &str) -> Result<[u8; 32], SealError> {
        let key = self.older.first().unwrap_or(&self.current);
        let stream = key
            .cipher
            .encrypt(&XNonce::from(DERIVING), [0; 32].as_slice())
            .map_err(|_| SealError::Tampered)?;
        let mut hasher = Sha256::new();
        hasher.update(&stream);
        hasher.update(self.organisation.as_bytes());
        hasher.update(purpose.as_bytes());
        Ok(hasher.finalize().into())
    }

    fn seal_as(&self, id: Uuid, kind: &str, secret: &str) -> Result<Sealed, SealError> {
        let data_key = self.current.id;
        let bound = self.binding(id, kind, data_key);
        Ok(Sealed {
            data_key,
            bytes: encrypt(&self.current.cipher, secret.as_bytes(), &bound)?,
        })
    }

    fn unseal_as(&self, id: Uuid, kind: &str, sealed: &Sealed) -> Result<Secret, SealError> {
        let key = std::iter::once(&self.current)
            .chain(&self.older)
            .find(|key| key.id == sealed.data_key)
            .ok_or(SealError::UnknownDataKey(sealed.data_key))?;
        let bound = self.binding(id, kind, sealed.data_key);
        let text = decrypt(&key.cipher, &sealed.bytes, &bound).ok_or(SealError::Tampered)?;
        let text = std::str::from_utf8(&text).map_err(|_| SealError::Tampered)?;
        Ok(Secret::new(text))
    }

    /// Every part has a fixed length but the last, so no two rows share a binding.
    fn binding(&self, id: Uuid, kind: &str, data_key: u32) -> Vec<u8> {
        let mut bound = Vec::with_capacity(64);
        bound.extend_from_slice(self.organisation.as_bytes());
        bound.extend_from_slice(id.as_bytes());
        bound.extend_from_slice(&data_key.to_be_bytes());
        bound.extend_from_slice(kind.as_bytes());
        bound
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;
    use crate::model::TokenKind;

    fn sealer(root: &RootKey, organisation: u128) -> Sealer {
        let wrapped = new_data_key(root).expect("random");
        Sealer::open(root, Uuid::from_u128(organisation), &[wrapped]).expect("its own key")
    }

    #[test]
    fn a_token_opens_in_its_own_row_only() {
        let root = RootKey::generate().expect("random");
        let wrapped = new_data_key(&root).expect("random");
        let open = |organisation| {
            Sealer::open(
                &root,
                Uuid::from_u128(organisation),
                std::slice::from_ref(&wrapped),
            )
            .expect("its own key")
        };
        let (sealer, id) = (open(1), Uuid::from_u128(7));
        let token = Token::generate(TokenKind::Key(Scope::Web)).expect("random");
        let sealed = sealer.seal(id, Scope::Web, &token).expect("sealed");

        let opened = sealer.unseal(id, Scope::Web, &sealed).expect("its own row");
        assert_eq!(opened.expose(), token.expose());
        assert!(sealer.unseal(Uuid::from_u128(8), Scope::Web, &sealed).is_err());
        assert!(sealer.unseal(id, Scope::Mobile, &sealed).is_err());
        assert!(open(2).unseal(id, Scope::Web, &sealed).is_err());
        let other_key = Sealed {
            data_key: 2,
            ..sealed.clone()
        };
        assert!(matches!(
            sealer.unseal(id, Scope::Web, &other_key),
            Err(SealError::UnknownDataKey(2))
        ));
        for bit in 0..sealed.bytes.len() * 8 {
            let mut bytes = sealed.bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let flipped = Sealed { data_key: 1, bytes };
            assert!(sealer.unseal(id, Scope::Web, &flipped).is_err(), "bit {bit}");
        }
        for length in 0..sealed.bytes.len() {
            let bytes = sealed.bytes[..length].to_vec();
            assert!(
                sealer
                    .unseal(id, Scope::Web, &Sealed { data_key: 1, bytes })
                    .is_err()
            );
        }
    }

    #[test]
    fn a_session_key_opens_for_its_project_only_and_never_as_a_token() {
        let root = RootKey::generate().expect("random");
        let (sealer, project) = (sealer(&root, 1), Uuid::from_u128(7));
        let token = Token::generate(TokenKind::Key(Scope::Web)).expect("random");
        let key = Secret::new(token.expose());
        let sealed = sealer.seal_session_key(project, &key).expect("sealed");
        let opened = sealer.unseal_session_key(project, &sealed).expect("its own row");
        assert_eq!(opened.expose(), key.expose());
        assert!(sealer.unseal_session_key(Uuid::from_u128(8), &sealed).is_err());
        assert!(Scope::iter().all(|scope| sealer.unseal(project, scope, &sealed).is_err()));
        let of_key = sealer.seal(project, Scope::Web, &token).expect("sealed");
        assert!(sealer.unseal_session_key(project, &of_key).is_err());
    }

    #[test]
    fn the_same_token_never_seals_to_the_same_bytes() {
        let sealer = sealer(&RootKey::generate().expect("random"), 1);
        let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        let seal = || {
            sealer
                .seal(Uuid::nil(), Scope::Web, &token)
                .expect("sealed")
                .bytes
        };
        assert_ne!(seal(), seal());
    }

    #[test]
    fn what_was_sealed_before_a_rotation_opens_with_the_new_root_key_only() {
        let [old, new] = [(); 2].map(|()| RootKey::generate().expect("random"));
        let wrapped = [new_data_key(&old).expect("random")];
        let token = Token::generate(TokenKind::Key(Scope::Web)).expect("random");
        let before = Sealer::open(&old, Uuid::nil(), &wrapped).expect("its own key");
        let sealed = before.seal(Uuid::nil(), Scope::Web, &token).expect("sealed");

        let rewrapped = rewrap(&old, &new, &wrapped).expect("its own key");
        assert!(opens(&old, &wrapped) && opens(&new, &rewrapped));
        assert!(!opens(&new, &wrapped) && !opens(&old, &rewrapped));
        let after = Sealer::open(&new, Uuid::nil(), &rewrapped).expect("its own key");
        let opened = after
            .unseal(Uuid::nil(), Scope::Web, &sealed)
            .expect("its own row");
        assert_eq!(opened.expose(), token.expose());
        assert!(matches!(
            rewrap(&new, &old, &wrapped),
            Err(SealError::WrongRootKey)
        ));
    }

    #[test]
    fn a_wrong_root_key_says_so() {
        let wrapped = new_data_key(&RootKey::generate().expect("random")).expect("random");
        let other = RootKey::generate().expect("random");
        let error = Sealer::open(&other, Uuid::nil(), &[wrapped]).expect_err("another root key");
        assert!(error.to_string().contains("not the root key of this database"));
        assert!(matches!(
            Sealer::open(&other, Uuid::nil(), &[]),
            Err(SealError::NoDataKey)
        ));
    }
}
