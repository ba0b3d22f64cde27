//! What the table speaks of, made anew for each request: nothing that one did shows in another.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::prelude::{BASE64_STANDARD, Engine};
use keydeck::model::{Role, Token, TokenHash, TokenKind};
use serde_json::{Value, json};

use super::table::Actor;
use crate::common::{Deck, Person, id_of};

/// An id that nothing has.
const MISSING: &str = "01930000-0000-7000-8000-000000000000";

/// A server and the eight actors.
pub struct Stage {
    pub deck: Deck,
    people: Vec<Person>,
    next: AtomicU64,
}

impl Stage {
    pub async fn set() -> Self {
        let deck = Deck::start().await;
        let editor = |name| json!({"email": format!("{name}@acme.example"), "role": "editor"});
        let other = added(&deck, &editor("other")).await;
        // Behind the things of others, so that a look past those would show it.
        let zoo = other.project("Zoo").await;
        other.web_key(&zoo, "Zebra").await;
        let removed = added(&deck, &editor("removed")).await;
        let path = format!("/v1/users/{}", user_id(&removed).await);
        deck.owner.delete(&path).await.expect(200);
        let unknown = Token::generate(TokenKind::User).expect("random");
        let people = vec![
            deck.owner.clone(),
            deck.person(Role::Support).await,
            deck.person(Role::Analytics).await,
            deck.person(Role::Editor).await,
            other,
            removed,
            deck.someone(unknown.expose()),
            deck.someone(""),
        ];
        Self {
            deck,
            people,
            next: AtomicU64::new(0),
        }
    }

    pub fn person(&self, actor: Actor) -> &Person {
        &self.people[actor as usize]
    }

    /// The text with what its names stand for.
    pub async fn filled(&self, text: &str) -> String {
        self.replaced(text, async |name| self.make(name).await).await
    }

    /// The same with ids of what does not exist.
    pub async fn filled_with_nothing(&self, text: &str) -> String {
        self.replaced(text, async |name| match name {
            "n" => self.number(),
            "theirs" => format!("Nobody's {}", self.number()),
            "sha256" => "0".repeat(64),
            _ => MISSING.to_owned(),
        })
        .await
    }

    async fn replaced(&self, text: &str, value: impl AsyncFn(&'static str) -> String) -> String {
        let mut filled = text.to_owned();
        for name in NAMES {
            let braced = format!("{{{name}}}");
            if filled.contains(&braced) {
                filled = filled.replace(&braced, &value(name).await);
            }
        }
        filled
    }

    fn number(&self) -> String {
        self.next.fetch_add(1, Ordering::Relaxed).to_string()
    }

    async fn make(&self, name: &'static str) -> String {
        let creator = self.person(Actor::Creator);
        match name {
            "n" => self.number(),
            "creator" => user_id(creator).await,
            "project" => self.project().await,
            "used" => self.used().await.0,
            "served" => self.served().await,
            "tokened" => {
                let project = self.served().await;
                let path = format!("/v1/projects/{project}/session-token");
                let request = self.deck.owner.request(reqwest::Method::POST, &path);
                self.deck.owner.send(request).await.expect(200);
                project
            }
            "key" => id_of(&self.used().await.1),
            "revoked" => {
                let key = id_of(&self.used().await.1);
                creator.delete(&format!("/v1/keys/{key}")).await.expect(204);
                key
            }
            "disabled" => {
                let key = id_of(&self.used().await.1);
                let path = format!("/v1/keys/{key}/disable");
                creator.post(&path, &json!({})).await.expect(200);
                key
            }
            "plan" => {
                let key = id_of(&self.used().await.1);
                let new = json!({"action": "disable", "ids": [key]});
                let plan = creator.post("/v1/keys/plan", &new).await.expect(201);
                plan["plan"].as_str().expect("a plan").to_owned()
            }
            "sha256" => TokenHash::of(&token_of(&self.used().await.1)).to_string(),
            "board" => id_of(&self.board(self.person(Actor::Analytics)).await),
            "theirs" => {
                let name = format!("Theirs {}", self.number());
                self.deck.owner.project(&name).await;
                name
            }
            "visited" => {
                let project = self.project().await;
                self.deck.owner.web_key(&project, "Visitor").await;
                project
            }
            "gateway" => {
                let new = json!({"name": format!("Gateway {}", self.number())});
                let created = self.deck.owner.post("/v1/gateways", &new).await.expect(201);
                id_of(&created["gateway"])
            }
            "webhook" => self.webhook().await,
            "delivery" => {
                let path = format!("/v1/webhooks/{}/test", self.webhook().await);
                let request = self.deck.owner.request(reqwest::Method::POST, &path);
                id_of(&self.deck.owner.send(request).await.expect(202))
            }
            "user" => user_id(&self.user().await).await,
            "holder" => {
                let holder = self.user().await;
                self.board(&holder).await;
                user_id(&holder).await
            }
            _ => unreachable!("a name that is in NAMES"),
        }
    }

    /// Of the Creator, deployed.
    async fn project(&self) -> String {
        let name = format!("Project {}", self.number());
        self.person(Actor::Creator).project(&name).await
    }

    /// A project and its key, of the Creator.
    async fn used(&self) -> (String, Value) {
        let project = self.project().await;
        let key = self.person(Actor::Creator).web_key(&project, "Checkout").await;
        (project, key)
    }

    async fn served(&self) -> String {
        let project = self.project().await;
        let server = json!({"url": "wss://a.example", "key_name": "main", "private_key": "the-private-key-of-the-session-server"});
        let path = format!("/v1/projects/{project}/session-server");
        let request = self.deck.owner.request(reqwest::Method::PUT, &path).json(&server);
        self.deck.owner.send(request).await.expect(200);
        project
    }

    /// A webhook, and no others, of which there can't be many.
    async fn webhook(&self) -> String {
        let owner = &self.deck.owner;
        let others = owner.get("/v1/webhooks").await.expect(200);
        for other in others.as_array().expect("webhooks") {
            let path = format!("/v1/webhooks/{}", id_of(other));
            owner.delete(&path).await.expect(204);
        }
        let new = json!({"url": format!("https://hooks.acme.example/{}", self.number())});
        id_of(&owner.post("/v1/webhooks", &new).await.expect(201)["webhook"])
    }

    /// An Analytics key.
    async fn board(&self, person: &Person) -> Value {
        let new = json!({"scope": "analytics", "name": format!("Board {}", self.number())});
        person.post("/v1/keys", &new).await.expect(201)
    }

    /// Somebody who is none of the actors.
    async fn user(&self) -> Person {
        let email = format!("somebody{}@acme.example", self.number());
        added(&self.deck, &json!({"email": email, "role": "support"})).await
    }
}

const NAMES: [&str; 19] = [
    "n", "plan", "theirs", "visited", "creator", "project", "used", "served", "tokened", "key", "revoked",
    "disabled", "sha256", "board", "user", "holder", "gateway", "webhook", "delivery",
];

async fn added(deck: &Deck, new: &Value) -> Person {
    let created = deck.owner.post("/v1/users", new).await.expect(201);
    deck.someone(created["token"].as_str().expect("a token"))
}

pub async fn user_id(person: &Person) -> String {
    id_of(&person.get("/v1/me").await.expect(200)["user"])
}

/// The token in the secret of a Web key.
fn token_of(created: &Value) -> String {
    let secret = created["secret"].as_str().expect("a secret");
    let json = BASE64_STANDARD.decode(secret).expect("base64");
    let secret: Value = serde_json::from_slice(&json).expect("JSON");
    secret["authToken"].as_str().expect("a token").to_owned()
}
