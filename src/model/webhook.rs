//! Webhooks: what can be told, and what becomes of telling it. To where: `target_url`.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};
use url::Url;
use utoipa::ToSchema;

/// An organisation has at most so many webhooks.
pub const MAX_WEBHOOKS: usize = 20;
/// The longest time in which both secrets are valid, in seconds: a week.
pub const MAX_SECRET_OVERLAP: u32 = 7 * 86_400;

/// What a webhook is told of. Names never change.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema
)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
pub enum WebhookEvent {
    /// Or imported.
    #[serde(rename = "key.created")]
    #[strum(serialize = "key.created")]
    KeyCreated,
    /// Its name, settings or creator changed.
    #[serde(rename = "key.edited")]
    #[strum(serialize = "key.edited")]
    KeyEdited,
    /// A rotation was begun, extended, ended or cancelled.
    #[serde(rename = "key.rotated")]
    #[strum(serialize = "key.rotated")]
    KeyRotated,
    #[serde(rename = "key.disabled")]
    #[strum(serialize = "key.disabled")]
    KeyDisabled,
    #[serde(rename = "key.enabled")]
    #[strum(serialize = "key.enabled")]
    KeyEnabled,
    #[serde(rename = "key.revoked")]
    #[strum(serialize = "key.revoked")]
    KeyRevoked,
    /// 30, 7 and 1 days before it expires.
    #[serde(rename = "key.expiring")]
    #[strum(serialize = "key.expiring")]
    KeyExpiring,
    #[serde(rename = "key.expired")]
    #[strum(serialize = "key.expired")]
    KeyExpired,
    /// Somebody reported that it is public.
    #[serde(rename = "key.leaked")]
    #[strum(serialize = "key.leaked")]
    KeyLeaked,
    /// A revoked key was presented; told once a day.
    #[serde(rename = "key.used_after_revocation")]
    #[strum(serialize = "key.used_after_revocation")]
    KeyUsedAfterRevocation,
    /// Ten sign-ins from one address were refused within an hour.
    #[serde(rename = "sign_in.refused_often")]
    #[strum(serialize = "sign_in.refused_often")]
    SignInRefusedOften,
    #[serde(rename = "user.added")]
    #[strum(serialize = "user.added")]
    UserAdded,
    #[serde(rename = "user.role_changed")]
    #[strum(serialize = "user.role_changed")]
    UserRoleChanged,
    #[serde(rename = "user.removed")]
    #[strum(serialize = "user.removed")]
    UserRemoved,
    /// Somebody tries whether the webhook works. It is not chosen.
    #[serde(rename = "webhook.test")]
    #[strum(serialize = "webhook.test")]
    WebhookTest,
}

impl WebhookEvent {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub fn can_be_chosen(self) -> bool {
        self != WebhookEvent::WebhookTest
    }
}

/// What becomes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is sent, or will be again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It was refused too often, or the webhook was disabled.
    GivenUp,
}

impl DeliveryState {
    pub fn words(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Delivered => "delivered",
            DeliveryState::GivenUp => "given up",
        }
    }
}

/// Each once, in their own order.
pub fn parse_events(chosen: &[WebhookEvent]) -> Result<Vec<WebhookEvent>, String> {
    if chosen.iter().any(|event| !event.can_be_chosen()) {
        return Err("webhook.test can't be chosen: it is sent when somebody tests the webhook.".into());
    }
    let mut events = chosen.to_vec();
    events.sort_unstable();
    events.dedup();
    Ok(events)
}

/// Scheme, host and port: what the activity log says of an address, whose path may be known to its receiver alone.
pub fn shown_url(url: &str) -> String {
    let origin = Url::parse(url).map(|url| url.origin().ascii_serialization());
    format!("{}/…", origin.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn the_log_says_no_path() {
        assert_eq!(
            shown_url("https://hooks.example:8443/T0/s3cret?x=1"),
            "https://hooks.example:8443/…"
        );
    }

    #[test]
    fn names_are_the_same_everywhere() {
        for event in WebhookEvent::iter() {
            let wire = serde_json::to_value(event).expect("a name");
            assert_eq!(wire, event.as_str());
            assert_eq!(event.as_str().parse(), Ok(event));
        }
        let chosen = [
            WebhookEvent::KeyRevoked,
            WebhookEvent::KeyCreated,
            WebhookEvent::KeyRevoked,
        ];
        let expected = vec![WebhookEvent::KeyCreated, WebhookEvent::KeyRevoked];
        assert_eq!(parse_events(&chosen), Ok(expected));
        assert!(parse_events(&[WebhookEvent::WebhookTest]).is_err());
    }
}
