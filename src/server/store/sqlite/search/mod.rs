//! Which rows to look at for a filter: along the index of the sort, or a set of candidates that is
//! small enough to sort.

mod candidates;
pub mod kept;
mod trigrams;

use rusqlite::{Connection, params, params_from_iter};

pub use self::candidates::CANDIDATES;
use self::kept::kept;
use super::filter::{Clause, Filter, Text, numbers_json, usage_index};
use super::rows::rank;
use crate::api::Sort;
use crate::server::store::StoreResult;
use crate::server::store::filter::UsageFilter;
use crate::server::store::order::Path;

/// Where rows come from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// The index of the sort, in its order.
    Walk(&'a Path),
    /// These rows, in no order.
    Rows(&'a [i64]),
}

impl Source<'_> {
    /// `SELECT … FROM … WHERE …`: the rows that match.
    pub fn select(self, columns: &str, filter: &Filter) -> Clause {
        let mut clause = Clause::default();
        match self {
            Source::Walk(path) => {
                let from = format!("SELECT {columns} FROM keys AS k INDEXED BY {}", path.index);
                clause.push(&from, []);
            }
            Source::Rows(seqs) => {
                let from = format!(
                    "SELECT {columns} FROM json_each(?) AS c CROSS JOIN keys AS k ON k.seq = c.value"
                );
                clause.push(&from, [numbers_json(seqs)]);
            }
        }
        clause.push(" WHERE k.revoked_at IS NULL", []);
        let conditions = filter.clause();
        clause.push(&conditions.sql, conditions.values);
        clause
    }
}

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
}

impl Search {
    pub fn new(conn: &Connection, filter: Filter, sort: Sort) -> StoreResult<Self> {
        let owner = owner(conn, &filter)?;
        let path = Path::new(sort, filter.scope, owner);
        let walked = Filter {
            scope: filter.scope.filter(|_| path.equal.contains(&"scope")),
            project: filter.project.filter(|_| owner == Some("project")),
            creator: filter.creator.filter(|_| owner == Some("creator")),
            usage: UsageFilter::default(),
            text: None,
        };
        let short = walked == filter || kept(conn, &walked)?.total() <= CANDIDATES as u64;
        let candidates = match short {
            true => None,
            false => candidates(conn, &filter, owner)?,
        };
        let mut search = Self {
            filter,
            path,
            candidates,
        };
        if !short && matches!(search.source(), Source::Walk(_)) {
            search.look_only_where_it_is(conn)?;
        }
        Ok(search)
    }

    /// The cheapest way to all the rows that match.
    pub fn source(&self) -> Source<'_> {
        match &self.candidates {
            Some(Candidates { seqs, complete: true }) => Source::Rows(seqs),
            _ => Source::Walk(&self.path),
        }
    }

    /// A walk by name needs no look at the rows when no domain has the text.
    fn look_only_where_it_is(&mut self, conn: &Connection) -> StoreResult<()> {
        if let Some(text) = &mut self.filter.text
            && self.path.is_by_name()
        {
            text.in_domains = trigrams::may_be_in_domains(conn, &text.folded)?;
        }
        Ok(())
    }
}

/// The first few that are complete.
fn candidates(
    conn: &Connection,
    filter: &Filter,
    owner: Option<&'static str>,
) -> StoreResult<Option<Candidates>> {
    let used = used(conn, filter.usage)?;
    if used.as_ref().is_some_and(|used| used.complete) {
        return Ok(used);
    }
    Ok(match (&filter.text, owner, filter.scope) {
        (Some(text), _, _) => containing(conn, text)?.or(used),
        (None, Some(owner), Some(_)) => Some(scoped(conn, owner, filter)?),
        (None, _, _) => used,
    })
}

/// The keys that were used as is asked for.
fn used(conn: &Connection, usage: UsageFilter) -> StoreResult<Option<Candidates>> {
    let Some(index) = usage_index(usage) else {
        return Ok(None);
    };
    let filter = Filter {
        usage,
        ..Filter::default()
    };
    let mut clause = filter.clause();
    clause.push(" LIMIT ?", [(CANDIDATES as i64 + 1).into()]);
    let sql = format!(
        "SELECT k.seq FROM keys AS k INDEXED BY {index} WHERE k.revoked_at IS NULL{}",
        clause.sql
    );
    few(conn, &sql, params_from_iter(clause.values)).map(Some)
}

/// Whether to go by the creator or the project: by the one with fewer keys.
fn owner(conn: &Connection, filter: &Filter) -> StoreResult<Option<&'static str>> {
    Ok(match (filter.creator, filter.project) {
        (None, None) => None,
        (Some(_), None) => Some("creator"),
        (None, Some(_)) => Some("project"),
        (creator @ Some(_), project @ Some(_)) => {
            let by_creator = kept(
                conn,
                &Filter {
                    creator,
                    ..Filter::default()
                },
            )?;
            let by_project = kept(
                conn,
                &Filter {
                    project,
                    ..Filter::default()
                },
            )?;
            Some(if by_creator.total() < by_project.total() {
                "creator"
            } else {
                "project"
            })
        }
    })
}

/// The keys of a creator or project that have a scope.
fn scoped(conn: &Connection, owner: &'static str, filter: &Filter) -> StoreResult<Candidates> {
    let sql = format!(
        "SELECT k.seq FROM keys AS k INDEXED BY keys_by_{owner}_scope
          WHERE k.revoked_at IS NULL AND k.{owner} = ? AND k.scope = ? LIMIT ?"
    );
    let value = if owner == "creator" {
        filter.creator
    } else {
        filter.project
    };
    few(
        conn,
        &sql,
        params![value, filter.scope.map(rank), CANDIDATES as i64 + 1],
    )
}

/// The keys whose name, domains or project's name contain the text.
fn containing(conn: &Connection, text: &Text) -> StoreResult<Option<Candidates>> {
    let limit = CANDIDATES as i64 + 1;
    let Some(phrases) = trigrams::phrases(conn, &text.folded)? else {
        return Ok(None);
    };
    let mut found = Candidates {
        seqs: Vec::new(),
        complete: phrases.is_empty(),
    };
    for phrase in phrases {
        let matching = "SELECT rowid FROM key_search WHERE key_search MATCH ? LIMIT ?";
        found = few(conn, matching, params![phrase, limit])?;
        if found.complete {
            break;
        }
    }
    if found.complete && !text.projects.is_empty() {
        let of_projects =
            "SELECT k.seq FROM json_each(?) AS p CROSS JOIN keys AS k INDEXED BY keys_by_project_scope
                            WHERE k.project = p.value AND k.revoked_at IS NULL LIMIT ?";
        let more = few(conn, of_projects, params![numbers_json(&text.projects), limit])?;
        found.complete = more.complete;
        found.seqs.extend(more.seqs);
        // In the order in which they lie in the table.
        found.seqs.sort_unstable();
        found.seqs.dedup();
    }
    Ok(Some(found))
}

/// The numbers that a statement finds up to its limit.
fn few(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> StoreResult<Candidates> {
    let mut statement = conn.prepare_cached(sql)?;
    let seqs: Vec<i64> = statement
        .query_map(params, |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let complete = seqs.len() <= CANDIDATES;
    Ok(Candidates { seqs, complete })
}
