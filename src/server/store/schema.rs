//! Whether a database has the schema that this version makes, object by object. A trigger that was dropped or put
//! in, or a view that was replaced, would change what the program's own statements do.

use std::collections::BTreeMap;
use std::fmt;

use super::{StoreError, StoreResult};

/// The most that are named in one sentence.
const NAMED: usize = 5;

/// The objects of a database, and how each is defined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema(BTreeMap<Object, String>);

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
        let mut differences: Vec<String> = Vec::new();
        let mut is_added = false;
        for (object, definition) in &self.0 {
            match found.0.get(object) {
                None => differences.push(format!("{object} is missing")),
                Some(other) if other != definition => differences.push(format!("{object} was changed")),
                Some(_) => {}
            }
        }
        for object in found.0.keys().filter(|object| !self.0.contains_key(object)) {
            is_added = true;
            differences.push(format!("{object} is not keydeck's"));
        }
        if differences.is_empty() {
            return Ok(());
        }
        let more = differences.len().saturating_sub(NAMED);
        differences.truncate(NAMED);
        let mut sentence = differences.join(", ");
        if more > 0 {
            sentence.push_str(&format!(", and {more} more"));
        }
        if is_added {
            sentence.push_str(" (what you added yourself has to be dropped, as with DROP INDEX …)");
        }
        Err(StoreError::Schema(sentence))
    }
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
