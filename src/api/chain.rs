//! The hash chain of the activity log: each row's hash covers the row and the hash of the row before,
//! so that no row can be changed or taken out without all later hashes changing too.
//!
//! NEVER CHANGE WHAT IS HASHED: logs in the field have it.

use sha2::{Digest, Sha256};

use super::activity::Activity;
use super::chain_hash::ChainHash;

/// Of a row that states nothing, as all did once.
const TAG: &[u8] = b"keydeck activity 1";
const TAG_STATED: &[u8] = b"keydeck activity 2";
/// Stands for the length of what is absent; nothing is that long.
const ABSENT: u32 = u32::MAX;

impl Activity {
    /// The hash that this row must have after a row with the hash `previous`. Every part is preceded
    /// by its length, so that no two different rows have the same hash.
    pub fn hash_after(&self, previous: ChainHash) -> ChainHash {
        let mut hasher = Sha256::new();
        let stated = &self.stated;
        hasher.update(if stated.is_nothing() { TAG } else { TAG_STATED });
        hasher.update(previous.0);
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.at.as_microsecond().to_be_bytes());
        let address = self.address.map(|address| address.to_string());
        let changes = self.changes.to_string();
        let parts: [Option<&[u8]>; 7] = [
            self.actor.as_ref().map(|actor| actor.id.as_bytes().as_slice()),
            self.actor.as_ref().map(|actor| actor.email.as_bytes()),
            address.as_deref().map(str::as_bytes),
            Some(self.action.as_str().as_bytes()),
            self.key.as_ref().map(|key| key.as_bytes().as_slice()),
            Some(self.subject.as_bytes()),
            Some(changes.as_bytes()),
        ];
        let of_stated: [Option<&[u8]>; 3] = [
            stated.entity.as_ref().map(|entity| entity.as_bytes().as_slice()),
            stated.state.as_ref().map(|state| state.0.as_slice()),
            stated.baseline.as_ref().map(|baseline| baseline.0.as_slice()),
        ];
        for part in parts
            .iter()
            .chain(of_stated.iter().filter(|_| !stated.is_nothing()))
        {
            let length = part.map_or(ABSENT, |part| part.len() as u32);
            hasher.update(length.to_be_bytes());
            hasher.update(part.unwrap_or_default());
        }
        ChainHash(hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::api::{ActivityAction, PersonRef, Stated};

    #[test]
    fn what_is_hashed_never_changes() {
        let row = Activity {
            seq: 7,
            at: Timestamp::from_microsecond(1_795_000_200_000_001).expect("a time"),
            actor: Some(PersonRef {
                id: Uuid::from_u128(1),
                email: "mira@acme.example".into(),
            }),
            address: Some([203, 0, 113, 7].into()),
            action: ActivityAction::KeyEdited,
            key: Some(Uuid::from_u128(2)),
            subject: "Checkout".into(),
            changes: json!({"ui_domains": [[], ["https://a.example"]], "name": ["Till", "Checkout"]}),
            stated: Stated::default(),
            hash: ChainHash::START,
        };
        // Fields of JSON in the order of their names, whatever they were put together in.
        assert_eq!(
            row.changes.to_string(),
            r#"{"name":["Till","Checkout"],"ui_domains":[[],["https://a.example"]]}"#
        );
        let hash = row.hash_after(ChainHash([9; 32]));
        assert_eq!(
            hash.to_string(),
            "d0fef1c432d6aaafd268b580410f8fa09f97e4b2592b012e1cc8ebc2c143a9be"
        );
        assert_ne!(row.hash_after(ChainHash::START), hash);
        assert_eq!(ChainHash::from_hex(&hash.to_string()), Some(hash));

        let stated = Stated {
            entity: Some(Uuid::from_u128(3)),
            state: Some(ChainHash([4; 32])),
            baseline: Some(ChainHash([5; 32])),
        };
        let row = Activity { stated, ..row };
        assert_eq!(
            row.hash_after(ChainHash([9; 32])).to_string(),
            "83059d21985b70c8ed6c219dbaa0c6a54b3d6822e0ca0ce55f32924d0625806a"
        );
    }
}
