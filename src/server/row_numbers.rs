//! The numbers of activity rows for users who see only some of the log: each person has their own stable
//! numbers, which don't reveal how many rows lie between.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::server::seal::{SealError, Sealer};

/// Half of a number, in bits: the whole can be told exactly by every reader of JSON.
const HALF: u32 = 26;
const MASK: u64 = (1 << HALF) - 1;
/// A Feistel network needs four rounds to look like chance in both directions.
const ROUNDS: u8 = 6;

/// Numbers rows under a secret of the deck, the same on every server.
pub struct RowNumbers([u8; 32]);

impl RowNumbers {
    pub fn new(sealer: &Sealer) -> Result<Self, SealError> {
        sealer.derived("row numbers").map(Self)
    }

    /// The number that `user` sees for the row `seq`.
    pub fn shown(&self, user: Uuid, seq: u64) -> u64 {
        let rounds = 0..ROUNDS;
        let (left, right) = rounds.fold(halves(seq), |(left, right), round| {
            (right, left ^ self.mixed(user, round, right))
        });
        left << HALF | right
    }

    /// The row that `user` means by a number. A number that is too large is after all rows.
    pub fn read(&self, user: Uuid, number: u64) -> u64 {
        if number >> (2 * HALF) != 0 {
            return number;
        }
        let rounds = (0..ROUNDS).rev();
        let (left, right) = rounds.fold(halves(number), |(left, right), round| {
            (right ^ self.mixed(user, round, left), left)
        });
        left << HALF | right
    }

    fn mixed(&self, user: Uuid, round: u8, half: u64) -> u64 {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(user.as_bytes());
        hasher.update([round]);
        hasher.update(half.to_be_bytes());
        let hash: [u8; 32] = hasher.finalize().into();
        hash.iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
            & MASK
    }
}

fn halves(number: u64) -> (u64, u64) {
    (number >> HALF & MASK, number & MASK)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_person_has_numbers_of_their_own_that_read_back() {
        let numbers = RowNumbers([7; 32]);
        let [one, other] = [1, 2].map(Uuid::from_u128);
        let mut seen = HashSet::new();
        for seq in (0..2_000).chain([1 << 40, (1 << 52) - 1]) {
            let shown = numbers.shown(one, seq);
            assert!(shown < 1 << 52 && seen.insert(shown), "{seq}");
            assert_eq!(numbers.read(one, shown), seq);
            assert_ne!(numbers.shown(other, seq), shown);
            assert_ne!(RowNumbers([8; 32]).shown(one, seq), shown);
        }
        // No order and no distance shows.
        let small = (0..2_000).filter(|&seq| numbers.shown(one, seq) < 1 << 42);
        assert!(small.count() < 20);
        let grows = (0..2_000).filter(|&seq| numbers.shown(one, seq) < numbers.shown(one, seq + 1));
        assert!((800..1_200).contains(&grows.count()));
        assert_eq!(numbers.read(one, u64::MAX), u64::MAX);
    }
}
