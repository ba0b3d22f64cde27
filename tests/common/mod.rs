//! A real server on a port of its own, over a real database in a directory of its own, and people
//! who ask it. Every answer is held against the server's own OpenAPI document.

mod answer;
mod contract;

use std::sync::Arc;

use jiff::Timestamp;
use keydeck::model::{Role, Token, TokenKind};
use keydeck::server::address::{TrustedProxies, trusted_proxy};
use keydeck::server::seal::{RootKey, Sealer, new_data_key};
use keydeck::server::store::sqlite::SqliteStore;
use keydeck::server::store::{Founding, PeopleStore, StatusStore};
use keydeck::server::{
    AllowedTargets, Bounds, LeakSources, Listener, LocalSession, ServerState, WebhookSender, serve,
};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use self::answer::Answer;
use self::contract::Contract;

pub const PUBLIC_URL: &str = "https://keys.acme.example";
pub const OWNER: &str = "mira@acme.example";

/// A running server. It ends with [`Deck::stop`], or when it is dropped with its test.
pub struct Deck {
    pub url: String,
    pub owner: Person,
    pub state: ServerState,
    contract: Arc<Contract>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
    directory: TempDir,
}

impl Deck {
    pub async fn start() -> Self {
        Self::start_within(Bounds::default()).await
    }

    /// With bounds that a test can reach.
    pub async fn start_within(bounds: Bounds) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let token = Token::generate(TokenKind::User).expect("random");
        let state = found(&directory, &token, false, behind_a_proxy()).await;
        Self::run(directory, state, token.expose(), bounds, LeakSources::default()).await
    }

    /// Others than whoever has a token may report leaks.
    pub async fn start_with_leak_sources(sources: LeakSources) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let token = Token::generate(TokenKind::User).expect("random");
        let state = found(&directory, &token, false, behind_a_proxy()).await;
        Self::run(directory, state, token.expose(), Bounds::default(), sources).await
    }

    /// What happens is sent to webhooks, also on this machine.
    pub async fn start_with_webhooks() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let token = Token::generate(TokenKind::User).expect("random");
        let state = found(&directory, &token, false, behind_a_proxy()).await;
        let allowed = ["127.0.0.0/8", "::1"].map(|target| target.parse().expect("a target"));
        let sender = WebhookSender::new(AllowedTargets::new(allowed.to_vec()), None).expect("a sender");
        let with = |listener: Listener| listener.with_webhooks(sender);
        Self::run_within(directory, state, token.expose(), Bounds::default(), with).await
    }

    /// Without a proxy in front: nobody can say where they are.
    pub async fn start_in_the_open() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let token = Token::generate(TokenKind::User).expect("random");
        let state = found(&directory, &token, false, TrustedProxies::default()).await;
        Self::run(
            directory,
            state,
            token.expose(),
            Bounds::default(),
            LeakSources::default(),
        )
        .await
    }

    /// The deck of the person at the terminal: the token that is given is in memory only.
    pub async fn start_local() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let token = Token::generate(TokenKind::User).expect("random");
        let state = found(&directory, &token, true, behind_a_proxy()).await;
        Self::run(
            directory,
            state,
            token.expose(),
            Bounds::default(),
            LeakSources::default(),
        )
        .await
    }

    async fn run(
        directory: TempDir,
        state: ServerState,
        token: &str,
        bounds: Bounds,
        leak_sources: LeakSources,
    ) -> Self {
        Self::run_within(directory, state, token, bounds, |listener| {
            listener.with_leak_sources(leak_sources)
        })
        .await
    }

    async fn run_within(
        directory: TempDir,
        state: ServerState,
        token: &str,
        bounds: Bounds,
        with: impl FnOnce(Listener) -> Listener,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let (stop, stopped) = oneshot::channel::<()>();
        let entrance = with(Listener::new(listener, None, bounds));
        let server = tokio::spawn(serve(entrance, state.clone(), async {
            // A dropped sender stops it too.
            let _ = stopped.await;
        }));
        let contract = Arc::new(Contract::ask(&url).await);
        Self {
            owner: Person::new(&url, token, &contract),
            url,
            state,
            contract,
            stop,
            server,
            directory,
        }
    }

    /// A new user of this role.
    pub async fn person(&self, role: Role) -> Person {
        let new = json!({"email": format!("{}@acme.example", role.as_str()), "role": role});
        let created = self.owner.post("/v1/users", &new).await.expect(201);
        Person::new(
            &self.url,
            created["token"].as_str().expect("a token"),
            &self.contract,
        )
    }

    /// Someone who presents `token`, or nothing when it is empty.
    pub fn someone(&self, token: &str) -> Person {
        Person::new(&self.url, token, &self.contract)
    }

    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// As if the end of this key had come.
    pub fn end(&self, key: &str) {
        self.end_in("expires_at", key);
    }

    /// The same of what ends in this column.
    pub fn end_in(&self, column: &str, key: &str) {
        self.set(column, key, Some(Timestamp::now().as_microsecond() - 5_000_000));
    }

    /// Writes into a column of this key, whatever the log says.
    pub fn set(&self, column: &str, key: &str, value: Option<i64>) {
        let conn = rusqlite::Connection::open(self.directory.path().join("keydeck.db")).expect("a database");
        let id: uuid::Uuid = key.parse().expect("an id");
        let sql = format!("UPDATE keys SET {column} = ? WHERE id = ?");
        let changed = conn.execute(&sql, rusqlite::params![value, id.as_bytes()]);
        assert_eq!(changed.expect("changed"), 1);
    }

    /// What somebody does to the database behind the server's back.
    pub fn by_hand(&self, sql: &str) {
        let conn = rusqlite::Connection::open(self.directory.path().join("keydeck.db")).expect("a database");
        conn.execute_batch(sql).expect("done");
    }

    /// Returns when the server has ended; where its database is goes with what is returned.
    pub async fn stop(self) -> TempDir {
        self.stop.send(()).expect("the server is running");
        self.server.await.expect("no panic").expect("no fault");
        self.directory
    }
}

/// Everybody is, so that a test can say where somebody is.
fn behind_a_proxy() -> TrustedProxies {
    TrustedProxies::new(vec![trusted_proxy("127.0.0.1").expect("an address")])
}

async fn found(directory: &TempDir, token: &Token, local: bool, proxies: TrustedProxies) -> ServerState {
    let root = RootKey::generate().expect("random");
    let founding = Founding {
        organisation: "Acme Studios".into(),
        owner_email: OWNER.into(),
        owner_token: (!local).then(|| token.hash()),
        at: Timestamp::now(),
    };
    let data_key = new_data_key(&root).expect("random");
    let store =
        SqliteStore::create(&directory.path().join("keydeck.db"), &founding, &data_key).expect("made");
    let organisation = store.organisation().await.expect("founded").id;
    let sealer = Sealer::open(&root, organisation, &[data_key]).expect("its own root key");
    let owner = store.first_user(Role::Owner).await.expect("founded");
    let session = LocalSession {
        token: token.hash(),
        user: owner.expect("an Owner").id,
    };
    ServerState::new(
        Arc::new(store),
        sealer,
        PUBLIC_URL.into(),
        local.then_some(session),
        proxies,
    )
    .await
    .expect("founded")
}

/// Someone who asks.
#[derive(Clone)]
pub struct Person {
    pub token: String,
    url: String,
    /// Where they are; this machine when nothing is said.
    address: Option<String>,
    http: reqwest::Client,
    contract: Arc<Contract>,
}

impl Person {
    fn new(url: &str, token: &str, contract: &Arc<Contract>) -> Self {
        Self {
            token: token.to_owned(),
            url: url.to_owned(),
            address: None,
            http: reqwest::Client::builder().no_proxy().build().expect("a client"),
            contract: contract.clone(),
        }
    }

    /// The same person elsewhere.
    pub fn at(&self, address: &str) -> Self {
        Self {
            address: Some(address.to_owned()),
            ..self.clone()
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, version: u64, body: &Value) -> Answer {
        let request = self.request(Method::PATCH, path).json(body);
        self.send(request.header("if-match", format!("\"{version}\"")))
            .await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn reveal(&self, key: &str) -> Answer {
        self.send(self.request(Method::POST, &format!("/v1/keys/{key}/reveal")))
            .await
    }

    /// A request to be finished and sent.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(address) = &self.address {
            request = request.header("x-forwarded-for", address);
        }
        match self.token.as_str() {
            "" => request,
            token => request.bearer_auth(token),
        }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.build().expect("a request");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = self.http.execute(request).await.expect("an answer");
        self.contract.check(&method, &path, response.status());
        Answer::read(response).await
    }

    /// A deployed project; its id.
    pub async fn project(&self, name: &str) -> String {
        let project = self
            .post("/v1/projects", &json!({"name": name, "deployed": true}))
            .await;
        id_of(&project.expect(201))
    }

    /// A Web key of `project`; the whole answer.
    pub async fn web_key(&self, project: &str, name: &str) -> Value {
        self.post("/v1/keys", &web_key(project, name)).await.expect(201)
    }
}

/// What a Web key is created from.
pub fn web_key(project: &str, name: &str) -> Value {
    json!({"scope": "web", "name": name, "project": project, "ui_domains": ["https://shop.acme.example"]})
}

/// The `id` of a thing, or of the key in the answer to a creation.
pub fn id_of(value: &Value) -> String {
    let id = value.get("id").or_else(|| value["key"].get("id"));
    id.and_then(Value::as_str).expect("an id").to_owned()
}
