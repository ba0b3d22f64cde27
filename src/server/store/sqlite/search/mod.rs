//! How SQLite goes about a search: which rows it looks at is decided here, since its planner doesn't know how many keys
//! have a text, or how many of a creator are of a project.

#[cfg(test)]
mod plans;
mod trigrams;

use rusqlite::Connection;

use self::trigrams::{ACTIVE, REVOKED, TextIndex};
use crate::api::Sort;
use crate::server::store::count::kept;
use crate::server::store::db::at_once;
use crate::server::store::dialect::Dialect;
use crate::server::store::filter::{Filter, TextFilter, UsageFilter, sorts_owned};
use crate::server::store::grouped::Ranking;
use crate::server::store::order::Path;
use crate::server::store::search::{CANDIDATES, Candidates, Search, Source};
use crate::server::store::sql::Sql;
use crate::server::store::value::Value;
use crate::server::store::{StoreError, StoreResult};

/// The way to the rows of a filter, in an order.
pub fn of(conn: &Connection, filter: Filter, sort: Sort) -> StoreResult<Search> {
    if filter.is_revoked() {
        let containing = match &filter.text {
            Some(text) => containing(conn, &REVOKED, text)?,
            None => None,
        };
        return Ok(Search::revoked(filter, containing));
    }
    let owner = owner(conn, &filter)?.filter(|_| !sorts_owned(sort));
    let path = Path::new(sort, filter.scope, owner);
    let walked = Filter {
        scope: filter.scope.filter(|_| path.equal.contains(&"scope")),
        project: filter.project.filter(|_| owner == Some("project")),
        creator: filter.creator.filter(|_| owner == Some("creator")),
        usage: UsageFilter {
            state: filter.usage.state.filter(|_| filter.is_expired()),
            ..UsageFilter::default()
        },
        ..Filter::default()
    };
    let short = walked == filter || few(conn, &walked)?;
    let candidates = match short {
        _ if filter.is_of_owner() && sorts_owned(sort) => Some(owned(conn, &filter)?),
        true => None,
        false => candidates(conn, &filter, owner)?,
    };
    let mut search = Search {
        filter,
        path,
        candidates,
        listed: None,
    };
    if let (Some(ranking), Source::Walk(_)) = (Ranking::of(sort), search.source()) {
        search.listed = Some(at_once(ranking.listed(conn, &search))?);
    }
    if !short && matches!(search.source(), Source::Walk(_)) {
        look_only_where_it_is(conn, &mut search)?;
    }
    Ok(search)
}

/// Whether what matches is sooner sorted than looked for.
fn few(conn: &Connection, filter: &Filter) -> StoreResult<bool> {
    Ok(at_once(kept(conn, filter))?.total() <= CANDIDATES as u64)
}

/// A walk by name needs no look at the rows when no domain has the text.
fn look_only_where_it_is(conn: &Connection, search: &mut Search) -> StoreResult<()> {
    if let Some(text) = &mut search.filter.text
        && search.path.is_by_name()
    {
        text.in_domains = trigrams::may_be_in_domains(conn, &text.folded)?;
    }
    Ok(())
}

/// The first few that are complete.
fn candidates(
    conn: &Connection,
    filter: &Filter,
    owner: Option<&'static str>,
) -> StoreResult<Option<Candidates>> {
    let listed = at_once(Candidates::of_lists(conn, filter))?;
    if listed.as_ref().is_some_and(|listed| listed.complete) {
        return Ok(listed);
    }
    Ok(match (&filter.text, owner, filter.scope) {
        (Some(text), _, _) => containing(conn, &ACTIVE, text)?.or(listed),
        (None, Some(owner), Some(_)) => Some(scoped(conn, owner, filter)?),
        (None, _, _) => listed,
    })
}

/// Whether to go by the creator or the project: by the one with fewer keys.
fn owner(conn: &Connection, filter: &Filter) -> StoreResult<Option<&'static str>> {
    Ok(match (filter.creator, filter.project) {
        (None, None) => None,
        (Some(_), None) => Some("creator"),
        (None, Some(_)) => Some("project"),
        (creator @ Some(_), project @ Some(_)) => {
            let by_creator = Filter {
                creator,
                ..Filter::default()
            };
            let by_project = Filter {
                project,
                ..Filter::default()
            };
            let by_creator = at_once(kept(conn, &by_creator))?.total();
            let by_project = at_once(kept(conn, &by_project))?.total();
            Some(if by_creator < by_project {
                "creator"
            } else {
                "project"
            })
        }
    })
}

/// The keys of a creator or project that have a scope.
fn scoped(conn: &Connection, owner: &'static str, filter: &Filter) -> StoreResult<Candidates> {
    let along = Dialect::Sqlite.keys_along(&format!("keys_by_{owner}_scope"), false);
    let mut sql = Sql::new(format!("SELECT k.seq{along}"));
    let of = Filter {
        scope: filter.scope,
        project: filter.project.filter(|_| owner == "project"),
        creator: filter.creator.filter(|_| owner == "creator"),
        ..Filter::default()
    };
    of.push_counted_to(&mut sql);
    filter.push_mark_to(Dialect::Sqlite, &mut sql);
    at_once(Candidates::listed(conn, sql))
}

/// The keys of a creator or project that match, where they are few enough to be sorted.
fn owned(conn: &Connection, filter: &Filter) -> StoreResult<Candidates> {
    let owner = owner(conn, filter)?.unwrap_or("creator");
    let of_owner = Filter {
        project: filter.project.filter(|_| owner == "project"),
        creator: filter.creator.filter(|_| owner == "creator"),
        ..Filter::default()
    };
    if few(conn, &of_owner)? {
        let along = Dialect::Sqlite.keys_along(&format!("keys_by_{owner}_scope"), false);
        let mut sql = Sql::new(format!("SELECT k.seq{along}"));
        filter.push_to(Dialect::Sqlite, &mut sql);
        filter.push_mark_to(Dialect::Sqlite, &mut sql);
        return at_once(Candidates::listed(conn, sql));
    }
    let found = candidates(conn, filter, Some(owner))?;
    found
        .filter(|found| found.complete)
        .ok_or(StoreError::TooManyToSort)
}

/// The keys whose name, domains or project's name contain the text.
fn containing(conn: &Connection, index: &TextIndex, text: &TextFilter) -> StoreResult<Option<Candidates>> {
    let Some(phrases) = trigrams::phrases(conn, index, &text.folded)? else {
        return Ok(None);
    };
    let mut found = Candidates {
        seqs: Vec::new(),
        complete: phrases.is_empty(),
    };
    let search = index.search;
    for phrase in phrases {
        let mut matching = Sql::default();
        matching.push(
            &format!("SELECT rowid FROM {search} WHERE {search} MATCH ?"),
            [Value::from(phrase)],
        );
        found = at_once(Candidates::listed(conn, matching))?;
        if found.complete {
            break;
        }
    }
    if found.complete && !text.projects.is_empty() {
        let more = at_once(Candidates::listed(conn, of_projects(index, text)))?;
        found.complete = more.complete;
        found.seqs.extend(more.seqs);
        // In the order in which they lie in the table.
        found.seqs.sort_unstable();
        found.seqs.dedup();
    }
    Ok(Some(found))
}

fn of_projects<'a>(index: &TextIndex, text: &'a TextFilter) -> Sql<'a> {
    let is = if index.is_revoked {
        "IS NOT NULL"
    } else {
        "IS NULL"
    };
    let mut sql = Sql::default();
    sql.push(
        &format!(
            "SELECT k.seq FROM json_each(?) AS p CROSS JOIN keys AS k INDEXED BY {}
              WHERE k.project = p.value AND k.revoked_at {is}",
            index.by_project
        ),
        [text.projects.as_slice().into()],
    );
    sql
}
