//! The total orders of keys, and for each filter the index that has it.

use uuid::Uuid;

use super::dialect::Dialect;
use super::filter::Filter;
use super::sql::Sql;
use super::value::Value;
use super::{Place, PlaceValue, StoreError, StoreResult};
use crate::api::Sort;
use crate::model::Scope;

/// An index that is in the order of a sort after the columns that a filter holds equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    pub index: String,
    /// The columns that the index holds equal.
    pub equal: Vec<&'static str>,
    /// The columns of the order, `id` last.
    columns: &'static [&'static str],
    scope: Option<Scope>,
}

/// A place in one column of an order. Compared as both engines compare the columns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    Number(i64),
    Scope(Scope),
    Text(String),
    /// After every text.
    AfterText,
    Id(Uuid),
}

impl Mark {
    pub fn value(self, dialect: Dialect) -> Value<'static> {
        match self {
            Mark::Number(number) => number.into(),
            Mark::Scope(scope) => scope.into(),
            Mark::Text(text) => Value::sought(&text),
            Mark::AfterText => dialect.after_text(),
            Mark::Id(id) => id.into(),
        }
    }
}

impl Path {
    /// `owner` is the one of `creator` and `project` to go by, when the filter has one.
    pub fn new(sort: Sort, scope: Option<Scope>, owner: Option<&'static str>) -> Self {
        // Of what is read by groups, as a group lies in it.
        let (sort, owner) = match sort {
            Sort::Project => (Sort::Name, Some("project")),
            Sort::Creator => (Sort::Name, Some("creator")),
            Sort::State => (Sort::ExpiresAt, owner),
            Sort::Requests => (Sort::LastUsedAt, owner),
            sort => (sort, owner),
        };
        let by_name = matches!(sort, Sort::Scope | Sort::Name);
        // Under one scope, the scope sort is by name.
        let scoped = scope.is_some() && (by_name || owner.is_none());
        let (suffix, columns): (_, &'static [&'static str]) = match sort {
            Sort::Scope | Sort::Name if scoped => ("scope", &["name_key", "id"]),
            Sort::Scope => ("scope", &["scope", "name_key", "id"]),
            Sort::Name => ("name", &["name_key", "id"]),
            Sort::CreatedAt => ("created_at", &["created_at", "id"]),
            Sort::LastUsedAt | Sort::Requests => ("last_used_at", &["last_used_at", "id"]),
            Sort::LastRefusedAt => ("last_refused_at", &["last_refused_at", "id"]),
            Sort::ExpiresAt | Sort::Project | Sort::Creator | Sort::State => {
                ("expires_at", &["expires_at", "id"])
            }
        };
        let prefix = match owner {
            Some(owner) => format!("{owner}_"),
            None if scoped && !by_name => "scope_".to_owned(),
            None => String::new(),
        };
        Self {
            index: format!("keys_by_{prefix}{suffix}"),
            equal: owner.into_iter().chain(scoped.then_some("scope")).collect(),
            columns,
            scope,
        }
    }

    /// Revoked keys have one order, by the one of creator and project that a filter has.
    pub fn of_revoked(filter: &Filter) -> Self {
        let owner = match filter.creator {
            Some(_) => Some("creator"),
            None => filter.project.map(|_| "project"),
        };
        let prefix = owner.map_or_else(String::new, |owner| format!("{owner}_"));
        Self {
            index: format!("keys_by_{prefix}revoked_at"),
            equal: owner.into_iter().collect(),
            columns: &["revoked_at", "id"],
            scope: None,
        }
    }

    /// Whether the index has the names.
    pub fn is_by_name(&self) -> bool {
        self.columns.contains(&"name_key")
    }

    /// Whether it is in the order in which keys end.
    pub fn is_by_end(&self) -> bool {
        self.columns.contains(&"expires_at")
    }

    /// Whether the index has the keys apart that are marked as expired; those that are in the order of their ends are anyway.
    pub fn is_by_mark(&self) -> bool {
        !self.is_by_end() && !self.columns.contains(&"revoked_at")
    }

    /// Whether it is in the order in which keys were created.
    pub fn is_by_creation(&self) -> bool {
        self.columns.contains(&"created_at")
    }

    /// The columns of the order as a row: `k.created_at, k.id`.
    pub fn row(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("k.{column}")).collect();
        columns.join(", ")
    }

    pub fn order_by(&self, ascending: bool) -> String {
        let direction = if ascending { "ASC" } else { "DESC" };
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|column| format!("k.{column} {direction}"))
            .collect();
        format!(" ORDER BY {}", columns.join(", "))
    }

    /// The place in terms of the columns.
    pub fn marks(&self, place: &Place) -> StoreResult<Vec<Mark>> {
        let id = Mark::Id(place.id);
        let text = |name: &str| Mark::Text(name.to_owned());
        let marks = match (self.columns, &place.value) {
            (["scope", "name_key", "id"], PlaceValue::Scope(scope, name)) => {
                vec![Mark::Scope(*scope), text(name), id]
            }
            (["name_key", "id"], PlaceValue::Name(name)) => vec![text(name), id],
            (["name_key", "id"], PlaceValue::Scope(scope, name)) => match self.scope {
                // A place in another scope is before or after all of this one: no name is empty.
                Some(only) if *scope < only => vec![text(""), id],
                Some(only) if *scope > only => vec![Mark::AfterText, id],
                _ => vec![text(name), id],
            },
            (
                [
                    "created_at" | "last_used_at" | "last_refused_at" | "expires_at" | "revoked_at",
                    "id",
                ],
                PlaceValue::Time(time),
            ) => vec![Mark::Number(*time), id],
            _ => {
                return Err(StoreError::Fault(
                    "a place of one sort was used in another".into(),
                ));
            }
        };
        Ok(marks)
    }
}

/// ` AND (…) > (…)`: the row of an order on one side of a place.
pub fn bound(sql: &mut Sql<'_>, dialect: Dialect, row: &str, sign: &str, marks: Vec<Mark>) {
    let holes = vec!["?"; marks.len()].join(", ");
    let values = marks.into_iter().map(|mark| mark.value(dialect));
    sql.push(&format!(" AND ({row}) {sign} ({holes})"), values);
}
