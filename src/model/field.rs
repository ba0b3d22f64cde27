//! The fields of a key, each declared once. Forms, details, conflicts, the activity log and the command line
//! walk this list, so that a new field appears in all of them.

mod declared;
mod networks;
mod validity;
mod walk;
mod widget;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use strum::{EnumIter, IntoStaticStr};
use utoipa::ToSchema;
use uuid::Uuid;

use self::declared::{
    CROSS_PAGE_PERSISTENCE, EXPIRES_AT, LABELS, LOCAL_DEVELOPMENT, LOCAL_DEVELOPMENT_ENDS_AT, NAME, NOTE,
    PROJECT, UI_DOMAINS,
};
pub use self::widget::{Facts, FieldValue, Items, Widget};
use super::{AllowedNetwork, LocalAddress, Scope, UiDomain};

/// What a key is created from, as typed or sent. Fields that its scope doesn't have must be absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyFields {
    pub scope: Scope,
    /// 1 to 100 characters after trimming, unique among the project's active keys that the user sees (of an Analytics
    /// key: among all of these): spellings that look alike are one name.
    pub name: String,
    /// The deployed project of a Web or Mobile key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Uuid>,
    /// 1 to 50 origins for Web, 0 to 50 bundle identifiers for Mobile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_domains: Option<Vec<String>>,
    /// "I'm developing locally": the developer's address or network. Web only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_development: Option<String>,
    /// From this instant on local pages are refused: at most 30 days ahead, and 8 hours ahead when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub local_development_ends_at: Option<String>,
    /// Whether a session resumes on another page. Web and Mobile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cross_page_persistence: Option<bool>,
    /// Where requests with it may come from: at most 64 IPv4 and IPv6 addresses and networks, none of them within another
    /// one. Host bits are refused; they are kept in the order of addresses. None: from anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_networks: Option<Vec<String>>,
    /// What others should know of it: a paragraph of at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What it is found by: at most 8 labels of 1 to 40 characters, without commas, none of them twice (without regard
    /// to case). They are kept in this order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// The instant from which on it is not valid; absent: it never ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

/// A change of a key; of an Analytics key only its networks, note, labels and expiry. What is absent stays;
/// `local_development: null` turns it off, `allowed_networks: []` allows requests from anywhere, `note: null` removes the
/// note, `labels: []` all labels, and with `expires_at: null` the key never expires.
/// Local development that is turned on, or that had ended and is given an address, ends after 8 hours if no end is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyEdit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_domains: Option<Vec<String>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<String>)]
    pub local_development: Option<Option<String>>,
    /// At most 30 days ahead; `null` only of what is off.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub local_development_ends_at: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cross_page_persistence: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_networks: Option<Vec<String>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<String>)]
    pub note: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// The instant from which on it is not valid. A key that has ended is renewed by a later one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Option<String>>,
}

/// Tells `null` (which is `Some(None)`) from an absent field (`None`).
fn present<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(d).map(Some)
}

/// The valid settings of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    pub ui_domains: Vec<UiDomain>,
    pub local_development: Option<LocalAddress>,
    /// From this instant on local pages are refused. Absent while local development is off, and of what an earlier version
    /// turned on, which goes on until somebody edits it.
    pub local_development_ends_at: Option<Timestamp>,
    pub cross_page_persistence: bool,
    /// Where requests with it may come from, in their order and none within another one; none: from anywhere.
    #[serde(default)]
    #[schema(required = true)]
    pub allowed_networks: Vec<AllowedNetwork>,
    /// What others should know of it. It decides nothing.
    pub note: Option<String>,
    /// What it is found by, in the order in which they were given. They decide nothing.
    #[serde(default)]
    #[schema(required = true)]
    pub labels: Vec<String>,
    /// From this instant on it is not valid; absent: it never ends.
    pub expires_at: Option<Timestamp>,
}

/// In the order of forms and details. JSON, refusals and the activity log call them by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum KeyField {
    Name,
    Project,
    UiDomains,
    LocalDevelopment,
    LocalDevelopmentEndsAt,
    CrossPagePersistence,
    Note,
    Labels,
    ExpiresAt,
    AllowedNetworks,
}

impl KeyField {
    pub fn facts(self) -> &'static Facts {
        match self {
            KeyField::Name => &NAME,
            KeyField::Project => &PROJECT,
            KeyField::UiDomains => &UI_DOMAINS,
            KeyField::LocalDevelopment => &LOCAL_DEVELOPMENT,
            KeyField::LocalDevelopmentEndsAt => &LOCAL_DEVELOPMENT_ENDS_AT,
            KeyField::CrossPagePersistence => &CROSS_PAGE_PERSISTENCE,
            KeyField::AllowedNetworks => &networks::DECLARED,
            KeyField::Note => &NOTE,
            KeyField::Labels => &LABELS,
            KeyField::ExpiresAt => &EXPIRES_AT,
        }
    }
}

impl Settings {
    /// What a field holds; nothing of those that are no settings.
    pub fn value(&self, field: KeyField) -> FieldValue {
        match field {
            KeyField::Name | KeyField::Project => FieldValue::None,
            KeyField::UiDomains => {
                FieldValue::List(self.ui_domains.iter().map(UiDomain::to_string).collect())
            }
            KeyField::LocalDevelopment => self.local_development.map(|a: LocalAddress| a.to_string()).into(),
            KeyField::LocalDevelopmentEndsAt => {
                self.local_development_ends_at.map(|at| at.to_string()).into()
            }
            KeyField::CrossPagePersistence => FieldValue::Flag(self.cross_page_persistence),
            KeyField::ExpiresAt => self.expires_at.map(|at| at.to_string()).into(),
            KeyField::Note => self.note.clone().into(),
            KeyField::Labels => FieldValue::List(self.labels.clone()),
            KeyField::AllowedNetworks => {
                FieldValue::List(self.allowed_networks.iter().map(ToString::to_string).collect())
            }
        }
    }

    /// Gives a valid value to a field of which the declaration says all.
    pub fn set(&mut self, field: KeyField, value: FieldValue) {
        match field {
            KeyField::Name | KeyField::Project | KeyField::UiDomains | KeyField::LocalDevelopment => {}
            KeyField::CrossPagePersistence => self.cross_page_persistence = value.flag().unwrap_or_default(),
            KeyField::Note => self.note = value.text(),
            KeyField::Labels => self.labels = value.list().unwrap_or_default(),
            KeyField::AllowedNetworks => {
                let items = value.list().unwrap_or_default();
                let networks = items.iter().map(|item| AllowedNetwork::kept(item));
                self.allowed_networks = networks.filter_map(Result::ok).collect();
            }
            KeyField::ExpiresAt => self.expires_at = value.instant(),
            KeyField::LocalDevelopmentEndsAt => self.local_development_ends_at = value.instant(),
        }
    }
}

impl KeyFields {
    /// An empty form for `scope`.
    pub fn blank(scope: Scope) -> Self {
        Self {
            scope,
            name: String::new(),
            project: None,
            ui_domains: None,
            local_development: None,
            local_development_ends_at: None,
            cross_page_persistence: None,
            note: None,
            labels: None,
            allowed_networks: None,
            expires_at: None,
        }
    }

    /// What was given for a field; `None`: nothing.
    pub fn given(&self, field: KeyField) -> Option<FieldValue> {
        match field {
            KeyField::Name => Some(FieldValue::Text(self.name.clone())),
            KeyField::Project => self.project.map(|id| FieldValue::Text(id.to_string())),
            KeyField::UiDomains => self.ui_domains.clone().map(FieldValue::List),
            KeyField::LocalDevelopment => self.local_development.clone().map(FieldValue::Text),
            KeyField::LocalDevelopmentEndsAt => self.local_development_ends_at.clone().map(FieldValue::Text),
            KeyField::CrossPagePersistence => self.cross_page_persistence.map(FieldValue::Flag),
            KeyField::ExpiresAt => self.expires_at.clone().map(FieldValue::Text),
            KeyField::Note => self.note.clone().map(FieldValue::Text),
            KeyField::Labels => self.labels.clone().map(FieldValue::List),
            KeyField::AllowedNetworks => self.allowed_networks.clone().map(FieldValue::List),
        }
    }

    /// Gives what was typed or chosen to a field.
    pub fn set(&mut self, field: KeyField, value: FieldValue) {
        match field {
            KeyField::Name => self.name = value.text().unwrap_or_default(),
            KeyField::Project => self.project = value.text().and_then(|id| id.parse().ok()),
            KeyField::UiDomains => self.ui_domains = value.list(),
            KeyField::LocalDevelopment => self.local_development = value.text(),
            KeyField::LocalDevelopmentEndsAt => self.local_development_ends_at = value.text(),
            KeyField::CrossPagePersistence => self.cross_page_persistence = value.flag(),
            KeyField::ExpiresAt => self.expires_at = value.text(),
            KeyField::Note => self.note = value.text(),
            KeyField::Labels => self.labels = value.list().filter(|labels| !labels.is_empty()),
            KeyField::AllowedNetworks => {
                self.allowed_networks = value.list().filter(|networks| !networks.is_empty());
            }
        }
    }
}

impl KeyEdit {
    pub fn names(&self, field: KeyField) -> bool {
        self.given(field).is_some()
    }

    /// What a field is changed to; `None`: it stays.
    pub fn given(&self, field: KeyField) -> Option<FieldValue> {
        match field {
            KeyField::Name => self.name.clone().map(FieldValue::Text),
            KeyField::Project => None,
            KeyField::UiDomains => self.ui_domains.clone().map(FieldValue::List),
            KeyField::LocalDevelopment => self.local_development.clone().map(FieldValue::from),
            KeyField::LocalDevelopmentEndsAt => self.local_development_ends_at.clone().map(FieldValue::from),
            KeyField::CrossPagePersistence => self.cross_page_persistence.map(FieldValue::Flag),
            KeyField::ExpiresAt => self.expires_at.clone().map(FieldValue::from),
            KeyField::Note => self.note.clone().map(FieldValue::from),
            KeyField::Labels => self.labels.clone().map(FieldValue::List),
            KeyField::AllowedNetworks => self.allowed_networks.clone().map(FieldValue::List),
        }
    }

    /// Changes a field to what was typed or chosen.
    pub fn set(&mut self, field: KeyField, value: FieldValue) {
        match field {
            KeyField::Name => self.name = value.text(),
            KeyField::Project => {}
            KeyField::UiDomains => self.ui_domains = value.list(),
            KeyField::LocalDevelopment => self.local_development = Some(value.text()),
            KeyField::LocalDevelopmentEndsAt => self.local_development_ends_at = Some(value.text()),
            KeyField::CrossPagePersistence => self.cross_page_persistence = value.flag(),
            KeyField::ExpiresAt => self.expires_at = Some(value.text()),
            KeyField::Note => self.note = Some(value.text()),
            KeyField::Labels => self.labels = value.list(),
            KeyField::AllowedNetworks => self.allowed_networks = value.list(),
        }
    }
}

#[cfg(test)]
mod tests;
