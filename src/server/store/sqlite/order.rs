//! The total orders of keys, and for each filter the index that has it.

use rusqlite::types::Value as Sql;

use super::filter::{Clause, Filter};
use super::rows::rank;
use crate::api::Sort;
use crate::server::store::{Place, PlaceValue, StoreError, StoreResult};

/// An index that is in the order of a sort behind the columns that a filter holds equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    pub index: String,
    /// The columns that the index holds equal.
    pub equal: Vec<&'static str>,
    /// The columns of the order, `id` last.
    columns: &'static [&'static str],
}

/// Where reading starts.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    pub place: &'a Place,
    pub inclusive: bool,
}

impl Path {
    /// `owner` is the one of `creator` and `project` to go by, when the filter has one.
    pub fn new(sort: Sort, filter: &Filter, owner: Option<&'static str>) -> Self {
        let by_name = matches!(sort, Sort::Scope | Sort::Name);
        // Under one scope, the scope sort is by name.
        let scoped = filter.scope.is_some() && (by_name || owner.is_none());
        let (suffix, columns): (_, &'static [&'static str]) = match sort {
            Sort::Scope | Sort::Name if scoped => ("scope", &["name_key", "id"]),
            Sort::Scope => ("scope", &["scope", "name_key", "id"]),
            Sort::Name => ("name", &["name_key", "id"]),
            Sort::CreatedAt => ("created_at", &["created_at", "id"]),
            Sort::LastUsedAt => ("last_used_at", &["last_used_at", "id"]),
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
        }
    }

    /// Whether the index has the names.
    pub fn is_by_name(&self) -> bool {
        self.columns.contains(&"name_key")
    }

    /// `AND (…) > (…)`: from a place on, upwards or downwards.
    pub fn from(&self, start: Start, ascending: bool, filter: &Filter) -> StoreResult<Clause> {
        let sign = match (ascending, start.inclusive) {
            (true, false) => ">",
            (true, true) => ">=",
            (false, false) => "<",
            (false, true) => "<=",
        };
        let columns: Vec<String> = self.columns.iter().map(|column| format!("k.{column}")).collect();
        let marks = vec!["?"; columns.len()].join(", ");
        Ok(Clause {
            sql: format!(" AND ({}) {sign} ({marks})", columns.join(", ")),
            values: self.values(start.place, filter)?,
        })
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
    fn values(&self, place: &Place, filter: &Filter) -> StoreResult<Vec<Sql>> {
        let id = Sql::Blob(place.id.as_bytes().to_vec());
        let text = |name: &str| Sql::Text(name.to_owned());
        let values = match (self.columns, &place.value) {
            (["scope", "name_key", "id"], PlaceValue::Scope(scope, name)) => {
                vec![Sql::Integer(rank(*scope)), text(name), id]
            }
            (["name_key", "id"], PlaceValue::Name(name)) => vec![text(name), id],
            (["name_key", "id"], PlaceValue::Scope(scope, name)) => match filter.scope {
                // A place in another scope is before or behind all of this one: no name is empty, and
                // SQLite sorts every text before every blob.
                Some(only) if *scope < only => vec![text(""), id],
                Some(only) if *scope > only => vec![Sql::Blob(Vec::new()), id],
                _ => vec![text(name), id],
            },
            (["created_at" | "last_used_at", "id"], PlaceValue::Time(time)) => vec![Sql::Integer(*time), id],
            _ => {
                return Err(StoreError::Fault(
                    "a place of one sort was used in another".into(),
                ));
            }
        };
        Ok(values)
    }
}
