//! Proof that an activity log is as it was written, from its rows alone.

use strum::IntoStaticStr;

use super::activity::{Activity, ActivityHead, ActivityPage};
use super::chain_hash::ChainHash;

/// The first row, by its number, that is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Fault {
    /// Its hash does not follow from it and the row before.
    #[error("row {0} was changed, or the row before it was changed and given a matching hash")]
    Changed(u64),
    #[error("row {0} was removed")]
    TakenOut(u64),
    /// It is not a row that the server wrote.
    #[error("row {0} was inserted")]
    PutIn(u64),
    /// The chain is consistent, but not with the head that was noted earlier.
    #[error("row {0} no longer has the hash that you noted: the log was rewritten")]
    Rewritten(u64),
}

impl Fault {
    /// The number of the row.
    pub fn row(self) -> u64 {
        match self {
            Fault::Changed(row) | Fault::TakenOut(row) | Fault::PutIn(row) | Fault::Rewritten(row) => row,
        }
    }

    /// In one word, for programs.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Reads the rows from the newest to the oldest, one at a time, and keeps no more than one in memory.
#[derive(Debug)]
pub struct Verification {
    head: ActivityHead,
    /// A head of an earlier day.
    noted: Option<ActivityHead>,
    /// The number of the row that comes next.
    expected: u64,
    newer: Option<Newer>,
    /// The lowest so far.
    fault: Option<Fault>,
    rewritten: bool,
    withheld: u64,
}

/// The row that was read last.
#[derive(Debug)]
enum Newer {
    Row(Box<Activity>),
    /// What it says is not for this user, so that only its place in the chain can be checked.
    Withheld,
}

impl Verification {
    pub fn new(head: ActivityHead, noted: Option<ActivityHead>) -> Self {
        Self {
            head,
            noted,
            expected: head.seq,
            newer: None,
            fault: None,
            rewritten: false,
            withheld: 0,
        }
    }

    /// Takes the rows of a page, with those that are withheld in their places.
    pub fn page(&mut self, page: ActivityPage) {
        let mut withheld = page.withheld.into_iter().peekable();
        for row in page.items {
            while let Some(place) = withheld.next_if(|place| place.seq > row.seq) {
                self.withheld(place);
            }
            match withheld.next_if(|place| place.seq == row.seq) {
                Some(_) => self.withheld(ActivityHead {
                    seq: row.seq,
                    hash: row.hash,
                }),
                None => self.row(row),
            }
        }
        withheld.for_each(|place| self.withheld(place));
    }

    pub fn row(&mut self, row: Activity) {
        let place = ActivityHead {
            seq: row.seq,
            hash: row.hash,
        };
        self.take(place, Newer::Row(Box::new(row)));
    }

    fn withheld(&mut self, place: ActivityHead) {
        self.withheld += 1;
        self.take(place, Newer::Withheld);
    }

    fn take(&mut self, place: ActivityHead, row: Newer) {
        let ActivityHead { seq, hash } = place;
        if seq == 0 || seq > self.expected {
            self.fault.get_or_insert(Fault::PutIn(seq));
            return;
        }
        if seq == self.expected {
            self.check_newer(hash);
        } else {
            self.fault = Some(Fault::TakenOut(seq + 1));
        }
        self.rewritten |= self
            .noted
            .is_some_and(|noted| noted.seq == seq && noted.hash != hash);
        self.expected = seq - 1;
        self.newer = Some(row);
    }

    /// How many rows could not be checked, as what they say is not for this user: only their place in the chain was.
    pub fn unchecked(&self) -> u64 {
        self.withheld
    }

    /// To be called after the oldest row.
    pub fn finish(mut self) -> Result<ActivityHead, Fault> {
        match self.expected {
            0 => self.check_newer(ChainHash::START),
            _ => self.fault = Some(Fault::TakenOut(1)),
        }
        match (self.fault, self.noted) {
            (Some(fault), _) => Err(fault),
            (None, Some(noted)) if noted.seq > self.head.seq => Err(Fault::TakenOut(self.head.seq + 1)),
            (None, Some(noted)) if self.rewritten => Err(Fault::Rewritten(noted.seq)),
            (None, _) => Ok(self.head),
        }
    }

    /// `previous` is the hash of the row before the newer one; of the newest row, if none is newer.
    fn check_newer(&mut self, previous: ChainHash) {
        match &self.newer {
            Some(Newer::Row(newer)) if newer.hash_after(previous) != newer.hash => {
                self.fault = Some(Fault::Changed(newer.seq));
            }
            None if previous != self.head.hash => self.fault = Some(Fault::Changed(self.head.seq)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::api::{ActivityAction, PersonRef, Stated};

    /// A log of `rows` rows, oldest first.
    fn log(rows: u64) -> Vec<Activity> {
        let mut previous = ChainHash::START;
        let mut log = Vec::new();
        for seq in 1..=rows {
            let mut row = Activity {
                seq,
                at: Timestamp::from_second(1_800_000_000 + seq as i64).unwrap(),
                actor: (seq % 4 != 0).then(|| PersonRef {
                    id: Uuid::from_u128(7),
                    email: "mira@acme.example".into(),
                }),
                address: (seq % 3 != 0).then(|| [127, 0, 0, 1].into()),
                action: ActivityAction::KeyEdited,
                key: Some(Uuid::from_u128(seq.into())),
                subject: format!("Key {seq}"),
                changes: json!({"name": ["Key", format!("Key {seq}")]}),
                stated: Stated {
                    state: (seq % 2 != 0).then_some(ChainHash([seq as u8; 32])),
                    ..Stated::default()
                },
                hash: ChainHash::START,
            };
            row.hash = row.hash_after(previous);
            previous = row.hash;
            log.push(row);
        }
        log
    }

    fn head(log: &[Activity]) -> ActivityHead {
        log.last().map_or(
            ActivityHead {
                seq: 0,
                hash: ChainHash::START,
            },
            |row| ActivityHead {
                seq: row.seq,
                hash: row.hash,
            },
        )
    }

    fn verified(log: &[Activity], head: ActivityHead, noted: Option<ActivityHead>) -> Result<u64, Fault> {
        let mut verification = Verification::new(head, noted);
        log.iter().rev().for_each(|row| verification.row(row.clone()));
        verification.finish().map(|head| head.seq)
    }

    /// What is found in a log of nine rows after `tamper`.
    fn found(tamper: impl FnOnce(&mut Vec<Activity>)) -> Result<u64, Fault> {
        let mut log = log(9);
        let head = head(&log);
        tamper(&mut log);
        verified(&log, head, None)
    }

    #[test]
    fn a_log_as_it_was_written_is_whole() {
        for rows in [0, 1, 2, 9] {
            let log = log(rows);
            assert_eq!(verified(&log, head(&log), Some(head(&log))), Ok(rows));
        }
    }

    #[test]
    fn any_change_of_any_row_is_found() {
        type Tamper = fn(&mut Activity);
        let changes: [Tamper; 12] = [
            |row| row.stated.state = Some(ChainHash::START),
            |row| row.stated.entity = Some(Uuid::nil()),
            |row| row.stated.baseline = Some(ChainHash::START),
            |row| row.at += jiff::SignedDuration::from_micros(1),
            |row| row.actor = None,
            |row| row.actor.as_mut().unwrap().email = "ed@acme.example".into(),
            |row| row.actor.as_mut().unwrap().id = Uuid::nil(),
            |row| row.address = Some([127, 0, 0, 2].into()),
            |row| row.action = ActivityAction::KeyRevealed,
            |row| row.key = None,
            |row| row.subject.push('x'),
            |row| row.changes = json!({}),
        ];
        for change in changes {
            for seq in [1, 2, 5, 9] {
                assert_eq!(
                    found(|log| change(&mut log[seq - 1])),
                    Err(Fault::Changed(seq as u64))
                );
            }
        }
    }

    #[test]
    fn a_forged_hash_is_found_at_the_row_that_no_longer_follows() {
        let forge = |seq: usize| {
            found(|log| {
                let previous = log[seq - 2].hash;
                log[seq - 1].subject = "another".into();
                log[seq - 1].hash = log[seq - 1].hash_after(previous);
            })
        };
        assert_eq!(forge(5), Err(Fault::Changed(6)));
        assert_eq!(forge(9), Err(Fault::Changed(9)));
        assert_eq!(
            found(|log| log[4].hash = ChainHash::START),
            Err(Fault::Changed(5))
        );
    }

    #[test]
    fn rows_that_were_taken_out_are_missed_wherever_they_were() {
        assert_eq!(found(|log| drop(log.remove(0))), Err(Fault::TakenOut(1)));
        assert_eq!(found(|log| drop(log.remove(4))), Err(Fault::TakenOut(5)));
        assert_eq!(found(|log| drop(log.drain(3..6))), Err(Fault::TakenOut(4)));
        assert_eq!(found(|log| drop(log.pop())), Err(Fault::TakenOut(9)));
        assert_eq!(found(|log| log.truncate(6)), Err(Fault::TakenOut(7)));
        assert_eq!(found(Vec::clear), Err(Fault::TakenOut(1)));
    }

    #[test]
    fn swapped_and_inserted_rows_are_found() {
        let swap = |log: &mut Vec<Activity>| {
            log.swap(3, 6);
            (log[3].seq, log[6].seq) = (4, 7);
        };
        assert_eq!(found(swap), Err(Fault::Changed(4)));
        let added = |log: &mut Vec<Activity>| {
            let mut row = log[8].clone();
            row.seq = 10;
            row.hash = row.hash_after(log[8].hash);
            log.push(row);
        };
        assert_eq!(found(added), Err(Fault::PutIn(10)));
    }

    /// What is found in a log of nine rows, one of which is withheld: row 5, in its place or without it.
    fn found_without_row_5(tamper: impl FnOnce(&mut ActivityPage)) -> (Result<u64, Fault>, u64) {
        let mut items = log(9);
        let head = head(&items);
        items.reverse();
        let hidden = items.remove(4);
        let mut page = ActivityPage {
            items,
            withheld: vec![ActivityHead {
                seq: hidden.seq,
                hash: hidden.hash,
            }],
            ..ActivityPage::default()
        };
        tamper(&mut page);
        let mut verification = Verification::new(head, None);
        verification.page(page);
        let unchecked = verification.unchecked();
        (verification.finish().map(|head| head.seq), unchecked)
    }

    #[test]
    fn of_a_row_that_is_withheld_its_place_is_checked() {
        assert_eq!(found_without_row_5(|_| ()), (Ok(9), 1));
        // Its hash must be what the next row follows from.
        let (found, _) = found_without_row_5(|page| page.withheld[0].hash = ChainHash([9; 32]));
        assert_eq!(found, Err(Fault::Changed(6)));
        let (found, _) = found_without_row_5(|page| page.withheld.clear());
        assert_eq!(found, Err(Fault::TakenOut(5)));
        let (found, _) = found_without_row_5(|page| page.items[4].subject.clear());
        assert_eq!(found, Err(Fault::Changed(4)));
        // Of one that is shown in part, what is shown is not what was hashed.
        let partly = |page: &mut ActivityPage| {
            page.items[1].changes = json!({});
            let place = ActivityHead {
                seq: 8,
                hash: page.items[1].hash,
            };
            page.withheld.insert(0, place);
        };
        assert_eq!(found_without_row_5(partly), (Ok(9), 2));
    }

    #[test]
    fn the_lowest_of_several_faults_is_named() {
        let many = |log: &mut Vec<Activity>| {
            log[7].subject.clear();
            log[2].subject.clear();
            log.remove(5);
        };
        assert_eq!(found(many), Err(Fault::Changed(3)));
        let more = |log: &mut Vec<Activity>| {
            log[7].subject.clear();
            log.remove(2);
        };
        assert_eq!(found(more), Err(Fault::TakenOut(3)));
    }

    #[test]
    fn a_log_that_was_rewritten_as_a_whole_is_found_by_a_noted_head() {
        let original = log(9);
        let noted = Some(head(&original[..6]));
        let mut rewritten = original.clone();
        rewritten[1].subject = "another".into();
        for n in 1..9 {
            let previous = rewritten[n - 1].hash;
            rewritten[n].hash = rewritten[n].hash_after(previous);
        }
        assert_eq!(verified(&original, head(&original), noted), Ok(9));
        assert_eq!(verified(&rewritten, head(&rewritten), None), Ok(9));
        assert_eq!(
            verified(&rewritten, head(&rewritten), noted),
            Err(Fault::Rewritten(6))
        );
        let short = &original[..4];
        assert_eq!(verified(short, head(short), None), Ok(4));
        assert_eq!(verified(short, head(short), noted), Err(Fault::TakenOut(5)));
    }
}
