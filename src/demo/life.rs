//! What goes on in the demo while it runs: visitors present keys, somebody tries a leaked one from a foreign page, and
//! colleagues edit. Requests go the way that all requests go, over HTTP to the server's own checks.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, RequestBuilder};
use tokio::time::sleep;
use uuid::Uuid;

use super::random::Random;
use super::secrets::Secrets;
use super::usage::VISITORS;
use super::week::acting;
use crate::model::{KeyEdit, Scope, Secret, Token};
use crate::server::store::sqlite::SampleUser;
use crate::server::store::{KeyRecord, Store};

/// The key whose secret was leaked, as somebody tries it.
pub const LEAKED: &str = "Gift finder";
/// The page that tries it, and its address.
const FOREIGN_PAGE: &str = "https://acme-gifts.example";
const FOREIGN_ADDRESS: &str = "198.51.100.66";

/// In how many milliseconds the next visitor comes, at least and beyond that.
const PACE: (u64, u64) = (140, 260);
/// The same of one try in a burst, and of the time between two bursts, in which it is tried now and then.
const BURST_PACE: (u64, u64) = (90, 160);
const BURST_PAUSE: (u64, u64) = (1_500, 3_500);
const BURST: (u64, u64) = (5, 9);
/// The first edit, and those after it.
const FIRST_EDIT: Duration = Duration::from_secs(25);
const EDITS: (u64, u64) = (55_000, 50_000);
/// Of so many requests with a key that is being rotated one comes with the old token.
const OLD_TOKEN: u64 = 9;

/// A key that is used, and how.
#[derive(Debug)]
struct Visited {
    scope: Scope,
    secrets: Vec<Secret>,
    /// The page or the app that presents it.
    from: Option<String>,
    leaked: bool,
}

/// What goes on, before it begins.
#[derive(Debug)]
pub struct Life {
    visited: Vec<Visited>,
    people: Vec<SampleUser>,
    owner: Uuid,
    /// The leaked key, and its secret.
    pub leaked: Option<(Uuid, Secret)>,
}

impl Life {
    /// Of keys that were used within two days: the others stay idle.
    pub fn of(keys: &[KeyRecord], secrets: &Secrets, people: Vec<SampleUser>, owner: Uuid) -> Self {
        let recently = Timestamp::now().saturating_sub(jiff::SignedDuration::from_hours(48));
        let recently = recently.unwrap_or(Timestamp::MIN);
        let is_used =
            |key: &&KeyRecord| key.disabled.is_none() && key.last_used_at.is_some_and(|used| used > recently);
        let visited = keys
            .iter()
            .filter(is_used)
            .filter_map(|key| visited(key, secrets));
        let leaked = keys.iter().find(|key| key.name == LEAKED);
        let leaked = leaked.and_then(|key| Some((key.id, secrets.newest(LEAKED)?.secret(None))));
        Self {
            visited: visited.collect(),
            people,
            owner,
            leaked,
        }
    }

    /// Goes on until it is dropped.
    pub async fn go_on(self, server: String, store: Arc<dyn Store>) {
        // Where no request can be made, nothing goes on.
        let Ok(http) = Client::builder().build() else {
            return;
        };
        tokio::join!(
            visitors(&http, &server, &self.visited),
            intruder(&http, &server, &self.visited),
            colleagues(&*store, &self.people, self.owner),
        );
    }
}

fn visited(key: &KeyRecord, secrets: &Secrets) -> Option<Visited> {
    let project = key.project.as_ref().map(|project| project.id);
    let secret = |token: &Token| token.secret(project.map(|id| (id, "http://127.0.0.1")));
    let tokens = secrets.of(&key.name)?;
    let domain = key.settings.ui_domains.iter().map(ToString::to_string);
    let mut plain = domain.filter(|domain| !domain.contains('*') && !domain.contains("localhost"));
    let from = plain.next();
    // Pages of a developer's own machine and apps without an identifier don't take part.
    (from.is_some() || key.scope == Scope::Analytics).then(|| Visited {
        scope: key.scope,
        secrets: tokens.iter().map(secret).collect(),
        from,
        leaked: key.name == LEAKED,
    })
}

impl Visited {
    /// A request with one of its secrets, from its own page or app.
    fn request(&self, http: &Client, server: &str, secret: &Secret) -> RequestBuilder {
        let request = match self.scope {
            Scope::Analytics => http
                .get(format!("{server}/v1/authorize?scope=analytics"))
                .header("x-sm-apikey", secret.expose()),
            Scope::Web | Scope::Mobile => http
                .get(format!("{server}/api/jwt"))
                .header("key", secret.expose()),
        };
        match (&self.from, self.scope) {
            (Some(page), Scope::Web) => request.header("origin", page),
            (Some(app), Scope::Mobile) => request.header("x-ios-bundle-identifier", app),
            _ => request,
        }
    }
}

/// Whatever the server says: the demo is looked at, not its visitors.
async fn send(request: RequestBuilder, address: &str) {
    let _ = request.header("x-forwarded-for", address).send().await;
}

async fn visitors(http: &Client, server: &str, visited: &[Visited]) {
    let mut random = Random(7);
    loop {
        pause(&mut random, PACE).await;
        if visited.is_empty() {
            continue;
        }
        // Some keys are presented much more often than others.
        let place = random
            .below(visited.len() as u64)
            .min(random.below(visited.len() as u64));
        let Some(key) = visited.get(place as usize) else {
            continue;
        };
        let secret = match key.secrets.as_slice() {
            [old, _] if random.below(OLD_TOKEN) == 0 => old,
            [.., newest] => newest,
            [] => continue,
        };
        let address = *random.one_of(&VISITORS);
        send(key.request(http, server, secret), address).await;
    }
}

/// Tries the leaked key from a page of its own, in bursts.
async fn intruder(http: &Client, server: &str, visited: &[Visited]) {
    let mut random = Random(11);
    let Some((key, secret)) = visited
        .iter()
        .find(|key| key.leaked)
        .and_then(|key| Some((key, key.secrets.last()?)))
    else {
        return;
    };
    loop {
        for _ in 0..BURST.0 + random.below(BURST.1) {
            pause(&mut random, BURST_PACE).await;
            let request = http
                .get(format!("{server}/api/jwt"))
                .header("key", secret.expose())
                .header("origin", FOREIGN_PAGE);
            send(request, FOREIGN_ADDRESS).await;
        }
        for _ in 0..4 {
            pause(&mut random, BURST_PAUSE).await;
            // Its own visitors go on too, until it is disabled.
            send(key.request(http, server, secret), VISITORS[0]).await;
        }
    }
}

/// What colleagues do to keys, back and forth.
const WORK: [(&str, &str, &str, &str); 4] = [
    (
        "jun@acme.example",
        "Kiosk, Lisbon",
        r#"{"labels":["pt","checked"]}"#,
        r#"{"labels":["pt"]}"#,
    ),
    (
        "tomas@acme.example",
        "Warranty",
        r#"{"note":"Its texts are being reviewed."}"#,
        r#"{"note":null}"#,
    ),
    (
        "priya@acme.example",
        "Showroom, video wall",
        r#"{"ui_domains":["https://wall.acme.example","https://wall-2.acme.example"]}"#,
        r#"{"ui_domains":["https://wall.acme.example"]}"#,
    ),
    (
        "ines@acme.example",
        "Churn model",
        r#"{"labels":["quarterly"]}"#,
        r#"{"labels":[]}"#,
    ),
];

async fn colleagues(store: &dyn Store, people: &[SampleUser], owner: Uuid) {
    let mut random = Random(13);
    sleep(FIRST_EDIT).await;
    for turn in 0.. {
        let (email, key, first, second) = WORK[turn % WORK.len()];
        let edit = if (turn / WORK.len()).is_multiple_of(2) {
            first
        } else {
            second
        };
        let person = people.iter().find(|person| person.email == email);
        if let (Some(person), Ok(edit)) = (person, serde_json::from_str(edit)) {
            work(store, acting(people, owner, person.id), key, &edit).await;
        }
        pause(&mut random, EDITS).await;
    }
}

/// What somebody else changed or revoked meanwhile is left alone.
async fn work(store: &dyn Store, by: crate::server::store::Actor, key: &str, edit: &KeyEdit) {
    let Ok(Some(key)) = super::week::named(store, key).await else {
        return;
    };
    if let Ok((name, settings)) = edit.apply(key.scope, &key.name, &key.settings) {
        let _ = store.edit_key(key.id, key.version, name, settings, by).await;
    }
}

async fn pause(random: &mut Random, (least, beyond): (u64, u64)) {
    sleep(Duration::from_millis(least + random.below(beyond))).await;
}
