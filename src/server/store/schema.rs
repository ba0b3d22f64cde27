//! Whether a database has the schema that this version makes, object by object. A trigger that was dropped or put
//! in, or a view that was replaced, would change what the program's own statements do.

use std::collections::BTreeMap;
use std::fmt;

use super::{StoreError, StoreResult};

/// The most that are named in one sentence.
const NAMED: usize = 5;
const NOT_OURS: &str = "is not keydeck's";

/// The objects of a database, and how each is defined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema(BTreeMap<Object, String>);

/// What the first ones to be named are of: a table that is gone takes its columns and indexes along.
const FIRST: [&str; 4] = ["table", "view", "function", "trigger"];

/// Such as: the trigger keys_stay_revoked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Object {
    kind: String,
    name: String,
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} {}", self.kind, self.name)
    }
}

impl Schema {
    /// Of two objects of one name, which no engine makes, both definitions are kept.
    pub fn add(&mut self, kind: String, name: String, definition: &str) {
        let kept = self.0.entry(Object { kind, name }).or_default();
        kept.push_str(definition);
        kept.push('\n');
    }

    /// Refuses a database whose schema is another one than `self`.
    pub fn require(&self, found: &Schema) -> StoreResult<()> {
        let mut differences: Vec<(&Object, &str)> = Vec::new();
        for (object, definition) in &self.0 {
            match found.0.get(object) {
                None => differences.push((object, "is missing")),
                Some(other) if other != definition => differences.push((object, "was changed")),
                Some(_) => {}
            }
        }
        let added = found.0.keys().filter(|object| !self.0.contains_key(object));
        differences.extend(added.map(|object| (object, NOT_OURS)));
        if differences.is_empty() {
            return Ok(());
        }
        Err(StoreError::Schema(told(differences)))
    }
}

fn told(mut differences: Vec<(&Object, &str)>) -> String {
    let rank = |object: &Object| {
        let rank = FIRST.iter().position(|kind| *kind == object.kind);
        rank.unwrap_or(FIRST.len())
    };
    differences.sort_by_key(|(object, _)| (rank(object), *object));
    let is_added = differences.iter().any(|(_, what)| *what == NOT_OURS);
    let more = differences.len().saturating_sub(NAMED);
    let named: Vec<String> = differences
        .iter()
        .take(NAMED)
        .map(|(object, what)| format!("{object} {what}"))
        .collect();
    let mut sentence = named.join(", ");
    if more > 0 {
        sentence.push_str(&format!(", and {more} more"));
    }
    if is_added {
        sentence.push_str(" (what you added yourself has to be dropped, as with DROP INDEX …)");
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(objects: &[(&str, &str, &str)]) -> Schema {
        let mut schema = Schema::default();
        for (kind, name, definition) in objects {
            schema.add((*kind).into(), (*name).into(), definition);
        }
        schema
    }

    #[test]
    fn each_difference_is_named() {
        let made = schema(&[("table", "keys", "a"), ("trigger", "stay", "b")]);
        assert!(made.require(&made.clone()).is_ok());
        let found = schema(&[("table", "keys", "x"), ("trigger", "undo", "b")]);
        let refused = made.require(&found).expect_err("another schema").to_string();
        for part in [
            "the table keys was changed",
            "the trigger stay is missing",
            "the trigger undo is not keydeck's",
            "DROP INDEX",
        ] {
            assert!(refused.contains(part), "{part}: {refused}");
        }
    }

    #[test]
    fn a_second_object_of_one_name_is_a_change() {
        let made = schema(&[("trigger", "stay", "b")]);
        let found = schema(&[("trigger", "stay", "b"), ("trigger", "stay", "b")]);
        assert!(made.require(&found).is_err());
    }
}
