//! What is done to many keys at once, and what that means to each of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::compared::are_alike;
use super::field::{KeyField, Settings, Widget};
use super::rule::KeyState;

/// What is done to each key of a plan. Kept as JSON from the plan to its end: fields that are added are optional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum BulkChange {
    Revoke {
        #[serde(default)]
        reason: Option<String>,
    },
    Disable {
        reason: Option<String>,
    },
    Enable,
    SetExpiry {
        /// `None`: they never end.
        expires_at: Option<Timestamp>,
    },
    Label {
        add: Vec<String>,
        remove: Vec<String>,
    },
}

/// What a change is to a key as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkEffect {
    Changes,
    /// It is already as it would be afterwards.
    Unchanged,
    /// It can't be done to this key.
    NotPossible,
}

impl BulkChange {
    /// What it does to a key. Nothing is done to one that was revoked.
    pub fn effect(&self, state: KeyState, is_disabled: bool, settings: &Settings) -> BulkEffect {
        match self {
            BulkChange::Revoke { .. } if state == KeyState::Revoked => BulkEffect::Unchanged,
            _ if state == KeyState::Revoked => BulkEffect::NotPossible,
            BulkChange::Revoke { .. } => BulkEffect::Changes,
            BulkChange::Disable { .. } if is_disabled => BulkEffect::Unchanged,
            BulkChange::Disable { .. } => BulkEffect::Changes,
            BulkChange::Enable if !is_disabled => BulkEffect::Unchanged,
            // Whoever wants to enable it has to say until when.
            BulkChange::Enable if state == KeyState::Expired => BulkEffect::NotPossible,
            BulkChange::Enable => BulkEffect::Changes,
            BulkChange::SetExpiry { .. } | BulkChange::Label { .. } => match self.applied(settings) {
                None => BulkEffect::NotPossible,
                Some(new) if new == *settings => BulkEffect::Unchanged,
                Some(_) => BulkEffect::Changes,
            },
        }
    }

    /// The settings afterwards; `None` when the key can't have them.
    pub fn applied(&self, settings: &Settings) -> Option<Settings> {
        let mut new = settings.clone();
        match self {
            BulkChange::SetExpiry { expires_at } => new.expires_at = *expires_at,
            BulkChange::Label { add, remove } => {
                new.labels
                    .retain(|label| !remove.iter().any(|unwanted| are_alike(label, unwanted)));
                for label in add {
                    if !new.labels.iter().any(|other| are_alike(other, label)) {
                        new.labels.push(label.clone());
                    }
                }
                if new.labels.len() > most_labels() {
                    return None;
                }
            }
            BulkChange::Revoke { .. } | BulkChange::Disable { .. } | BulkChange::Enable => {}
        }
        Some(new)
    }
}

fn most_labels() -> usize {
    match KeyField::Labels.widget() {
        Widget::List { most, .. } => most,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(labels: &[&str]) -> Settings {
        Settings {
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            ..Settings::default()
        }
    }

    fn label(add: &[&str], remove: &[&str]) -> BulkChange {
        BulkChange::Label {
            add: labelled(add).labels,
            remove: labelled(remove).labels,
        }
    }

    #[test]
    fn a_switch_is_for_keys_that_stand_otherwise() {
        use BulkEffect::{Changes, NotPossible, Unchanged};
        let disable = BulkChange::Disable { reason: None };
        for (change, state, is_disabled, effect) in [
            (&disable, KeyState::Active, false, Changes),
            (&disable, KeyState::Disabled, true, Unchanged),
            (&disable, KeyState::Expired, false, Changes),
            (&disable, KeyState::Expired, true, Unchanged),
            (&BulkChange::Enable, KeyState::Disabled, true, Changes),
            (&BulkChange::Enable, KeyState::Active, false, Unchanged),
            (&BulkChange::Enable, KeyState::Expired, false, Unchanged),
            (&BulkChange::Enable, KeyState::Expired, true, NotPossible),
            (&disable, KeyState::Revoked, false, NotPossible),
            (&BulkChange::Enable, KeyState::Revoked, true, NotPossible),
            (&label(&["a"], &[]), KeyState::Revoked, false, NotPossible),
            (
                &BulkChange::SetExpiry { expires_at: None },
                KeyState::Revoked,
                false,
                NotPossible,
            ),
            (
                &BulkChange::Revoke { reason: None },
                KeyState::Revoked,
                false,
                Unchanged,
            ),
            (
                &BulkChange::Revoke { reason: None },
                KeyState::Expired,
                true,
                Changes,
            ),
        ] {
            let found = change.effect(state, is_disabled, &Settings::default());
            assert_eq!(found, effect, "{change:?} {state:?} {is_disabled}");
        }
    }

    #[test]
    fn labels_are_added_and_removed_without_regard_to_case() {
        for (had, add, remove, has) in [
            (&["a"][..], &["b"][..], &[][..], Some(&["a", "b"][..])),
            (&["Old", "a"], &["new"], &["OLD"], Some(&["a", "new"])),
            (&["a"], &["A"], &["z"], Some(&["a"])),
            (&["1", "2", "3", "4", "5", "6", "7", "8"], &["9"], &[], None),
            (
                &["1", "2", "3", "4", "5", "6", "7", "8"],
                &["9"],
                &["1"],
                Some(&["2", "3", "4", "5", "6", "7", "8", "9"]),
            ),
        ] {
            let applied = label(add, remove).applied(&labelled(had));
            assert_eq!(applied, has.map(labelled), "{had:?} {add:?} {remove:?}");
        }
        let effect = label(&["A"], &["z"]).effect(KeyState::Active, false, &labelled(&["a"]));
        assert_eq!(effect, BulkEffect::Unchanged);
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let at = Timestamp::from_second(1_900_000_000).ok();
        for change in [
            BulkChange::Revoke { reason: None },
            BulkChange::Revoke {
                reason: Some("leaked".into()),
            },
            BulkChange::Disable {
                reason: Some("unused".into()),
            },
            BulkChange::Enable,
            BulkChange::SetExpiry { expires_at: at },
            BulkChange::SetExpiry { expires_at: None },
            label(&["a"], &["b"]),
        ] {
            let json = serde_json::to_string(&change).expect("JSON");
            assert_eq!(
                serde_json::from_str::<BulkChange>(&json).ok(),
                Some(change),
                "{json}"
            );
        }
    }
}
