//! The data keys, wrapped under the root key and bound to the baseline of the activity log: so only the holder of the root key
//! can create another one, or change what the log begins with.

use chacha20poly1305::XChaCha20Poly1305;
use zeroize::Zeroizing;

use super::cipher::{decrypt, encrypt};
use super::{RootKey, SealError};
use crate::api::ChainHash;
use crate::server::store::WrappedDataKey;

const FIRST_DATA_KEY: u32 = 1;

/// A new data key, wrapped under `root`, for a new database.
pub fn new_data_key(root: &RootKey) -> Result<WrappedDataKey, SealError> {
    data_key(root, FIRST_DATA_KEY, None)
}

/// One more data key, wrapped under `root`, which takes over from these. The newest one always stays, so no id comes again.
pub fn next_data_key(root: &RootKey, before: &[WrappedDataKey]) -> Result<WrappedDataKey, SealError> {
    let newest = before.iter().max_by_key(|key| key.id);
    let newest = newest.ok_or(SealError::NoDataKey)?;
    data_key(root, newest.id + 1, newest.baseline())
}

fn data_key(root: &RootKey, id: u32, baseline: Option<ChainHash>) -> Result<WrappedDataKey, SealError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut())?;
    wrap(&root.cipher(), id, key.as_ref(), baseline)
}

/// Whether the data keys are wrapped under `root`.
pub fn opens(root: &RootKey, wrapped: &[WrappedDataKey]) -> bool {
    let cipher = root.cipher();
    !wrapped.is_empty() && wrapped.iter().all(|key| unwrap(&cipher, key).is_ok())
}

/// The data keys, which stay the same, wrapped under `new` instead of `old`.
pub fn rewrap(
    old: &RootKey,
    new: &RootKey,
    wrapped: &[WrappedDataKey],
) -> Result<Vec<WrappedDataKey>, SealError> {
    let (old, new) = (old.cipher(), new.cipher());
    let rewrap = |key: &WrappedDataKey| wrap(&new, key.id, &unwrap(&old, key)?, key.baseline());
    wrapped.iter().map(rewrap).collect()
}

/// The data keys, which stay the same, bound to the baseline of the activity log; `None` when they are. From then on no
/// other baseline is taken for it, and none is made once more from tables of an earlier version: that takes the root key.
pub fn bind(
    root: &RootKey,
    wrapped: &[WrappedDataKey],
    baseline: ChainHash,
) -> Result<Option<Vec<WrappedDataKey>>, SealError> {
    let cipher = root.cipher();
    let opened: Vec<_> = wrapped
        .iter()
        .map(|key| unwrap(&cipher, key))
        .collect::<Result<_, _>>()?;
    if is_bound(wrapped, baseline)? {
        return Ok(None);
    }
    let keys = wrapped.iter().zip(opened);
    let bound = keys.map(|(key, opened)| wrap(&cipher, key.id, &opened, Some(baseline)));
    bound.collect::<Result<_, _>>().map(Some)
}

/// Whether the data keys are bound to this baseline; `false` when an earlier version wrapped them. That they say so
/// themselves, only the root key proves.
pub fn is_bound(wrapped: &[WrappedDataKey], baseline: ChainHash) -> Result<bool, SealError> {
    match wrapped.iter().all(|key| key.baseline().is_none()) {
        true => Ok(false),
        false if wrapped.iter().all(|key| key.baseline() == Some(baseline)) => Ok(true),
        false => Err(SealError::OtherBaseline),
    }
}

pub(super) fn unwrap(
    root: &XChaCha20Poly1305,
    wrapped: &WrappedDataKey,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let wrapping = wrapping(wrapped.id, wrapped.baseline());
    decrypt(root, wrapped.ciphertext(), &wrapping).ok_or(SealError::WrongRootKey)
}

fn wrap(
    root: &XChaCha20Poly1305,
    id: u32,
    key: &[u8],
    baseline: Option<ChainHash>,
) -> Result<WrappedDataKey, SealError> {
    let ciphertext = encrypt(root, key, &wrapping(id, baseline))?;
    Ok(WrappedDataKey::new(id, baseline, ciphertext))
}

/// The two kinds differ in length, so that none passes for the other.
fn wrapping(data_key: u32, baseline: Option<ChainHash>) -> Vec<u8> {
    let id = data_key.to_be_bytes();
    match baseline {
        None => [b"keydeck data key ".as_slice(), &id].concat(),
        Some(baseline) => [b"keydeck data key 2 ".as_slice(), &id, &baseline.0].concat(),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::{Scope, Token, TokenKind};
    use crate::server::seal::Sealer;

    #[test]
    fn a_bound_data_key_opens_with_its_own_baseline_only() {
        let [root, next] = [(); 2].map(|()| RootKey::generate().expect("random"));
        let (one, other) = (ChainHash([1; 32]), ChainHash([2; 32]));
        let first = new_data_key(&root).expect("random");
        let second = next_data_key(&root, std::slice::from_ref(&first)).expect("random");
        let before = [first, second];
        assert!(!is_bound(&before, one).expect("of an earlier version"));
        let token = Token::generate(TokenKind::Key(Scope::Web)).expect("random");
        let sealer = Sealer::open(&root, Uuid::nil(), &before).expect("its own key");
        let sealed = sealer.seal(Uuid::nil(), Scope::Web, &token).expect("sealed");

        let bound = bind(&root, &before, one).expect("its own").expect("not yet");
        assert!(bind(&root, &bound, one).expect("its own").is_none());
        assert!(matches!(
            bind(&root, &bound, other),
            Err(SealError::OtherBaseline)
        ));
        assert!(matches!(bind(&next, &bound, one), Err(SealError::WrongRootKey)));
        // A rotation keeps what they are bound to, and what comes after is bound to it too.
        let mut rotated = rewrap(&root, &next, &bound).expect("its own key");
        rotated.push(next_data_key(&next, &rotated).expect("random"));
        assert!(is_bound(&rotated, one).expect("bound"));
        let sealer = Sealer::open(&next, Uuid::nil(), &rotated).expect("its own key");
        let opened = sealer
            .unseal(Uuid::nil(), Scope::Web, &sealed)
            .expect("its own row");
        assert_eq!(opened.expose(), token.expose());
        // An old one next to others never existed in this deck.
        let mixed = [bound[0].clone(), before[1].clone()];
        assert!(matches!(is_bound(&mixed, one), Err(SealError::OtherBaseline)));
        // Without the root key, neither is the mark taken away nor another one made.
        let [key, _] = &bound[..] else {
            panic!("two data keys")
        };
        let forged = [
            key.ciphertext().to_vec(),
            [&[2][..], &other.0, key.ciphertext()].concat(),
            [&[1][..], &key.bytes[1..]].concat(),
            key.bytes[1..].to_vec(),
        ];
        for bytes in forged {
            let forged = WrappedDataKey { id: 1, bytes };
            assert!(!opens(&root, &[forged]));
        }
    }
}
