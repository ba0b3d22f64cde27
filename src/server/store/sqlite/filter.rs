//! A filter in terms of the database: numbers for ids, predicates of SQL, and nothing at all when no
//! key can match.

use jiff::{SignedDuration, Timestamp};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension};

use super::people::find_user;
use super::rows::rank;
use crate::api::KeyFilter;
use crate::model::Scope;
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

/// How keys were used; times in microseconds since the epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageFilter {
    /// Neither used nor created since.
    pub idle_since: Option<i64>,
    pub never_used: bool,
    pub refused_since: Option<i64>,
}

/// A text filter: what to look for, in lower case, and the projects whose name has it.
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
        let creator = match (visible, filter.creator) {
            (Visible::CreatedBy(user), Some(creator)) if user != creator => return Ok(None),
            (Visible::CreatedBy(user), _) => Some(user),
            (Visible::All, creator) => creator,
        };
        let creator = match creator.map(|id| find_user(conn, id)).transpose()? {
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
        self.usage.push_to(&mut clause);
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

impl UsageFilter {
    fn of(filter: &KeyFilter, now: Timestamp) -> Self {
        // Hours are few enough for any time of today to have room for them.
        let before = |hours: u32| now - SignedDuration::from_hours(hours.into());
        Self {
            idle_since: filter.idle_days.map(|days| before(days * 24).as_microsecond()),
            never_used: filter.never_used == Some(true),
            refused_since: filter.refused_hours.map(|hours| before(hours).as_microsecond()),
        }
    }

    fn push_to(self, clause: &mut Clause) {
        if let Some(since) = self.idle_since {
            let since = || Sql::Integer(since);
            clause.push(" AND k.last_used_at < ? AND k.created_at < ?", [since(), since()]);
        }
        if self.never_used {
            clause.push(" AND k.last_used_at = 0", []);
        }
        if let Some(since) = self.refused_since {
            // Said twice: the index is of those that were refused at all.
            let since = Sql::Integer(since);
            clause.push(" AND k.last_refused_at > 0 AND k.last_refused_at >= ?", [since]);
        }
    }

    /// The index that finds what is asked for the soonest; `None` when nothing is asked.
    pub fn index(self) -> Option<&'static str> {
        match self {
            Self {
                refused_since: Some(_),
                ..
            } => Some("keys_by_last_refused_at"),
            Self { never_used: true, .. }
            | Self {
                idle_since: Some(_), ..
            } => Some("keys_by_last_used_at"),
            _ => None,
        }
    }
}

impl Text {
    /// Projects are few, so that looking at each name is cheap.
    fn resolve(conn: &Connection, q: &str) -> StoreResult<Self> {
        let folded = q.to_lowercase();
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
