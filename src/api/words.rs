//! A row of the activity log in words, for people.

use jiff::Timestamp;
use serde_json::Value;

use super::activity::{Activity, ActivityAction};

impl Activity {
    /// Who did it: an email address, or a description of somebody who was not signed in.
    pub fn who(&self) -> &str {
        match (&self.actor, self.action) {
            (Some(actor), _) => &actor.email,
            (None, ActivityAction::SignInRefused) => "someone",
            (None, _) => "the operator",
        }
    }

    /// What changed, one line per field: `name: Till → Desk`, `ui domains: +https://a.example`. Instants read as `instant`
    /// says.
    pub fn changes_in_words(&self, instant: impl Fn(Timestamp) -> String) -> Vec<String> {
        if !self.changes.is_object() {
            return vec![self.changes.to_string()];
        }
        let line = |change: FieldChange| format!("{}: {}", change.field, change.parts.join(" "));
        self.changed(instant).into_iter().map(line).collect()
    }

    /// What changed, field by field.
    pub fn changed(&self, instant: impl Fn(Timestamp) -> String) -> Vec<FieldChange> {
        let changes = self.changes.as_object().into_iter().flatten();
        let change = |(field, change): (&String, &Value)| FieldChange {
            field: field.replace('_', " "),
            parts: match field.ends_with("_at") {
                true => parts(&with_instants(change, &instant)),
                // A name may look like an instant.
                false => parts(change),
            },
        };
        changes.map(change).collect()
    }
}

/// The same change with its instants in words.
fn with_instants(change: &Value, instant: &impl Fn(Timestamp) -> String) -> Value {
    match change {
        Value::Array(sides) => sides.iter().map(|side| with_instants(side, instant)).collect(),
        Value::String(text) => text
            .parse()
            .map_or_else(|_| change.clone(), |at| instant(at).into()),
        _ => change.clone(),
    }
}

/// The change of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    pub field: String,
    /// What it was and what it became: `Till`, `→ Desk`. Of a list, what came and what went.
    pub parts: Vec<String>,
}

fn parts(change: &Value) -> Vec<String> {
    match change.as_array().map(Vec::as_slice) {
        Some([Value::Array(old), Value::Array(new)]) => parts_of_list(old, new),
        Some([Value::Null, Value::Array(new)]) => new.iter().map(item).collect(),
        Some([Value::Null, new]) => vec![in_words(new)],
        // Secrets are shown as the same placeholder on both sides.
        Some([old, new]) if old == new => vec!["replaced".into()],
        Some([old, new]) => vec![in_words(old), format!("→ {}", in_words(new))],
        _ => vec![in_words(change)],
    }
}

/// What came and what went.
fn parts_of_list(old: &[Value], new: &[Value]) -> Vec<String> {
    let came = new.iter().filter(|item| !old.contains(item));
    let went = old.iter().filter(|item| !new.contains(item));
    let came = came.map(|item| format!("+{}", self::item(item)));
    let went = went.map(|item| format!("−{}", self::item(item)));
    match came.chain(went).collect::<Vec<_>>() {
        parts if parts.is_empty() => vec!["in another order".into()],
        parts => parts,
    }
}

/// One of a list, which has spaces between its items.
fn item(value: &Value) -> String {
    match in_words(value) {
        text if text.contains(char::is_whitespace) => format!("“{text}”"),
        text => text,
    }
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::{ChainHash, Stated};

    fn row(action: ActivityAction, changes: Value) -> Activity {
        Activity {
            seq: 1,
            at: Timestamp::UNIX_EPOCH,
            actor: None,
            address: None,
            action,
            key: None,
            subject: String::new(),
            changes,
            stated: Stated::default(),
            hash: ChainHash::START,
        }
    }

    fn briefly(at: Timestamp) -> String {
        at.strftime("%d %b, %H:%M").to_string()
    }

    #[test]
    fn changes_read_as_people_say_them() {
        let changes = json!({
            "deployed": [false, true],
            "expires_at": ["2027-03-31T18:00:00Z", null],
            "labels": [["eu", "team a"], ["team b", "eu"]],
            "local_development": ["203.0.113.7", null],
            "name": ["Till", "2027-03-31T18:00:00Z"],
            "private_key": ["…", "…"],
            "role": [null, "editor"],
            "ui_domains": [["https://a.example", "https://b.example"], ["https://b.example", "https://c.example"]],
        });
        assert_eq!(
            row(ActivityAction::KeyEdited, changes).changes_in_words(briefly),
            [
                "deployed: no → yes",
                "expires at: 31 Mar, 18:00 → none",
                "labels: +“team b” −“team a”",
                "local development: 203.0.113.7 → none",
                "name: Till → 2027-03-31T18:00:00Z",
                "private key: replaced",
                "role: editor",
                "ui domains: +https://c.example −https://a.example",
            ]
        );
        let beginnings = json!({
            "deployed": [null, false],
            "project": [null, "Storefront"],
            "scope": [null, "web"],
            "ui_domains": [null, ["https://a.example", "https://b.example"]],
        });
        assert_eq!(
            row(ActivityAction::KeyCreated, beginnings).changes_in_words(briefly),
            [
                "deployed: no",
                "project: Storefront",
                "scope: web",
                "ui domains: https://a.example https://b.example",
            ]
        );
        assert!(
            row(ActivityAction::KeyRevoked, json!({}))
                .changes_in_words(briefly)
                .is_empty()
        );
    }

    #[test]
    fn rows_without_a_person_have_a_description_too() {
        assert_eq!(row(ActivityAction::SignInRefused, json!({})).who(), "someone");
        assert_eq!(
            row(ActivityAction::RootKeyRotated, json!({})).who(),
            "the operator"
        );
    }
}
