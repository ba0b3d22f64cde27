//! Which rows to look at for a filter: along the index of the sort, or a set of candidates that is
//! small enough to sort.

use rusqlite::{Connection, params};

use super::count::kept;
use super::filter::{Clause, Filter, Text, numbers_json};
use super::order::Path;
use super::rows::rank;
use crate::api::Sort;
use crate::server::store::StoreResult;

/// The most candidates that are fetched and sorted; more of them are so dense in the index of the
/// sort that walking it fills a page sooner.
pub const CANDIDATES: usize = 5_000;
/// The shortest text that the trigram index can find.
const TRIGRAM: usize = 3;

/// Where the rows come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The index of the sort, in its order.
    Walk(Path),
    /// These rows, in no order; all that match are among them.
    Candidates(Path, Vec<i64>),
}

impl Source {
    pub fn path(&self) -> &Path {
        match self {
            Source::Walk(path) | Source::Candidates(path, _) => path,
        }
    }

    /// `SELECT … FROM … WHERE …`: the rows that match.
    pub fn rows(&self, columns: &str, filter: &Filter) -> Clause {
        let mut clause = Clause::default();
        match self {
            Source::Walk(path) => {
                let from = format!("SELECT {columns} FROM keys AS k INDEXED BY {}", path.index);
                clause.push(&from, []);
            }
            Source::Candidates(_, seqs) => {
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

/// The cheapest way to the rows of a filter in an order.
pub fn source(conn: &Connection, filter: &Filter, sort: Sort) -> StoreResult<Source> {
    let owner = owner(conn, filter)?;
    let path = Path::new(sort, filter, owner);
    let in_path = Filter {
        scope: filter.scope.filter(|_| path.equal.contains(&"scope")),
        project: filter.project.filter(|_| owner == Some("project")),
        creator: filter.creator.filter(|_| owner == Some("creator")),
        text: None,
    };
    if in_path == *filter || kept(conn, &in_path)?.total() <= CANDIDATES as u64 {
        return Ok(Source::Walk(path));
    }
    let found = match (&filter.text, owner, filter.scope) {
        (Some(text), _, _) => containing(conn, text)?,
        (None, Some(owner), Some(_)) => scoped(conn, owner, filter)?,
        _ => None,
    };
    Ok(match found {
        Some(seqs) => Source::Candidates(path, seqs),
        None => Source::Walk(path),
    })
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

/// The keys of a creator or project that have a scope, when few have.
fn scoped(conn: &Connection, owner: &'static str, filter: &Filter) -> StoreResult<Option<Vec<i64>>> {
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

/// The keys whose name, domains or project's name contain the text, when few do and it is long
/// enough to be in the trigram index.
fn containing(conn: &Connection, text: &Text) -> StoreResult<Option<Vec<i64>>> {
    if text.folded.chars().count() < TRIGRAM {
        return Ok(None);
    }
    let phrase = format!("\"{}\"", text.folded.replace('"', "\"\""));
    let limit = CANDIDATES as i64 + 1;
    let matching = "SELECT rowid FROM key_search WHERE key_search MATCH ? LIMIT ?";
    let Some(mut seqs) = few(conn, matching, params![phrase, limit])? else {
        return Ok(None);
    };
    if !text.projects.is_empty() {
        let of_projects =
            "SELECT k.seq FROM json_each(?) AS p CROSS JOIN keys AS k INDEXED BY keys_by_project_scope
                            WHERE k.project = p.value AND k.revoked_at IS NULL LIMIT ?";
        let Some(more) = few(conn, of_projects, params![numbers_json(&text.projects), limit])? else {
            return Ok(None);
        };
        seqs.extend(more);
        seqs.sort_unstable();
        seqs.dedup();
    }
    Ok(Some(seqs))
}

/// The numbers that a statement finds, unless it finds too many.
fn few(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> StoreResult<Option<Vec<i64>>> {
    let mut statement = conn.prepare_cached(sql)?;
    let seqs: Vec<i64> = statement
        .query_map(params, |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some(seqs).filter(|seqs| seqs.len() <= CANDIDATES))
}
