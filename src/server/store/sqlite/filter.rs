//! A filter in terms of the database: numbers for ids, predicates of SQL, and nothing at all when no
//! key can match.

use jiff::Timestamp;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension};

use super::rows::rank;
use crate::api::KeyFilter;
use crate::model::{Scope, compared};
use crate::server::store::db::at_once;
use crate::server::store::filter::{UsageFilter, whose};
use crate::server::store::people::find_user;
use crate::server::store::{StoreResult, Visible};

/// The conditions on a key, beside that it is active.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub scope: Option<Scope>,
    pub project: Option<i64>,
    pub creator: Option<i64>,
    pub usage: UsageFilter,
    pub text: Option<Text>,
}

/// A text filter: what to look for, as it is compared, and the projects whose name has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub folded: String,
    /// `false` when it is known that no domain has it.
    pub in_domains: bool,
    pub projects: Vec<i64>,
}

/// A piece of a statement and the values of its question marks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Clause {
    pub sql: String,
    pub values: Vec<Sql>,
}

impl Clause {
    pub fn push(&mut self, sql: &str, values: impl IntoIterator<Item = Sql>) {
        self.sql.push_str(sql);
        self.values.extend(values);
    }
}

impl Filter {
    /// `None` when no key can match.
    pub fn resolve(conn: &Connection, filter: &KeyFilter, visible: Visible) -> StoreResult<Option<Self>> {
        let Some(creator) = whose(visible, filter.creator) else {
            return Ok(None);
        };
        let creator = match creator.map(|id| at_once(find_user(conn, id))).transpose()? {
            Some(None) => return Ok(None),
            seq => seq.flatten(),
        };
        let project = match filter.project {
            None => None,
            Some(id) => {
                let mut statement = conn.prepare_cached("SELECT seq FROM projects WHERE id = ?")?;
                match statement
                    .query_row([id.as_bytes()], |row| row.get(0))
                    .optional()?
                {
                    None => return Ok(None),
                    seq => seq,
                }
            }
        };
        let text = match &filter.q {
            None => None,
            // Names and domains have none; in the index they stand between domains.
            Some(q) if q.contains(char::is_control) => return Ok(None),
            Some(q) => Some(Text::resolve(conn, q)?),
        };
        Ok(Some(Self {
            scope: filter.scope,
            project,
            creator,
            usage: UsageFilter::of(filter, Timestamp::now()),
            text,
        }))
    }

    /// ` AND …` for each condition.
    pub fn clause(&self) -> Clause {
        let mut clause = Clause::default();
        let numbers = [
            ("scope", self.scope.map(rank)),
            ("project", self.project),
            ("creator", self.creator),
        ];
        for (column, value) in numbers {
            if let Some(value) = value {
                clause.push(&format!(" AND k.{column} = ?"), [Sql::Integer(value)]);
            }
        }
        for (condition, values) in self.usage.conditions() {
            clause.push(condition, values.into_iter().map(Sql::Integer));
        }
        if let Some(text) = &self.text {
            let q = || [Sql::Text(text.folded.clone())];
            clause.push(" AND (instr(k.name_key, ?)", q());
            if text.in_domains {
                clause.push(" OR instr(lower(k.ui_domains), ?)", q());
            }
            if !text.projects.is_empty() {
                clause.push(
                    " OR k.project IN (SELECT value FROM json_each(?))",
                    [numbers_json(&text.projects)],
                );
            }
            clause.push(")", []);
        }
        clause
    }
}

/// The index that finds what is asked for the soonest; `None` when nothing is asked.
pub fn usage_index(usage: UsageFilter) -> Option<&'static str> {
    match usage {
        UsageFilter {
            refused_since: Some(_),
            ..
        } => Some("keys_by_last_refused_at"),
        UsageFilter { never_used: true, .. }
        | UsageFilter {
            idle_since: Some(_), ..
        } => Some("keys_by_last_used_at"),
        _ => None,
    }
}

impl Text {
    /// Projects are few, so that looking at each name is cheap.
    fn resolve(conn: &Connection, q: &str) -> StoreResult<Self> {
        let folded = compared(q);
        let mut statement =
            conn.prepare_cached("SELECT seq FROM projects WHERE instr(name_key, ?) AND removed_at IS NULL")?;
        let projects = statement
            .query_map([&folded], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            folded,
            in_domains: true,
            projects,
        })
    }
}

/// A list of numbers for `json_each`.
pub fn numbers_json(numbers: &[i64]) -> Sql {
    let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
    Sql::Text(format!("[{}]", numbers.join(",")))
}
