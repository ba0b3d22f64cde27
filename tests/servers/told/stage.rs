//! Servers over one database, and a receiver of all events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::deck::{Deck, Server};
use crate::postgres::Database;
use crate::verifying::{VerifyingReceiver, id, kind};

pub const DAY: i64 = 86_400 * 1_000_000;

/// What an event is, and what it is about.
pub type About = (String, String);

pub struct Stage {
    pub deck: Deck,
    pub servers: Vec<Server>,
    count: usize,
    receiver: VerifyingReceiver,
    pub webhook: String,
    /// What arrived, by its id: the same may arrive twice when a server is killed.
    pub received: BTreeMap<String, Value>,
}

impl Stage {
    pub async fn set(deck: Deck, count: usize) -> Self {
        let receiver = VerifyingReceiver::python(deck.directory.path(), &[]);
        let mut stage = Self {
            deck,
            servers: Vec::new(),
            count,
            receiver,
            webhook: String::new(),
            received: BTreeMap::new(),
        };
        stage.start();
        let new = json!({"url": stage.receiver.url()});
        let created = stage.ask(Method::POST, "/v1/webhooks", &new).await.expect(201);
        stage.receiver.knows(text(&created["secret"]));
        stage.webhook = text(&created["webhook"]["id"]).to_owned();
        stage
    }

    fn start(&mut self) {
        let deck = &self.deck;
        self.servers = (0..self.count)
            .map(|_| deck.serve_to_webhooks(&deck.database))
            .collect();
    }

    /// Kills the servers, and starts others.
    pub fn restart(&mut self) {
        self.servers.clear();
        self.start();
    }

    /// The same, and so many days pass in between: all that keys and webhooks know of time is so much longer ago.
    pub async fn pass(&mut self, days: i64) {
        self.servers.clear();
        let by = days * DAY;
        let changes = format!(
            "UPDATE keys SET created_at = created_at - {by};
             UPDATE keys SET expires_at = expires_at - {by} WHERE expires_at < {};
             UPDATE webhooks SET since = since - {by};
             UPDATE webhook_told SET about = about - {by} WHERE event = 'key.expiring'",
            i64::MAX
        );
        match self.deck.database.strip_prefix("sqlite:") {
            Some(file) => {
                let database = rusqlite::Connection::open(file).expect("a database");
                unprotected(&database, &changes).expect("changed");
            }
            None => {
                let database = Database {
                    url: self.deck.database.clone(),
                };
                let changes = format!(
                    "ALTER TABLE keys DISABLE TRIGGER USER; {changes}; ALTER TABLE keys ENABLE TRIGGER USER"
                );
                database.run(&changes).await.expect("changed");
            }
        }
        self.start();
    }

    /// Asks the first server as the owner.
    pub async fn ask(&self, method: Method, path: &str, body: &Value) -> crate::deck::Reply {
        self.servers[0].ask(method, path, body).await
    }

    /// The same about a thing that has not changed since it was made.
    pub async fn change(&self, path: &str, body: &Value) {
        let change = self.servers[0].request(Method::PATCH, path, body);
        let change = change.header("if-match", "\"1\"");
        self.servers[0].send(change).await.expect(200);
    }

    /// The path of a new Analytics key, and its secret.
    pub async fn key(&self, name: &str, days: Option<i64>) -> (String, String) {
        let mut new = json!({"scope": "analytics", "name": name});
        if let Some(days) = days {
            new["expires_at"] = json!(in_days(days));
        }
        let created = self.ask(Method::POST, "/v1/keys", &new).await.expect(201);
        let path = format!("/v1/keys/{}", text(&created["key"]["id"]));
        (path, text(&created["secret"]).to_owned())
    }

    /// Returns once this has arrived; what is received is verified, whatever it is.
    pub fn until(&mut self, event: &str, subject: &str) -> Value {
        let wanted = (event.to_owned(), subject.to_owned());
        loop {
            let found = self.received.values().find(|body| about(body) == wanted);
            if let Some(body) = found {
                return body.clone();
            }
            let message = self.receiver.next();
            assert_eq!(message["body"]["type"], kind(&message));
            self.received
                .insert(id(&message).to_owned(), message["body"].clone());
        }
    }

    /// What was ever stored to be sent, and how often.
    pub async fn stored(&self) -> BTreeMap<About, usize> {
        let (mut stored, mut ids) = (BTreeMap::new(), BTreeSet::new());
        let mut before = String::new();
        loop {
            let path = format!("/v1/webhooks/{}/deliveries?limit=200{before}", self.webhook);
            let page = self.ask(Method::GET, &path, &Value::Null).await.expect(200);
            for delivery in page["deliveries"].as_array().expect("a list") {
                assert!(ids.insert(text(&delivery["id"]).to_owned()));
                *stored.entry(about(&delivery["payload"])).or_default() += 1;
            }
            match page["next"].as_str() {
                Some(next) => before = format!("&before={next}"),
                None => return stored,
            }
        }
    }
}

/// When a key was created can't be changed.
fn unprotected(database: &rusqlite::Connection, changes: &str) -> rusqlite::Result<()> {
    let mut protecting = database
        .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'keys'")?;
    let triggers = protecting.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let triggers: Vec<(String, String)> = triggers.collect::<Result<_, _>>()?;
    drop(protecting);
    let (dropped, created): (Vec<String>, Vec<String>) = triggers
        .into_iter()
        .map(|(name, sql)| (format!("DROP TRIGGER {name};"), format!("{sql};")))
        .unzip();
    database.execute_batch(&format!(
        "BEGIN; {} {changes}; {} COMMIT",
        dropped.concat(),
        created.concat()
    ))
}

pub fn in_days(days: i64) -> String {
    let later = Timestamp::now() + SignedDuration::from_hours(24 * days);
    later.to_string()
}

/// The type of an event, and the key, person, address or webhook that it is about.
fn about(body: &Value) -> About {
    let data = &body["data"];
    let mut subject = ["/key/name", "/user/email", "/address", "/webhook/id"]
        .into_iter()
        .filter_map(|path| data.pointer(path)?.as_str());
    let days = data["days"].as_i64().map(|days| format!(" in {days}"));
    let subject = subject.next().unwrap_or_else(|| panic!("about nothing: {body}"));
    (
        text(&body["type"]).to_owned(),
        format!("{subject}{}", days.unwrap_or_default()),
    )
}

#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
