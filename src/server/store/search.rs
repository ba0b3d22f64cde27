//! Which rows to look at for a filter: along the index of the sort, or a set of candidates that is small enough to sort.
//! Each engine chooses in its own way (`sqlite/search`, `postgres/search.rs`); what it chose is read here.

use super::db::Db;
use super::dialect::Dialect;
use super::filter::Filter;
use super::marks;
use super::order::Path;
use super::sql::Sql;
use super::{StoreError, StoreResult};
use crate::api::{COUNT_CAP, Sort};

/// The most candidates that are fetched and sorted. More of them are so dense in the index of the sort that walking it
/// fills a page sooner, and are more than is counted.
pub const CANDIDATES: usize = COUNT_CAP as usize;

/// Rows that may match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    pub seqs: Vec<i64>,
    /// Whether all that match are among them.
    pub complete: bool,
}

/// A filter in an order, and the ways to its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub filter: Filter,
    pub path: Path,
    /// `None` when the walk is short anyway, or nothing but the walk finds them.
    pub candidates: Option<Candidates>,
    /// What a ranking lists, where a walk needs it beside the index.
    pub listed: Option<Vec<i64>>,
}

/// Where rows come from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// The index of the sort, in its order.
    Walk(&'a Path),
    /// These rows, in no order.
    Rows(&'a [i64]),
}

impl Search {
    /// Along the index of the sort, which PostgreSQL finds by itself.
    pub fn walk(filter: Filter, sort: Sort) -> Self {
        Self {
            path: Path::new(sort, filter.scope, None),
            filter,
            candidates: None,
            listed: None,
        }
    }

    /// Along the order in which keys were revoked, unless a text of theirs finds few: the other indexes are of keys that
    /// were not.
    pub fn revoked(filter: Filter, containing: Option<Candidates>) -> Self {
        Self {
            path: Path::of_revoked(&filter),
            filter,
            candidates: containing,
            listed: None,
        }
    }

    /// The cheapest way to all the rows that match.
    pub fn source(&self) -> Source<'_> {
        match &self.candidates {
            Some(Candidates { seqs, complete: true }) => Source::Rows(seqs),
            _ => Source::Walk(&self.path),
        }
    }

    /// These rows instead.
    pub fn of_rows(&self, seqs: Vec<i64>) -> Self {
        let complete = true;
        Self {
            candidates: Some(Candidates { seqs, complete }),
            ..self.clone()
        }
    }

    /// Where only marked keys, or only others, are walked along: whether it is the marked ones. Those that are marked wrongly
    /// are missing then.
    pub fn by_mark(&self) -> Option<bool> {
        match self.source() {
            Source::Walk(path) if path.is_by_mark() => Some(self.filter.is_expired()),
            _ => None,
        }
    }

    /// Those that are missing.
    pub async fn strays<D: Db>(&self, db: &D) -> StoreResult<Vec<i64>> {
        let Some(expired) = self.by_mark() else {
            return Ok(Vec::new());
        };
        let mut sql = marks::select_strays(D::DIALECT, expired, "k.seq");
        self.filter.push_counted_to(&mut sql);
        sql.all(db).await
    }

    /// ` FROM … WHERE …`: the keys that match, of this source.
    pub fn push_to<'a>(&'a self, source: Source<'a>, dialect: Dialect, sql: &mut Sql<'a>) {
        match source {
            Source::Walk(path) => {
                sql.push(&dialect.keys_along(&path.index, self.filter.is_revoked()), []);
                if path.is_by_mark() {
                    sql.push(marks::marked(self.filter.is_expired()), []);
                }
            }
            Source::Rows(seqs) => sql.push(&dialect.keys_of(self.filter.is_revoked(), ""), [seqs.into()]),
        }
        self.filter.push_to(dialect, sql);
    }
}

impl Candidates {
    /// Refused where they are too many to be sorted.
    pub fn all(self) -> StoreResult<Vec<i64>> {
        match self.complete {
            true => Ok(self.seqs),
            false => Err(StoreError::TooManyToSort),
        }
    }

    /// The first of those that a statement lists.
    pub async fn listed<D: Db>(db: &D, mut list: Sql<'_>) -> StoreResult<Self> {
        list.at_least(D::DIALECT, CANDIDATES + 1);
        let seqs: Vec<i64> = list.all(db).await?;
        let complete = seqs.len() <= CANDIDATES;
        Ok(Self { seqs, complete })
    }

    /// The first complete list of those that the filter has; otherwise the last one.
    pub async fn of_lists<D: Db>(db: &D, filter: &Filter) -> StoreResult<Option<Self>> {
        let mut found = None;
        for list in filter.lists(D::DIALECT) {
            let listed = Self::listed(db, list).await?;
            let complete = listed.complete;
            found = Some(listed);
            if complete {
                break;
            }
        }
        Ok(found)
    }
}
