//! What must be so behind a restart.

use keydeck::api::{Activity, ActivityHead, ChainHash};
use reqwest::Method;
use serde_json::Value;

use super::work::Known;
use crate::deck::{Deck, Server};

/// How many rows of the log a page has.
const PAGE: usize = 200;

/// The newest row of the log that was found whole, so that only what is newer is looked at again.
pub struct Log(ActivityHead);

impl Log {
    pub fn beginning() -> Self {
        Self(ActivityHead {
            seq: 0,
            hash: ChainHash::START,
        })
    }

    /// Follows the chain from the newest row down to what was whole before. The new rows.
    pub async fn verify(&mut self, server: &Server) -> Vec<Activity> {
        let head = server
            .ask(Method::GET, "/v1/activity/head", &Value::Null)
            .await
            .expect(200);
        let head: ActivityHead = serde_json::from_value(head).unwrap();
        let mut rows: Vec<Activity> = Vec::new();
        let mut before = head.seq + 1;
        while before > self.0.seq + 1 {
            let path = format!("/v1/activity?limit={PAGE}&before={before}");
            let page = server.ask(Method::GET, &path, &Value::Null).await.expect(200);
            let items: Vec<Activity> = serde_json::from_value(page["items"].clone()).unwrap();
            before = items.last().expect("no row is missing").seq;
            rows.extend(items.into_iter().filter(|row| row.seq > self.0.seq));
        }
        let mut expected = head;
        for (n, row) in rows.iter().enumerate() {
            assert_eq!((row.seq, row.hash), (expected.seq, expected.hash));
            expected = match rows.get(n + 1) {
                Some(older) => ActivityHead {
                    seq: older.seq,
                    hash: older.hash,
                },
                None => self.0,
            };
            assert_eq!(row.seq, expected.seq + 1);
            assert_eq!(row.hash_after(expected.hash), row.hash, "row {}", row.seq);
        }
        self.0 = head;
        rows
    }
}

/// Every key is as it was acknowledged, or as it was asked to be when nobody heard the answer.
pub async fn keys(deck: &Deck, server: &Server, keys: &mut [Known], log: &[Activity]) {
    for key in keys {
        let path = format!("/v1/keys/{}", key.id);
        let found = server.ask(Method::GET, &path, &Value::Null).await;
        if found.is(410) {
            let asked = key.asked.as_ref().is_some_and(|asked| asked.revoked);
            assert!(key.state.revoked || asked, "revoked by nobody: {key:?}");
            key.state.revoked = true;
        } else {
            let found = found.expect(200);
            assert!(!key.state.revoked, "it lives again: {key:?}");
            let is = |state: &super::work::State| {
                found["name"] == *state.name && found["version"] == state.version
            };
            let asked = key.asked.clone().filter(&is);
            assert!(is(&key.state) || asked.is_some(), "{key:?} is {found}");
            if let Some(asked) = asked {
                key.state = asked;
            }
            assert_eq!(found["ui_domains"][0], crate::deck::SHOP, "{found}");
        }
        key.asked = None;
        let status = server.check(deck, &key.secret).await;
        assert_eq!(status, Some(if key.state.revoked { 401 } else { 200 }), "{key:?}");
        let is_reveal = |row: &&Activity| {
            row.key.is_some_and(|id| id.to_string() == key.id) && row.action.as_str() == "key_revealed"
        };
        let logged = log.iter().filter(is_reveal).count();
        assert!(logged >= key.reveals, "{key:?}: {logged}");
        key.reveals = 0;
    }
}
