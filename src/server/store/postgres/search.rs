//! How PostgreSQL goes about a search. The planner finds the way along an index for everything but a text: how many keys
//! have it, it can't know. So a first question to the trigram index, by a connection that can go no other way, fetches
//! the keys that have it.

use super::pool::Pool;
use crate::api::Sort;
use crate::server::store::count::kept;
use crate::server::store::db::Db;
use crate::server::store::dialect::Dialect;
use crate::server::store::filter::{Filter, TextFilter, sorts_owned};
use crate::server::store::grouped::Ranking;
use crate::server::store::search::{CANDIDATES, Candidates, Search, Source};
use crate::server::store::sql::Sql;
use crate::server::store::value::Value;
use crate::server::store::{StoreError, StoreResult};

/// What the trigram index has of each word.
const LENGTH: usize = 3;

/// The settings of a connection that looks into the trigram index.
pub const BY_TRIGRAMS: &str =
    "SET enable_seqscan = off; SET enable_indexscan = off; SET enable_indexonlyscan = off";

/// The way to the rows of a filter, in an order.
pub async fn of(db: &impl Db, trigrams: &Pool, filter: Filter, sort: Sort) -> StoreResult<Search> {
    if filter.is_revoked() {
        let text = filter.text.as_ref().filter(|text| has_trigram(text));
        let found = match text {
            Some(text) => Some(with_text(db, trigrams, true, text).await?),
            None => None,
        };
        return Ok(Search::revoked(filter, found));
    }
    let mut search = Search::walk(filter, sort);
    search.candidates = candidates(db, trigrams, &search.filter).await?;
    if sorts_owned(sort) || Ranking::of(sort).is_some() {
        sort_what_is_no_walk(db, &mut search, sort).await?;
    }
    Ok(search)
}

/// What no index has in its order is sorted, if there is not too much of it. The planner, which doesn't know that, would read
/// all keys for a few.
async fn sort_what_is_no_walk(db: &impl Db, search: &mut Search, sort: Sort) -> StoreResult<()> {
    let (filter, is_complete) = (
        &search.filter,
        search.candidates.as_ref().is_some_and(|found| found.complete),
    );
    let is_sorted = filter.is_of_owner() && sorts_owned(sort);
    if !is_complete && (is_sorted || filter.counted() != *filter) {
        let mut matching = Sql::new(format!("SELECT k.seq{}", Dialect::Postgres.keys_along("", false)));
        filter.push_to(Dialect::Postgres, &mut matching);
        let matching = Candidates::listed(db, matching).await?;
        if is_sorted && !matching.complete {
            return Err(StoreError::TooManyToSort);
        }
        search.candidates = Some(matching);
    }
    if let (Some(ranking), Source::Walk(_)) = (Ranking::of(sort), search.source()) {
        search.listed = Some(ranking.listed(db, search).await?);
    }
    Ok(())
}

/// `None`: nothing but looking at the rows tells, or they are few anyway.
async fn candidates(db: &impl Db, trigrams: &Pool, filter: &Filter) -> StoreResult<Option<Candidates>> {
    let counted = filter.counted();
    if counted == *filter {
        return Ok(None);
    }
    let listed = Candidates::of_lists(db, filter).await?;
    if listed.as_ref().is_some_and(|listed| listed.complete) {
        return Ok(listed);
    }
    let Some(text) = filter.text.as_ref().filter(|text| has_trigram(text)) else {
        return Ok(listed);
    };
    if kept(db, &counted).await?.total() <= CANDIDATES as u64 {
        return Ok(listed);
    }
    with_text(db, trigrams, false, text).await.map(Some)
}

/// The keys that have the text, or are of a project that has it: of those that were revoked, or of the others.
async fn with_text(
    db: &impl Db,
    trigrams: &Pool,
    revoked: bool,
    text: &TextFilter,
) -> StoreResult<Candidates> {
    let trigrams = trigrams.lease().await?;
    let mut found = containing(&*trigrams, revoked, text).await?;
    trigrams.give_back();
    if found.complete && !text.projects.is_empty() {
        let more = of_projects(db, revoked, text).await?;
        found.complete = more.complete;
        found.seqs.extend(more.seqs);
    }
    Ok(found)
}

fn keys_that_were(revoked: bool) -> &'static str {
    match revoked {
        true => "SELECT k.seq FROM keys AS k WHERE k.revoked_at IS NOT NULL",
        false => "SELECT k.seq FROM keys AS k WHERE k.revoked_at IS NULL",
    }
}

fn has_trigram(text: &TextFilter) -> bool {
    let mut words = text.folded.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word.chars().count() >= LENGTH)
}

async fn containing(trigrams: &impl Db, revoked: bool, text: &TextFilter) -> StoreResult<Candidates> {
    let pattern = || Value::from(pattern(&text.folded));
    let mut sql = Sql::new(keys_that_were(revoked));
    sql.push(
        " AND (k.name_key LIKE ? OR lower(k.ui_domains) LIKE ?)",
        [pattern(), pattern()],
    );
    Candidates::listed(trigrams, sql).await
}

async fn of_projects(db: &impl Db, revoked: bool, text: &TextFilter) -> StoreResult<Candidates> {
    let mut sql = Sql::new(keys_that_were(revoked));
    sql.push(" AND k.project = ANY(?)", [text.projects.as_slice().into()]);
    Candidates::listed(db, sql).await
}

/// For LIKE: the text anywhere, every character as itself.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_every_character_as_itself() {
        assert_eq!(pattern(r"100%_\ü"), r"%100\%\_\\ü%");
    }

    #[test]
    fn a_text_is_looked_up_when_a_word_of_it_is_long_enough() {
        let text = |folded: &str| TextFilter {
            folded: folded.into(),
            in_domains: true,
            projects: Vec::new(),
        };
        let has_trigram = |folded| has_trigram(&text(folded));
        assert!(has_trigram("abc") && has_trigram("a-team") && has_trigram("über"));
        assert!(!has_trigram("ab") && !has_trigram("a-b.c ://"));
    }
}
