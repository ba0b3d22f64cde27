//! The organisation's policy on the wire.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::object::object;
use crate::model::Scope;

/// The longest lifetimes of keys. They apply to keys that are created, renewed or rotated from now on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// The longest lifetime of a key in days; absent: no limit, and keys without an expiry are allowed.
    pub longest_lifetime_days: Lifetimes,
}

/// Days by scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Lifetimes {
    pub web: Option<u32>,
    pub mobile: Option<u32>,
    pub analytics: Option<u32>,
}

/// A change of the policy. What is absent stays; `null` removes the limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyEdit {
    #[serde(default, deserialize_with = "object")]
    pub longest_lifetime_days: LifetimesEdit,
}

/// 1 to 3650 days each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LifetimesEdit {
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 3650)]
    pub web: Option<Option<u32>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 3650)]
    pub mobile: Option<Option<u32>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 3650)]
    pub analytics: Option<Option<u32>>,
}

/// Tells `null` (which is `Some(None)`) from an absent field (`None`).
fn present<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Option<u32>>, D::Error> {
    Option::<u32>::deserialize(d).map(Some)
}

impl Lifetimes {
    pub fn of(&self, scope: Scope) -> Option<u32> {
        match scope {
            Scope::Web => self.web,
            Scope::Mobile => self.mobile,
            Scope::Analytics => self.analytics,
        }
    }

    pub fn of_mut(&mut self, scope: Scope) -> &mut Option<u32> {
        match scope {
            Scope::Web => &mut self.web,
            Scope::Mobile => &mut self.mobile,
            Scope::Analytics => &mut self.analytics,
        }
    }
}

impl LifetimesEdit {
    pub fn of(&self, scope: Scope) -> Option<Option<u32>> {
        match scope {
            Scope::Web => self.web,
            Scope::Mobile => self.mobile,
            Scope::Analytics => self.analytics,
        }
    }

    pub fn of_mut(&mut self, scope: Scope) -> &mut Option<Option<u32>> {
        match scope {
            Scope::Web => &mut self.web,
            Scope::Mobile => &mut self.mobile,
            Scope::Analytics => &mut self.analytics,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_by_scope_and_once() {
        let read =
            |json: &str| serde_json::from_str::<PolicyEdit>(json).map(|edit| edit.longest_lifetime_days);
        let days = read(r#"{"longest_lifetime_days": {"web": 90, "mobile": null}}"#).expect("read");
        assert_eq!(
            (days.web, days.mobile, days.analytics),
            (Some(Some(90)), Some(None), None)
        );
        assert_eq!(read("{}").expect("read"), LifetimesEdit::default());
        for wrong in [
            "[90, null, 1]",
            "null",
            r#"{"web": 1, "web": 2}"#,
            r#"{"desktop": 1}"#,
            r#"{"web": -1}"#,
        ] {
            let json = format!(r#"{{"longest_lifetime_days": {wrong}}}"#);
            assert!(read(&json).is_err(), "{wrong}");
        }
    }
}
