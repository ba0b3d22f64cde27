//! Holding the tables against the log, a part at a time: where it goes on, and the first row that the log does not explain.

use std::fmt;
use std::str::FromStr;

use super::creator::Logged;
use super::{BATCH, EntityKind, EntityState};
use crate::api::ChainHash;
use crate::server::store::StoreResult;
use crate::server::store::row::{Columns, Read, Row};

/// Where a comparison goes on. Its text is opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub stage: Stage,
    /// Only rows with this number or greater ones. Somebody could give a row a negative one.
    pub from: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Whether the indexes of a table say what it says: all that is read later is found by them.
    Indexes(&'static str),
    Baseline,
    Of(EntityKind),
    /// Removals and plans that are not finished.
    Removals,
    /// Which key an `Idempotency-Key` created.
    Idempotency,
    /// What the log knows and no table holds.
    Missing,
}

const STAGES: [(Stage, &str); 15] = [
    (Stage::Indexes("users"), "index-users"),
    (Stage::Indexes("projects"), "index-projects"),
    (Stage::Indexes("gateways"), "index-gateways"),
    (Stage::Indexes("session_tokens"), "index-session-tokens"),
    (Stage::Indexes("removals"), "index-removals"),
    (Stage::Indexes("keys"), "index-keys"),
    (Stage::Indexes("activity"), "index-activity"),
    (Stage::Baseline, "baseline"),
    (Stage::Of(EntityKind::Person), "person"),
    (Stage::Of(EntityKind::Project), "project"),
    (Stage::Of(EntityKind::Gateway), "gateway"),
    (Stage::Removals, "removals"),
    (Stage::Idempotency, "idempotency"),
    (Stage::Missing, "missing"),
    (Stage::Of(EntityKind::Key), "key"),
];

impl Stage {
    pub fn next(self) -> Option<Cursor> {
        let at = STAGES.iter().position(|(stage, _)| *stage == self)?;
        let (stage, _) = STAGES.get(at + 1)?;
        Some(Cursor::at(*stage))
    }
}

impl Cursor {
    pub const START: Self = Self::at(Stage::Indexes("users"));
    /// Where removals are looked at.
    pub const REMOVALS: Self = Self::at(Stage::Removals);

    const fn at(stage: Stage) -> Self {
        Self {
            stage,
            from: i64::MIN,
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = STAGES.iter().find(|(stage, _)| *stage == self.stage);
        write!(f, "{}:{}", name.map_or("", |(_, name)| *name), self.from)
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (stage, from) = text.split_once(':').ok_or(())?;
        let (stage, _) = STAGES.iter().find(|(_, name)| *name == stage).ok_or(())?;
        Ok(Self {
            stage: *stage,
            from: from.parse().map_err(drop)?,
        })
    }
}

/// A part of the tables, held against the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// How many rows were looked at.
    pub rows: u64,
    pub next: Option<Cursor>,
    /// The first row that the log does not explain, in a sentence.
    pub unexplained: Option<String>,
}

impl Compared {
    pub fn at_once(stage: Stage, unexplained: Option<String>) -> Self {
        Self {
            rows: 0,
            next: stage.next().filter(|_| unexplained.is_none()),
            unexplained,
        }
    }
}

/// A row of [`EntityKind::select_stated`].
pub struct ComparedRow {
    entity: EntityState,
    stated: Option<ChainHash>,
    /// Of a key alone.
    logged: Option<Logged>,
}

impl Read for ComparedRow {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let entity: EntityState = columns.next()?;
        Ok(Self {
            stated: columns.readable(),
            logged: match entity.kind() {
                EntityKind::Key => Some(columns.next()?),
                _ => None,
            },
            entity,
        })
    }
}

impl ComparedRow {
    /// In a sentence, what the log does not explain of it.
    fn unexplained(&self) -> Option<String> {
        let told = self
            .logged
            .as_ref()
            .and_then(|logged| logged.contradicts(&self.entity));
        told.or_else(|| self.entity.unexplained(self.stated))
    }
}

/// Puts together what was read of one kind, in the order of the numbers.
pub struct Comparing {
    kind: EntityKind,
    compared: Compared,
    last: i64,
}

impl Comparing {
    pub fn of(kind: EntityKind) -> Self {
        Self {
            kind,
            compared: Compared {
                rows: 0,
                next: None,
                unexplained: None,
            },
            last: 0,
        }
    }

    pub fn row(&mut self, row: &ComparedRow) {
        self.last = row.entity.number;
        self.compared.rows += 1;
        if self.compared.unexplained.is_none() {
            self.compared.unexplained = row.unexplained();
        }
    }

    pub fn finish(self) -> Compared {
        let stage = Stage::Of(self.kind);
        let next = match self.compared.rows as i64 == BATCH {
            true => Some(Cursor {
                stage,
                from: self.last.saturating_add(1),
            }),
            false => stage.next(),
        };
        Compared {
            next: next.filter(|_| self.compared.unexplained.is_none()),
            ..self.compared
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_goes_through_all_stages() {
        let mut stages = vec![Cursor::START];
        while let Some(next) = stages.last().and_then(|cursor| cursor.stage.next()) {
            stages.push(next);
        }
        assert_eq!(stages.len(), STAGES.len());
        for cursor in stages {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "key", "key:", "key:x", "people:1", "key:1:2"] {
            assert_eq!(text.parse::<Cursor>(), Err(()), "{text}");
        }
    }
}
