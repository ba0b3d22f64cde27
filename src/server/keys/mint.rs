//! Creates a key's id, token, hash, hint and sealed token. All code that creates keys uses this.

use jiff::Timestamp;
use uuid::{NoContext, Uuid};

use crate::model::{Scope, Token, TokenKind, ValidKey};
use crate::server::seal::{SealError, Sealer};
use crate::server::store::{Idempotency, NewKey, NewKeyToken};

/// A key to be stored, and its token. `now` may lie in the past; the id is as old as the key.
pub fn new_key(
    sealer: &Sealer,
    valid: &ValidKey,
    idempotency: Option<Idempotency>,
    now: Timestamp,
) -> Result<(NewKey, Token), SealError> {
    let created_at = to_microseconds(now);
    let id = id_from(created_at);
    let (new, token) = new_token(sealer, id, valid.scope)?;
    let key = NewKey {
        id,
        valid: valid.clone(),
        token_hash: new.hash,
        hint: new.hint,
        sealed: new.sealed,
        created_at,
        idempotency,
    };
    Ok((key, token))
}

/// Another token for a key.
pub fn new_token(sealer: &Sealer, id: Uuid, scope: Scope) -> Result<(NewKeyToken, Token), SealError> {
    let token = Token::generate(TokenKind::Key(scope))?;
    let sealed = match scope.is_viewable() {
        true => Some(sealer.seal(id, scope, &token)?),
        false => None,
    };
    let new = NewKeyToken {
        hash: token.hash(),
        hint: token.hint(),
        sealed,
    };
    Ok((new, token))
}

/// Places and databases count microseconds; a finer time would read back as another one.
fn to_microseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// A UUIDv7 of this time; of the epoch for times before it.
pub fn id_from(time: Timestamp) -> Uuid {
    let seconds = u64::try_from(time.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(time.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::KeyFields;
    use crate::server::seal::{RootKey, new_data_key};

    fn minted(scope: Scope, at: Timestamp) -> (NewKey, Token) {
        let root = RootKey::generate().expect("random");
        let wrapped = new_data_key(&root).expect("random");
        let sealer = Sealer::open(&root, Uuid::nil(), &[wrapped]).expect("its own key");
        let fields = KeyFields {
            name: "Board".into(),
            project: scope.has_project().then_some(Uuid::nil()),
            ..KeyFields::blank(scope)
        };
        let valid = fields.validate().expect("valid");
        new_key(&sealer, &valid, None, at).expect("minted")
    }

    #[test]
    fn an_id_is_as_old_as_its_key() {
        let at: Timestamp = "2024-02-29T12:00:00.123456789Z".parse().expect("a time");
        let (key, token) = minted(Scope::Mobile, at);
        let (seconds, nanoseconds) = key.id.get_timestamp().expect("UUIDv7").to_unix();
        assert_eq!((seconds, nanoseconds / 1_000_000), (at.as_second() as u64, 123));
        assert_eq!(key.created_at.to_string(), "2024-02-29T12:00:00.123456Z");
        assert_eq!(key.token_hash, token.hash());
    }

    #[test]
    fn only_a_viewable_token_is_kept_sealed() {
        assert!(minted(Scope::Mobile, Timestamp::now()).0.sealed.is_some());
        assert!(minted(Scope::Analytics, Timestamp::now()).0.sealed.is_none());
    }
}
