//! Orders by a rank that few keys have: these are listed and sorted. All others have one rank, so that they are a walk along
//! an index.

use super::super::dialect::Dialect;
use super::super::key_row::{StoredKey, rotating};
use super::super::marks::marked;
use super::super::search::{Candidates, Search};
use super::super::sql::Sql;
use super::super::{StoreResult, weeks};
use crate::api::Sort;
use crate::server::store::db::Db;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ranking {
    /// Disabled keys, then those that are being rotated, then the others.
    Standing,
    /// By how often they were allowed in the last seven days, those that were not in the order of their last use.
    Requests,
}

impl Ranking {
    pub fn of(sort: Sort) -> Option<Self> {
        match sort {
            Sort::State => Some(Ranking::Standing),
            Sort::Requests => Some(Ranking::Requests),
            Sort::Name | Sort::Scope | Sort::CreatedAt | Sort::LastUsedAt | Sort::ExpiresAt => None,
            Sort::Project | Sort::Creator | Sort::LastRefusedAt => None,
        }
    }

    /// The rank of the keys that are not listed.
    pub fn of_others(self) -> i64 {
        match self {
            Ranking::Standing => 2,
            Ranking::Requests => 0,
        }
    }

    /// Whether listed keys come before all others in ascending order.
    pub fn is_listed_first(self) -> bool {
        self == Ranking::Standing
    }

    /// The rank of a table named `k`.
    pub fn rank(self, dialect: Dialect) -> String {
        let others = self.of_others();
        match self {
            Ranking::Standing => format!(
                "CAST(CASE WHEN k.disabled_at IS NOT NULL THEN 0 WHEN {} THEN 1 ELSE {others} END AS bigint)",
                rotating(dialect)
            ),
            // What was used has more than none, so that a place says in which part of the order it is.
            Ranking::Requests => format!(
                "CAST(CASE WHEN {} THEN coalesce((SELECT CASE WHEN w.n > 1 THEN w.n ELSE 1 END FROM (SELECT {} AS n
                    FROM usage_weeks WHERE key = k.seq) AS w), 1) ELSE {others} END AS bigint)",
                self.is_listed(dialect),
                weeks::allowed(dialect)
            ),
        }
    }

    /// Whether `k` is one of the listed.
    pub fn is_listed(self, dialect: Dialect) -> String {
        match self {
            Ranking::Standing => format!("(k.disabled_at IS NOT NULL OR {})", rotating(dialect)),
            Ranking::Requests => format!("k.last_used_at >= {}", weeks::since(dialect)),
        }
    }

    /// Whether `k` is one of the others.
    pub fn is_other(self, dialect: Dialect) -> String {
        match self {
            Ranking::Standing => format!("k.disabled_at IS NULL AND NOT {}", rotating(dialect)),
            Ranking::Requests => format!("k.last_used_at < {}", weeks::since(dialect)),
        }
    }

    /// The column that keys of one rank are in the order of.
    pub fn column(self) -> &'static str {
        match self {
            Ranking::Standing => "expires_at",
            Ranking::Requests => "last_used_at",
        }
    }

    /// What a key has in that column.
    pub fn within(self, key: &StoredKey) -> i64 {
        match self {
            Ranking::Standing => key.end(),
            Ranking::Requests => key.last_used(),
        }
    }

    /// The keys that are listed; refused where they are too many to be sorted. Of those that were used recently only what the
    /// filter has, since there may be many of them.
    pub async fn listed<D: Db>(self, db: &D, search: &Search) -> StoreResult<Vec<i64>> {
        let rotating = format!("k.old_ends_at > {}", D::DIALECT.now());
        let used = self.is_listed(D::DIALECT);
        let lists = match self {
            Ranking::Standing => vec![
                ("keys_by_disabled_at", "k.disabled_at IS NOT NULL"),
                ("keys_by_old_ends_at", rotating.as_str()),
            ],
            Ranking::Requests => vec![(search.path.index.as_str(), used.as_str())],
        };
        let mut seqs = Vec::new();
        for (index, condition) in lists {
            let along = D::DIALECT.keys_along(index, false);
            let mut list = Sql::new(format!("SELECT k.seq{along} AND {condition}"));
            if self == Ranking::Requests {
                if search.path.is_by_mark() {
                    list.push(marked(search.filter.is_expired()), []);
                }
                search.filter.push_to(D::DIALECT, &mut list);
            }
            seqs.extend(Candidates::listed(db, list).await?.all()?);
        }
        seqs.sort_unstable();
        seqs.dedup();
        Ok(seqs)
    }
}
