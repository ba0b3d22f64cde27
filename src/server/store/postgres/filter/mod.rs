//! A filter in terms of the database, and the ways to its rows.
//!
//! The planner finds the way along an index for everything but a text: how many keys have it, it
//! can't know. So a first question to the trigram index, by a connection that can go no other way, fetches
//! the keys that have it. When they are too many, they are so dense along the index of the sort that
//! walking it fills a page sooner.

mod candidates;
pub mod kept;

use uuid::Uuid;

use super::clock;
use crate::api::{COUNT_CAP, KeyFilter};
use crate::model::{Scope, compared};
use crate::server::store::db::{Db, values};
use crate::server::store::filter::{UsageFilter, whose};
use crate::server::store::sql::Sql;
use crate::server::store::value::Value;
use crate::server::store::{StoreResult, Visible};

/// The most candidates that are fetched.
pub const CANDIDATES: usize = COUNT_CAP as usize;
/// What the trigram index has of each word.
const LENGTH: usize = 3;

/// What a connection is told that is to look into the trigram index.
pub const BY_TRIGRAMS: &str =
    "SET enable_seqscan = off; SET enable_indexscan = off; SET enable_indexonlyscan = off";

/// The conditions on a key, beside that it is active.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub scope: Option<Scope>,
    pub project: Option<Uuid>,
    pub creator: Option<Uuid>,
    pub usage: UsageFilter,
    pub text: Option<Text>,
}

/// A text to look for, as it is compared, and the projects whose name has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub folded: String,
    pub projects: Vec<i64>,
}

/// Rows that may match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    pub seqs: Vec<i64>,
    /// Whether all that match are among them.
    pub complete: bool,
}

impl Filter {
    /// `None` when no key can match.
    pub async fn resolve(db: &impl Db, filter: &KeyFilter, visible: Visible) -> StoreResult<Option<Self>> {
        let Some(creator) = whose(visible, filter.creator) else {
            return Ok(None);
        };
        let text = match &filter.q {
            None => None,
            // Names and domains have none; between domains there is one.
            Some(q) if q.contains(char::is_control) => return Ok(None),
            Some(q) => Some(Text::resolve(db, q).await?),
        };
        Ok(Some(Self {
            scope: filter.scope,
            project: filter.project,
            creator,
            usage: match filter.asks_for_usage() {
                true => UsageFilter::of(filter, clock::now(db).await?),
                false => UsageFilter::default(),
            },
            text,
        }))
    }

    /// ` WHERE …` for the active keys that match.
    pub fn push_to<'a>(&'a self, sql: &mut Sql<'a>) {
        sql.push(" WHERE k.revoked_at IS NULL", []);
        if let Some(scope) = self.scope {
            sql.push(" AND k.scope = ?", [scope.into()]);
        }
        if let Some(project) = self.project {
            sql.push(
                " AND k.project = (SELECT seq FROM projects WHERE id = ?)",
                [project.into()],
            );
        }
        if let Some(creator) = self.creator {
            sql.push(
                " AND k.creator = (SELECT seq FROM users WHERE id = ?)",
                [creator.into()],
            );
        }
        for (condition, values) in self.usage.conditions() {
            sql.push(condition, values.into_iter().map(Value::Number));
        }
        if let Some(text) = &self.text {
            // Not LIKE: that would be looked for in the trigram index, however many have it.
            let q = || Value::from(&text.folded);
            sql.push(
                " AND (strpos(k.name_key, ?) > 0 OR strpos(lower(k.ui_domains), ?) > 0",
                [q(), q()],
            );
            if !text.projects.is_empty() {
                sql.push(" OR k.project = ANY(?)", [text.projects.as_slice().into()]);
            }
            sql.push(")", []);
        }
    }
}

impl Text {
    /// Projects are few, so that looking at each name is cheap.
    async fn resolve(db: &impl Db, q: &str) -> StoreResult<Self> {
        let folded = compared(q);
        let sql = "SELECT seq FROM projects WHERE strpos(name_key, ?) > 0 AND removed_at IS NULL";
        let projects = db.all(sql, values![&folded]).await?;
        Ok(Self { folded, projects })
    }

    fn has_trigram(&self) -> bool {
        let mut words = self.folded.split(|c: char| !c.is_alphanumeric());
        words.any(|word| word.chars().count() >= LENGTH)
    }

    async fn containing(&self, trigrams: &impl Db) -> StoreResult<Candidates> {
        let sql = format!(
            "SELECT k.seq FROM keys AS k
              WHERE k.revoked_at IS NULL AND (k.name_key LIKE ? OR lower(k.ui_domains) LIKE ?) LIMIT {}",
            CANDIDATES + 1
        );
        let pattern = pattern(&self.folded);
        Ok(few(trigrams.all(&sql, values![&pattern, &pattern]).await?))
    }

    async fn of_projects(&self, db: &impl Db) -> StoreResult<Candidates> {
        let sql = format!(
            "SELECT k.seq FROM keys AS k WHERE k.revoked_at IS NULL AND k.project = ANY(?) LIMIT {}",
            CANDIDATES + 1
        );
        Ok(few(db.all(&sql, values![self.projects.as_slice()]).await?))
    }
}

fn few(seqs: Vec<i64>) -> Candidates {
    let complete = seqs.len() <= CANDIDATES;
    Candidates { seqs, complete }
}

/// For LIKE: the text wherever it stands, every character as itself.
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
        let text = |folded: &str| Text {
            folded: folded.into(),
            projects: Vec::new(),
        };
        assert!(text("abc").has_trigram() && text("a-team").has_trigram() && text("über").has_trigram());
        assert!(!text("ab").has_trigram() && !text("a-b.c ://").has_trigram());
    }
}
