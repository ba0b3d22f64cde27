//! Typed calls to a key server, or to several over one database: when one no longer answers, the
//! next one is called. Clones share one pool of connections, and the server in use.

mod endpoint;
mod error;
mod events;
mod export;
mod imports;
mod leaks;
mod notice;
mod pacing;
mod plans;
mod replicas;
mod revoked;
mod server;
mod transport;
mod webhooks;

use std::time::Duration;

use futures_util::{Stream, stream};
use reqwest::Method;
use serde::Deserialize;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

pub use endpoint::{Endpoint, Timeouts};
pub use error::Error;
pub use notice::EventNotice;
pub use revoked::ServerCheck;

use self::transport::Transport;
use crate::api::{
    ActivityHead, ActivityPage, ActivityQuery, Comparison, ComparisonQuery, CountExtra, Created,
    CreatedGateway, CreatedUser, Disabling, Explain, Gateway, IssuedSessionToken, Key, KeyCounting,
    KeyCounts, KeyEdit, KeyFields, KeyFilter, KeyList, KeyPage, Lookup, LookupAnswer, Me, NewGateway,
    NewProject, NewRotation, NewToken, NewUser, OngoingRemoval, Person, Policy, PolicyEdit, Project,
    ProjectEdit, ProjectQuery, RemovalProgress, RevealPurpose, Revealed, Rotated, RotationEnd,
    RotationExtension, SessionServerEdit, Usage, User, UserEdit, UserQuery, UserRemoval, Verdict,
};
use crate::model::{Role, Secret, ServerAddress, TokenHash};

/// FailureKind often it is asked how far a removal is, and how long without an answer.
const LOOK: Duration = Duration::from_millis(250);
const GIVEN_UP: Duration = Duration::from_secs(60);

fn if_match(version: u64) -> (&'static str, String) {
    ("if-match", format!("\"{version}\""))
}

fn rotation_of(id: Uuid) -> String {
    format!("v1/keys/{id}/rotation")
}

type Result<T> = std::result::Result<T, Error>;

/// What is answered to a removal.
#[derive(Deserialize)]
#[serde(untagged)]
enum Removed {
    Ongoing(OngoingRemoval),
    Finished(RemovalProgress),
}

/// A signed-in client. Needs a tokio runtime when it is called, not when it is made.
#[derive(Debug, Clone)]
pub struct Client {
    transport: Transport,
}

impl Client {
    pub fn new(endpoint: Endpoint) -> Result<Self> {
        Transport::new(&endpoint).map(|transport| Self { transport })
    }

    /// The same client, asking up to three times for what only reads. For commands that run once;
    /// a dashboard shows that it is offline and retries by itself.
    #[must_use]
    pub fn retrying(mut self) -> Self {
        self.transport.retries = 2;
        self
    }

    /// The same client, sending only what changes nothing; the rest is [`Error::ReadOnly`].
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.transport.read_only = true;
        self
    }

    /// The server that the next call begins with: the one that answered last, unless it is away.
    pub fn server(&self) -> &ServerAddress {
        &self.transport.replicas.asked().address
    }

    pub fn has_several_servers(&self) -> bool {
        self.transport.replicas.are_several()
    }

    /// The name of the server that calls begin with: now, and after each change.
    pub fn servers_in_use(&self) -> impl Stream<Item = String> + Send + use<> {
        let replicas = self.transport.replicas.clone();
        let mut asked = replicas.subscribe();
        asked.mark_changed();
        stream::unfold((replicas, asked), async |(replicas, mut asked)| {
            asked.changed().await.ok()?;
            let index = *asked.borrow_and_update();
            let host = replicas.server(index).address.host();
            Some((host, (replicas, asked)))
        })
    }

    pub async fn me(&self) -> Result<Me> {
        self.transport.get("v1/me", &()).await
    }

    pub async fn keys(&self, list: &KeyList) -> Result<KeyPage> {
        self.transport.get("v1/keys", list).await
    }

    pub async fn counts(&self, filter: &KeyFilter) -> Result<KeyCounts> {
        self.transport.get("v1/keys/counts", filter).await
    }

    /// As [`Client::counts`], with how many keys need attention.
    pub async fn counts_and_attention(&self, filter: KeyFilter) -> Result<KeyCounts> {
        let counting = KeyCounting {
            with: Some(CountExtra::Attention),
            ..KeyCounting::default().filtered_by(filter)
        };
        self.transport.get("v1/keys/counts", &counting).await
    }

    pub async fn key(&self, id: Uuid) -> Result<Key> {
        self.transport.get(&format!("v1/keys/{id}"), &()).await
    }

    /// A repetition with the same `idempotency_key` answers with the key that was made first.
    pub async fn create(&self, fields: &KeyFields, idempotency_key: Uuid) -> Result<Created> {
        self.transport.create("v1/keys", idempotency_key, fields).await
    }

    /// Refused with the key's current state when its version is no longer `version`.
    pub async fn edit(&self, id: Uuid, version: u64, edit: &KeyEdit) -> Result<Key> {
        let headers = [if_match(version)];
        self.transport
            .send(Method::PATCH, &format!("v1/keys/{id}"), &headers, edit)
            .await
    }

    pub async fn revoke(&self, id: Uuid) -> Result<()> {
        self.transport.delete(&format!("v1/keys/{id}")).await
    }

    pub async fn disable(&self, id: Uuid, disabling: &Disabling) -> Result<Key> {
        self.transport
            .send(Method::POST, &format!("v1/keys/{id}/disable"), &[], disabling)
            .await
    }

    pub async fn enable(&self, id: Uuid) -> Result<Key> {
        self.transport.act(&format!("v1/keys/{id}/enable")).await
    }

    pub async fn policy(&self) -> Result<Policy> {
        self.transport.get("v1/policy", &()).await
    }

    pub async fn set_policy(&self, edit: &PolicyEdit) -> Result<Policy> {
        self.transport.send(Method::PATCH, "v1/policy", &[], edit).await
    }

    /// Refused as [`Client::edit`] is.
    pub async fn rotate(&self, id: Uuid, version: u64, new: &NewRotation) -> Result<Rotated> {
        let headers = [if_match(version)];
        self.transport
            .send(Method::POST, &rotation_of(id), &headers, new)
            .await
    }

    pub async fn extend_rotation(
        &self,
        id: Uuid,
        version: Option<u64>,
        extension: &RotationExtension,
    ) -> Result<Key> {
        let headers: Vec<_> = version.map(if_match).into_iter().collect();
        self.transport
            .send(Method::PATCH, &rotation_of(id), &headers, extension)
            .await
    }

    pub async fn finish_rotation(&self, id: Uuid, version: Option<u64>, end: &RotationEnd) -> Result<Key> {
        let headers: Vec<_> = version.map(if_match).into_iter().collect();
        self.transport.delete_with(&rotation_of(id), &headers, end).await
    }

    /// To show it. Changes nothing, and is recorded.
    pub async fn reveal(&self, id: Uuid) -> Result<Secret> {
        self.reveal_for(id, RevealPurpose::Show).await
    }

    /// As [`Client::reveal`], for this purpose. A server that knows of none records that it was revealed.
    pub async fn reveal_for(&self, id: Uuid, purpose: RevealPurpose) -> Result<Secret> {
        let path = format!("v1/keys/{id}/reveal");
        let with_purpose =
            |request: reqwest::RequestBuilder| request.header("Keydeck-Purpose", purpose.as_str());
        let revealed: Revealed = self.transport.ask(&path, with_purpose).await?;
        revealed
            .secret
            .ok_or_else(|| self.not_keydeck("revealed no secret"))
    }

    /// Which key has this hash; the token itself never leaves this machine.
    pub async fn lookup(&self, hash: &TokenHash) -> Result<LookupAnswer> {
        let lookup = Lookup {
            sha256: hash.to_string(),
        };
        self.transport
            .ask("v1/keys/lookup", |request| request.json(&lookup))
            .await
    }

    pub async fn usage(&self, id: Uuid) -> Result<Usage> {
        self.transport.get(&format!("v1/keys/{id}/usage"), &()).await
    }

    /// Whether a request with this key would be allowed now.
    pub async fn explain(&self, id: Uuid, request: &Explain) -> Result<Verdict> {
        self.transport
            .get(&format!("v1/keys/{id}/explain"), request)
            .await
    }

    /// Replaces the one before.
    pub async fn issue_session_token(&self, project: Uuid) -> Result<IssuedSessionToken> {
        let path = format!("v1/projects/{project}/session-token");
        self.transport.act(&path).await
    }

    pub async fn revoke_session_token(&self, project: Uuid) -> Result<()> {
        let path = format!("v1/projects/{project}/session-token");
        self.transport.delete(&path).await
    }

    pub async fn gateways(&self) -> Result<Vec<Gateway>> {
        self.transport.get("v1/gateways", &()).await
    }

    pub async fn add_gateway(&self, new: &NewGateway) -> Result<CreatedGateway> {
        self.transport.send(Method::POST, "v1/gateways", &[], new).await
    }

    pub async fn remove_gateway(&self, id: Uuid) -> Result<()> {
        self.transport.delete(&format!("v1/gateways/{id}")).await
    }

    pub async fn projects(&self, query: &ProjectQuery) -> Result<Vec<Project>> {
        self.transport.get("v1/projects", query).await
    }

    pub async fn create_project(&self, new: &NewProject) -> Result<Project> {
        self.transport.send(Method::POST, "v1/projects", &[], new).await
    }

    pub async fn edit_project(&self, id: Uuid, edit: &ProjectEdit) -> Result<Project> {
        self.transport
            .send(Method::PATCH, &format!("v1/projects/{id}"), &[], edit)
            .await
    }

    pub async fn remove_project(&self, id: Uuid) -> Result<()> {
        self.transport.delete(&format!("v1/projects/{id}")).await
    }

    pub async fn set_session_server(&self, project: Uuid, edit: &SessionServerEdit) -> Result<Project> {
        let path = format!("v1/projects/{project}/session-server");
        self.transport.send(Method::PUT, &path, &[], edit).await
    }

    pub async fn remove_session_server(&self, project: Uuid) -> Result<()> {
        let path = format!("v1/projects/{project}/session-server");
        self.transport.delete(&path).await
    }

    pub async fn users(&self, query: &UserQuery) -> Result<Vec<Person>> {
        self.transport.get("v1/users", query).await
    }

    pub async fn add_user(&self, new: &NewUser) -> Result<CreatedUser> {
        self.transport.send(Method::POST, "v1/users", &[], new).await
    }

    pub async fn set_role(&self, id: Uuid, role: Role) -> Result<User> {
        self.transport
            .send(Method::PATCH, &format!("v1/users/{id}"), &[], &UserEdit { role })
            .await
    }

    /// A new sign-in token for the user; the one before is no longer valid.
    pub async fn new_token(&self, user: Uuid) -> Result<Secret> {
        let new: NewToken = self.transport.act(&format!("v1/users/{user}/token")).await?;
        new.token.ok_or_else(|| self.not_keydeck("answered no token"))
    }

    pub async fn remove_user(&self, id: Uuid, removal: &UserRemoval) -> Result<RemovalProgress> {
        self.remove_user_telling(id, removal, |_| ()).await
    }

    /// For a person with very many keys, `tell` is called with the progress. The removal continues in the server even if
    /// nobody asks any more (the caller removed themselves, or no server answers for long): then the returned progress
    /// has some left.
    pub async fn remove_user_telling(
        &self,
        id: Uuid,
        removal: &UserRemoval,
        tell: impl Fn(RemovalProgress),
    ) -> Result<RemovalProgress> {
        let path = format!("v1/users/{id}");
        let (mut progress, id) = match self.transport.delete_with(&path, &[], removal).await? {
            Removed::Ongoing(ongoing) => (ongoing.so_far, ongoing.id),
            Removed::Finished(progress) => (progress, id),
        };
        let mut asked = Instant::now();
        while !progress.is_finished() && asked.elapsed() < GIVEN_UP {
            tell(progress);
            sleep(LOOK).await;
            match self.removal(id).await {
                Ok(now) => (progress, asked) = (now, Instant::now()),
                Err(error) if error.is_retryable() => {}
                Err(_) => break,
            }
        }
        Ok(progress)
    }

    /// FailureKind far a removal is, by its id.
    pub async fn removal(&self, id: Uuid) -> Result<RemovalProgress> {
        self.transport.get(&format!("v1/removals/{id}"), &()).await
    }

    pub async fn activity_head(&self) -> Result<ActivityHead> {
        self.transport.get("v1/activity/head", &()).await
    }

    /// Whether the server's tables are as its log says, from `after` on.
    pub async fn compare(&self, after: Option<String>) -> Result<Comparison> {
        let query = ComparisonQuery { after };
        self.transport.get("v1/activity/comparison", &query).await
    }

    pub async fn activity(&self, query: &ActivityQuery) -> Result<ActivityPage> {
        self.transport.get("v1/activity", query).await
    }

    fn not_keydeck(&self, what: &str) -> Error {
        self.transport.replicas.asked().not_keydeck(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_that_goes_on_is_told_from_one_that_is_finished() {
        let done = r#""keys_revoked": 3, "keys_handed_over": 0, "projects_handed_over": 0, "renamed": 0"#;
        let id = Uuid::from_u128(7);
        let going = format!(r#"{{"id": "{id}", "progress": "/v1/removals/{id}", {done}, "left": 4}}"#);
        match serde_json::from_str(&going).expect("read") {
            Removed::Ongoing(removal) => assert_eq!((removal.id, removal.so_far.left), (id, 4)),
            Removed::Finished(_) => panic!("it goes on"),
        }
        match serde_json::from_str(&format!("{{{done}}}")).expect("read") {
            Removed::Finished(progress) => assert!(progress.is_finished() && progress.done() == 3),
            Removed::Ongoing(_) => panic!("it is finished"),
        }
    }
}
