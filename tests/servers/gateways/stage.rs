//! Who takes part: a deck that knows the gateway, and an API that it stands in front of.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Deck, id_of};
use crate::gateways::api::Api;

pub struct Stage {
    pub deck: Deck,
    pub api: Api,
    pub project: String,
    gateway: Value,
    scope: &'static str,
}

/// What an operator puts into a configuration.
pub struct Setting {
    pub keydeck: String,
    pub api: String,
    pub token: String,
    pub scope: &'static str,
}

impl Stage {
    /// For keys of this scope.
    pub async fn set(scope: &'static str) -> Self {
        let deck = Deck::start().await;
        let added = deck.owner.post("/v1/gateways", &json!({"name": "Edge"})).await;
        Self {
            gateway: added.expect(201),
            project: deck.owner.project("Storefront").await,
            api: Api::start().await,
            deck,
            scope,
        }
    }

    pub fn setting(&self) -> Setting {
        Setting {
            keydeck: self.deck.url.replace("http://", ""),
            api: self.api.address.clone(),
            token: self.token().to_owned(),
            scope: self.scope,
        }
    }

    pub fn token(&self) -> &str {
        self.gateway["token"].as_str().expect("a token")
    }

    pub async fn analytics_key(&self, name: &str) -> (String, String) {
        self.key(&json!({"scope": "analytics", "name": name})).await
    }

    /// A Web key of these origins; "I'm developing locally" from an address.
    pub async fn web_key(&self, domains: &[&str], local: Option<&str>) -> (String, String) {
        let name = format!("{} {}", domains[0], local.unwrap_or_default());
        let new = json!({"scope": "web", "name": name, "project": self.project,
            "ui_domains": domains, "local_development": local});
        self.key(&new).await
    }

    /// Its id and its secret.
    async fn key(&self, new: &Value) -> (String, String) {
        let created = self.deck.owner.post("/v1/keys", new).await.expect(201);
        let secret = created["secret"].as_str().expect("a secret");
        (id_of(&created), secret.to_owned())
    }

    pub async fn switch(&self, key: &str, switch: &str) {
        let path = format!("/v1/keys/{key}/{switch}");
        let request = self.deck.owner.request(Method::POST, &path);
        let request = match switch {
            "disable" => request.json(&json!({})),
            _ => request,
        };
        self.deck.owner.send(request).await.expect(200);
    }

    /// When it ends from now on.
    pub async fn end_in(&self, key: &str, days: i64) -> String {
        let at = Timestamp::now() + SignedDuration::from_hours(24 * days);
        let ends = Timestamp::from_second(at.as_second())
            .expect("a time")
            .to_string();
        let path = format!("/v1/keys/{key}");
        let version = self.deck.owner.get(&path).await.expect(200)["version"].as_u64();
        let edit = json!({"expires_at": ends});
        let edited = self
            .deck
            .owner
            .patch(&path, version.expect("a version"), &edit)
            .await;
        edited.expect(200);
        ends
    }

    /// Binds a new key to these networks.
    pub async fn bind(&self, key: &str, networks: &[&str]) {
        let edit = json!({"allowed_networks": networks});
        let edited = self.deck.owner.patch(&format!("/v1/keys/{key}"), 1, &edit).await;
        edited.expect(200);
    }

    /// The new token of a key, and when the old one ends.
    pub async fn rotate(&self, key: &str) -> (String, String) {
        let request = self
            .deck
            .owner
            .request(Method::POST, &format!("/v1/keys/{key}/rotation"))
            .header("if-match", "\"1\"")
            .json(&json!({"overlap_seconds": 3_600}));
        let rotated = self.deck.owner.send(request).await.expect(200);
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        (
            text(&rotated["secret"]),
            text(&rotated["key"]["rotation"]["ends_at"]),
        )
    }

    pub async fn end_rotation(&self, key: &str) {
        let path = format!("/v1/keys/{key}/rotation?keep=new");
        self.deck.owner.delete(&path).await.expect(200);
    }

    pub async fn revoke(&self, key: &str) {
        self.delete(&format!("/v1/keys/{key}")).await;
    }

    pub async fn remove_gateway(&self) {
        let id = self.gateway["gateway"]["id"].as_str().expect("an id");
        self.delete(&format!("/v1/gateways/{id}")).await;
    }

    async fn delete(&self, path: &str) {
        let request = self.deck.owner.request(Method::DELETE, path);
        self.deck.owner.send(request).await.expect(204);
    }
}
