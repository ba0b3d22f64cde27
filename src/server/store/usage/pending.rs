//! What is written of a second of use, whichever engine writes it: few tallies as they are, many packed
//! into a log by buckets of keys, which is carried over little by little.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use smallvec::SmallVec;
use tokio::task::yield_now;

use super::{Tallies, Tally, TokenUse, USAGE_BUCKET, Use};
use crate::server::store::{StoreError, StoreResult};

/// The most tallies that are written to the keys at once.
const AT_ONCE: usize = 256;
/// About how many bytes a tally of one place is when it is packed.
const PACKED: usize = 32;
/// The most that are carried over at once; a change that comes meanwhile waits for them.
pub const SETTLED: usize = 64;
/// The most hours' rows that are forgotten at once.
pub const FORGOTTEN: i64 = 2_000;

pub fn bucket_of(key: i64) -> i64 {
    key / USAGE_BUCKET
}

/// What is written of a second of use.
pub enum Pending {
    /// To the keys at once.
    Few(Arc<Tallies>),
    /// Into the log, packed by buckets.
    Many(Vec<(i64, Vec<u8>)>),
}

impl Pending {
    /// Packs many, a part at a time: where it runs checks are answered, which wait for no more than a part.
    pub async fn of(tallies: Arc<Tallies>) -> StoreResult<Self> {
        if tallies.iter().map(Vec::len).sum::<usize>() <= AT_ONCE {
            return Ok(Self::Few(tallies));
        }
        let mut rows = Vec::new();
        for part in tallies.iter() {
            for bucket in part.chunk_by(|one, next| bucket_of(one.key) == bucket_of(next.key)) {
                rows.push((bucket_of(bucket[0].key), packed(bucket)?));
                yield_now().await;
            }
        }
        Ok(Self::Many(rows))
    }
}

/// What is packed begins with this, since tallies know refusals, and with the other since they know tokens. Before that it
/// began with how many there were: never none.
const WITH_REFUSALS: [u8; 2] = [0, 2];
const WITH_TOKENS: [u8; 2] = [0, 1];

/// A tally as it was packed at first.
#[derive(Deserialize)]
struct WithoutTokens {
    key: i64,
    hour: u32,
    allowed: u32,
    refused: Vec<(Cow<'static, str>, u32)>,
    last_refused_at: i64,
    uses: SmallVec<[Use; 1]>,
}

/// As it was packed after that.
#[derive(Deserialize)]
struct WithoutRefusals {
    first: WithoutTokens,
    tokens: Vec<TokenUse>,
}

impl From<WithoutTokens> for Tally {
    fn from(tally: WithoutTokens) -> Self {
        Self {
            key: tally.key,
            hour: tally.hour,
            allowed: tally.allowed,
            refused: tally.refused,
            last_refused_at: tally.last_refused_at,
            uses: tally.uses,
            ..Self::default()
        }
    }
}

impl From<WithoutRefusals> for Tally {
    fn from(WithoutRefusals { first, tokens }: WithoutRefusals) -> Self {
        Self {
            tokens,
            ..Self::from(first)
        }
    }
}

pub fn packed(tallies: &[Tally]) -> StoreResult<Vec<u8>> {
    let mut bytes = Vec::with_capacity(WITH_REFUSALS.len() + tallies.len() * PACKED);
    bytes.extend(WITH_REFUSALS);
    postcard::to_extend(tallies, bytes)
        .map_err(|error| StoreError::Fault(format!("a count can't be packed: {error}")))
}

pub fn unpacked(bytes: &[u8]) -> StoreResult<Vec<Tally>> {
    let tallies = if let Some(bytes) = bytes.strip_prefix(&WITH_REFUSALS) {
        postcard::from_bytes(bytes)
    } else if let Some(bytes) = bytes.strip_prefix(&WITH_TOKENS) {
        earlier::<WithoutRefusals>(bytes)
    } else {
        earlier::<WithoutTokens>(bytes)
    };
    tallies.map_err(|error| StoreError::Fault(format!("a count can't be unpacked: {error}")))
}

fn earlier<T: DeserializeOwned + Into<Tally>>(bytes: &[u8]) -> postcard::Result<Vec<Tally>> {
    let tallies: Vec<T> = postcard::from_bytes(bytes)?;
    Ok(tallies.into_iter().map(T::into).collect())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde::Serialize;

    use super::*;
    use crate::model::Rule;

    /// As an earlier version put it down.
    #[derive(Serialize)]
    struct Before<'a>(i64, u32, u32, Vec<(&'a str, u32)>, i64, Vec<Use>);

    #[test]
    fn what_an_earlier_version_put_down_is_carried_over() {
        let used = Use::new(Timestamp::UNIX_EPOCH, Some([203, 0, 113, 7].into()), None);
        let before = || Before(1, 2, 3, vec![("scope", 4)], 5, vec![used.clone()]);
        let bytes = postcard::to_allocvec(&vec![before()]).unwrap();
        let mut tally = Tally {
            allowed: 3,
            refused: vec![("scope".into(), 4)],
            last_refused_at: 5,
            ..Tally::of(1, 2)
        };
        tally.uses.push(used.clone());
        assert_eq!(unpacked(&bytes).unwrap(), std::slice::from_ref(&tally));
        tally.tokens.push(TokenUse {
            token: 7,
            allowed: 1,
            last: used.clone(),
        });
        let mut bytes = WITH_TOKENS.to_vec();
        bytes.extend(postcard::to_allocvec(&vec![(before(), &tally.tokens)]).unwrap());
        assert_eq!(unpacked(&bytes).unwrap(), std::slice::from_ref(&tally));
        tally.refuse_from(Rule::KeyRevoked, used);
        let packed = packed(std::slice::from_ref(&tally)).unwrap();
        assert_eq!(unpacked(&packed).unwrap(), [tally]);
        assert!(unpacked(&packed[..packed.len() - 1]).is_err());
    }
}
