//! Reports of leaked keys.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{Client, Result};
use crate::api::{Leak, LeakDeciding, LeakList, LeakReceipt};
use crate::model::Token;

impl Client {
    /// The newest first.
    pub async fn leaks(&self, list: &LeakList) -> Result<Vec<Leak>> {
        self.transport.get("v1/leaks", list).await
    }

    pub async fn decide_leak(&self, id: Uuid, deciding: &LeakDeciding) -> Result<Leak> {
        let path = format!("v1/leaks/{id}/decision");
        self.transport.send(Method::POST, &path, &[], deciding).await
    }

    /// Sends the token itself, which is the proof. It may be sent again: the same report twice is one.
    pub async fn report_leak(&self, token: &Token, url: &str, note: &str) -> Result<LeakReceipt> {
        let report = json!({"token": token.expose(), "url": url, "note": note});
        self.transport
            .ask("v1/leaks", |request| request.json(&report))
            .await
    }
}
