//! A row of the log as a line of JSON. Names of fields never change.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::api::{Activity, ActivityAction, ChainHash, PersonRef};

/// What collects logs reads.
#[derive(Serialize)]
pub struct Line<'a> {
    /// The same whenever the row is sent.
    id: String,
    seq: u64,
    time: Timestamp,
    action: &'a str,
    outcome: LineOutcome,
    actor: Option<&'a PersonRef>,
    address: Option<std::net::IpAddr>,
    target: Target<'a>,
    /// Absent where they don't fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a Value>,
    /// Over the row before and this one, as in `keydeck activity list --json`.
    hash: ChainHash,
}

#[derive(Serialize)]
struct Target<'a> {
    kind: TargetKind,
    id: Option<Uuid>,
    name: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum TargetKind {
    Key,
    Project,
    Person,
    Gateway,
    Webhook,
    Organisation,
    /// Somebody tried to sign in.
    Server,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineOutcome {
    Success,
    Failure,
    Unknown,
}

pub fn outcome(action: ActivityAction) -> LineOutcome {
    match action {
        ActivityAction::SignInRefused => LineOutcome::Failure,
        ActivityAction::Unknown => LineOutcome::Unknown,
        _ => LineOutcome::Success,
    }
}

fn target_of(action: ActivityAction) -> TargetKind {
    use ActivityAction as A;
    match action {
        A::KeyCreated | A::KeyEdited | A::KeyRevoked | A::KeyRevealed | A::KeyCopied | A::KeyHandedOver => {
            TargetKind::Key
        }
        A::KeyImported | A::KeyDisabled | A::KeyEnabled | A::KeyRotated | A::KeyRotationExtended => {
            TargetKind::Key
        }
        A::KeyRotationEnded | A::KeyRotationCancelled => TargetKind::Key,
        A::LeakReported | A::LeakDecided => TargetKind::Key,
        A::ProjectCreated | A::ProjectEdited | A::ProjectRemoved | A::ProjectHandedOver => {
            TargetKind::Project
        }
        A::SessionServerSet | A::SessionServerRemoved | A::SessionTokenIssued | A::SessionTokenRevoked => {
            TargetKind::Project
        }
        A::UserAdded | A::UserEdited | A::UserRemoved | A::UserRenamed | A::TokenReplaced => {
            TargetKind::Person
        }
        A::SignInRefused => TargetKind::Server,
        A::GatewayAdded | A::GatewayRemoved | A::GatewayEdited => TargetKind::Gateway,
        A::RootKeyRotated | A::SecretsResealed | A::PolicyEdited | A::LeakSourceAdded => {
            TargetKind::Organisation
        }
        A::WebhookCreated | A::WebhookEdited | A::WebhookRemoved => TargetKind::Webhook,
        A::WebhookSecretRotated | A::WebhookSecretRevealed => TargetKind::Webhook,
        A::WebhookTested | A::WebhookRedelivered => TargetKind::Webhook,
        A::Unknown => TargetKind::Unknown,
    }
}

impl<'a> Line<'a> {
    pub fn of(organisation: Uuid, row: &'a Activity) -> Self {
        Self {
            id: format!("{organisation}-{}", row.seq),
            seq: row.seq,
            time: row.at,
            action: row.action.as_str(),
            outcome: outcome(row.action),
            actor: row.actor.as_ref(),
            address: row.address,
            target: Target {
                kind: target_of(row.action),
                id: row.key.or(row.stated.entity),
                name: &row.subject,
            },
            changes: Some(&row.changes),
            hash: row.hash,
        }
    }

    /// Without what may be long.
    pub fn short(self) -> Self {
        Self {
            changes: None,
            ..self
        }
    }

    /// One line, whatever names hold: control characters are escaped.
    pub fn json(&self) -> String {
        // Its keys are texts and nothing of it fails.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A line for each row.
pub fn lines(organisation: Uuid, rows: &[Activity]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rows.len() * 512);
    for row in rows {
        bytes.extend_from_slice(Line::of(organisation, row).json().as_bytes());
        bytes.push(b'\n');
    }
    bytes
}

/// A row for tests.
#[cfg(test)]
pub fn sample(action: ActivityAction, subject: &str) -> Activity {
    Activity {
        seq: 7,
        at: Timestamp::from_microsecond(1_795_000_000_123_456).expect("an instant"),
        actor: Some(PersonRef {
            id: Uuid::from_u128(2),
            email: "mira@acme.example".into(),
        }),
        address: "203.0.113.7".parse().ok(),
        action,
        key: Some(Uuid::from_u128(3)),
        subject: subject.into(),
        changes: serde_json::json!({"name": ["Till", subject]}),
        stated: crate::api::Stated::default(),
        hash: ChainHash([7; 32]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_one_line_with_these_names() {
        let text = lines(Uuid::nil(), &[sample(ActivityAction::KeyEdited, "Two\nlines")]);
        let text = String::from_utf8(text).expect("text");
        assert_eq!(text.matches('\n').count(), 1);
        let read: Value = serde_json::from_str(&text).expect("JSON");
        let expected = json!({
            "id": "00000000-0000-0000-0000-000000000000-7", "seq": 7, "time": "2026-11-18T11:06:40.123456Z",
            "action": "key_edited", "outcome": "success",
            "actor": {"id": Uuid::from_u128(2), "email": "mira@acme.example"}, "address": "203.0.113.7",
            "target": {"kind": "key", "id": Uuid::from_u128(3), "name": "Two\nlines"},
            "changes": {"name": ["Till", "Two\nlines"]}, "hash": "07".repeat(32),
        });
        assert_eq!(read["hash"], expected["hash"]);
        for (name, value) in expected.as_object().expect("an object") {
            if name != "time" {
                assert_eq!(&read[name], value, "{name}");
            }
        }
        assert!(read["time"].as_str().expect("a time").ends_with(".123456Z"));
        assert_eq!(read.as_object().expect("an object").len(), 10);
    }

    #[test]
    fn what_was_refused_has_failed() {
        assert_eq!(outcome(ActivityAction::SignInRefused), LineOutcome::Failure);
        assert_eq!(outcome(ActivityAction::KeyRevoked), LineOutcome::Success);
    }
}
