//! Proof that an activity log is as it was written, from its rows alone.

use super::activity::{Activity, ActivityHead};
use super::chain_hash::ChainHash;

/// The first row, by its number, that is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Its hash does not follow from it and the row before.
    #[error("row {0} was changed, or the row before it was and got a hash that fits")]
    Changed(u64),
    #[error("row {0} was taken out")]
    TakenOut(u64),
    /// It is no row that the server wrote.
    #[error("row {0} was put in")]
    PutIn(u64),
    /// All follows, but not from what was noted earlier.
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
        match self {
            Fault::Changed(_) => "changed",
            Fault::TakenOut(_) => "taken_out",
            Fault::PutIn(_) => "put_in",
            Fault::Rewritten(_) => "rewritten",
        }
    }
}

/// Takes the rows from the newest to the oldest, one at a time, and remembers no more than one.
#[derive(Debug)]
pub struct Verification {
    head: ActivityHead,
    /// A head of an earlier day.
    noted: Option<ActivityHead>,
    /// The number of the row that comes next.
    expected: u64,
    newer: Option<Activity>,
    /// The lowest so far.
    fault: Option<Fault>,
    rewritten: bool,
    withheld: u64,
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

    pub fn row(&mut self, row: Activity) {
        if row.seq == 0 || row.seq > self.expected {
            self.fault.get_or_insert(Fault::PutIn(row.seq));
            return;
        }
        if row.seq == self.expected {
            self.check_newer(row.hash);
        } else {
            self.fault = Some(Fault::TakenOut(row.seq + 1));
        }
        self.rewritten |= self
            .noted
            .is_some_and(|noted| noted.seq == row.seq && noted.hash != row.hash);
        self.expected = row.seq - 1;
        self.withheld += u64::from(is_withheld(&row));
        self.newer = Some(row);
    }

    /// How many rows could not be checked, as their changes are not for this user: only their place in the chain was.
    pub fn withheld(&self) -> u64 {
        self.withheld
    }

    /// To be called behind the oldest row.
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
            Some(newer) if is_withheld(newer) => {}
            Some(newer) if newer.hash_behind(previous) != newer.hash => {
                self.fault = Some(Fault::Changed(newer.seq));
            }
            None if previous != self.head.hash => self.fault = Some(Fault::Changed(self.head.seq)),
            _ => {}
        }
    }
}

/// The server sends no row like this to those who see all of it: nothing that is kept reads back as `null`.
fn is_withheld(row: &Activity) -> bool {
    row.changes.is_null() && row.action.is_about_session_servers()
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
            row.hash = row.hash_behind(previous);
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
                log[seq - 1].hash = log[seq - 1].hash_behind(previous);
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
            row.hash = row.hash_behind(log[8].hash);
            log.push(row);
        };
        assert_eq!(found(added), Err(Fault::PutIn(10)));
    }

    #[test]
    fn of_a_row_that_is_withheld_its_place_is_checked() {
        let mut log = log(9);
        let whole = head(&log);
        log[4].action = ActivityAction::SessionServerSet;
        let hidden = |log: &mut Vec<Activity>| {
            log[4].action = ActivityAction::SessionServerSet;
            log[4].changes = json!(null);
        };
        assert_eq!(found(hidden), Ok(9));
        let mut verification = Verification::new(whole, None);
        hidden(&mut log);
        log.iter().rev().for_each(|row| verification.row(row.clone()));
        assert_eq!(verification.withheld(), 1);
        // Its hash must be what the next row follows from; and no other row can be withheld.
        assert_eq!(
            found(|log| {
                hidden(log);
                log[4].hash = ChainHash([9; 32]);
            }),
            Err(Fault::Changed(6))
        );
        assert_eq!(found(|log| log[4].changes = json!(null)), Err(Fault::Changed(5)));
        assert_eq!(
            found(|log| {
                hidden(log);
                log.remove(4);
            }),
            Err(Fault::TakenOut(5))
        );
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
            rewritten[n].hash = rewritten[n].hash_behind(previous);
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
