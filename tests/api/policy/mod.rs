//! The policy, proven: each cell of the declared table is asked of the running server.

mod table;
mod things;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};

use keydeck::api::ProblemType;
use keydeck::model::Role;
use reqwest::Method;
use serde_json::{Value, json};

use self::table::{Actor, Row, TABLE};
use self::things::{Stage, user_id};
use crate::common::{Answer, Deck, Person};

/// Sends a row's request with these ids and this body. An event stream is not read, for it has no end.
async fn ask(person: &Person, row: &Row, with: &str, body: &str) -> Answer {
    let (method, template) = row.operation.split_once(' ').expect("a method and a path");
    let (id, query) = with.split_once('?').unwrap_or((with, ""));
    let path = format!("{}?{query}", template.replace("{id}", id));
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = elsewhere(person)
        .request(method, path.trim_end_matches('?'))
        .header("if-match", "\"1\"");
    if !body.is_empty() {
        request = request.json(&serde_json::from_str::<Value>(body).expect("JSON"));
    }
    if template != "/v1/events" {
        return person.send(request).await;
    }
    let response = request.send().await.expect("an answer");
    match response.status().as_u16() {
        200 => Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: String::new(),
        },
        _ => Answer::read(response).await,
    }
}

/// The person at an address of their own, where no sign-in was refused before.
fn elsewhere(person: &Person) -> Person {
    static NEXT: AtomicU32 = AtomicU32::new(0x0a00_0000);
    let address = Ipv4Addr::from_bits(NEXT.fetch_add(1, Ordering::Relaxed));
    person.at(&address.to_string())
}

/// What an answer tells: all of it but when it was given and to which request.
fn told(mut answer: Answer) -> (u16, Vec<(String, String)>, String) {
    answer.headers.remove("x-request-id");
    answer.headers.remove("date");
    let headers = answer.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), format!("{value:?}")));
    (answer.status.as_u16(), headers.collect(), answer.body)
}

/// Whether for this actor nothing of the table's things may be told from what does not exist.
fn is_blind(actor: Actor, status: u16) -> bool {
    use Actor::{NoToken, OtherEditor, Removed, WrongToken};
    status == 404 || matches!(actor, OtherEditor | Removed | WrongToken | NoToken)
}

#[tokio::test]
async fn every_actor_gets_what_the_table_says_of_every_operation() {
    let stage = Stage::set().await;
    for row in TABLE {
        for (actor, status) in Actor::ALL.into_iter().zip(row.statuses) {
            let person = stage.person(actor);
            let (with, body) = (stage.filled(row.with).await, stage.filled(row.body).await);
            let answer = ask(person, row, &with, &body).await;
            let cell = format!("{actor:?}: {} {} {}", row.operation, row.with, row.body);
            assert_eq!(answer.status, status, "{cell}: {}", answer.body);
            match status {
                401 if row.operation == "GET /api/jwt" => {
                    drop(answer.refused(401, ProblemType::UnknownKey));
                }
                401 if row.operation == "GET /v1/authorize" => {
                    drop(answer.refused(401, ProblemType::UnknownGateway));
                }
                401 => drop(answer.refused(401, ProblemType::Unauthenticated)),
                403 => drop(answer.refused(403, ProblemType::Forbidden)),
                404 => drop(answer.refused(404, ProblemType::NotFound)),
                _ => {}
            }
            let names_something = with != row.with || body != row.body;
            if is_blind(actor, status) && names_something && status != 201 {
                let with = stage.filled_with_nothing(row.with).await;
                let body = stage.filled_with_nothing(row.body).await;
                let of_nothing = ask(person, row, &with, &body).await;
                assert_eq!(told(answer), told(of_nothing), "{cell}");
            }
        }
    }
}

#[tokio::test]
async fn the_table_has_every_operation_and_no_other() {
    let deck = Deck::start().await;
    let operations = deck.contract().operations();
    let documented: BTreeSet<String> = operations
        .iter()
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    let declared: BTreeSet<String> = TABLE.iter().map(|row| row.operation.to_owned()).collect();
    assert_eq!(declared, documented);
}

/// The rows in which the columns of the four roles differ the most.
const TELLING: [(&str, &str); 4] = [
    ("GET /v1/users", ""),
    ("GET /v1/keys/{id}", "{key}"),
    ("PATCH /v1/keys/{id}", "{key}"),
    ("PATCH /v1/projects/{id}", "{project}"),
];

#[tokio::test]
async fn a_role_that_changes_counts_from_the_next_request_on() {
    let stage = Stage::set().await;
    let person = stage.person(Actor::OtherEditor);
    let path = format!("/v1/users/{}", user_id(person).await);
    let rows = TELLING.map(|(operation, with)| {
        let row = TABLE
            .iter()
            .find(|row| (row.operation, row.with) == (operation, with));
        row.expect("it is in the table")
    });
    for row in rows {
        for (role, actor) in [
            (Role::Owner, Actor::Owner),
            (Role::Editor, Actor::OtherEditor),
            (Role::Support, Actor::Support),
            (Role::Analytics, Actor::Analytics),
            (Role::Editor, Actor::OtherEditor),
        ] {
            let (with, body) = (stage.filled(row.with).await, stage.filled(row.body).await);
            let changed = stage.deck.owner.patch(&path, 1, &json!({"role": role})).await;
            changed.expect(200);
            let answer = ask(person, row, &with, &body).await;
            assert_eq!(
                answer.status, row.statuses[actor as usize],
                "{role} {}",
                row.operation
            );
        }
    }
}

#[tokio::test]
async fn whoever_is_removed_or_has_a_new_token_is_unknown_from_the_next_request_on() {
    let deck = Deck::start().await;
    let (support, analyst) = (
        deck.person(Role::Support).await,
        deck.person(Role::Analytics).await,
    );
    let path = format!("/v1/users/{}", user_id(&support).await);
    deck.owner.delete(&path).await.expect(200);
    let unknown = support.get("/v1/keys").await;
    unknown.refused(401, ProblemType::Unauthenticated);

    let path = format!("/v1/users/{}/token", user_id(&analyst).await);
    let replaced = deck.owner.send(deck.owner.request(Method::POST, &path)).await;
    let unknown = analyst.get("/v1/keys").await;
    unknown.refused(401, ProblemType::Unauthenticated);
    let token = replaced.expect(200)["token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let me = deck.someone(&token).get("/v1/me").await.expect(200);
    assert_eq!(me["user"]["email"], "analytics@acme.example");
}

#[tokio::test]
async fn me_says_what_the_table_allows() {
    let deck = Deck::start().await;
    let may = async |person: &Person| person.get("/v1/me").await.expect(200)["may"].clone();
    let all = json!(["web", "mobile", "analytics"]);
    let said = |keys: Value, see: bool, projects: bool, users: bool| json!({"see_all_keys": see, "create_keys": keys, "create_projects": projects, "manage_users": users});
    assert_eq!(may(&deck.owner).await, said(all.clone(), true, true, true));
    assert_eq!(
        may(&deck.person(Role::Support).await).await,
        said(all, true, true, false)
    );
    let analyst = deck.person(Role::Analytics).await;
    assert_eq!(
        may(&analyst).await,
        said(json!(["analytics"]), true, false, false)
    );
    let editor = deck.person(Role::Editor).await;
    assert_eq!(
        may(&editor).await,
        said(json!(["web", "mobile"]), false, true, false)
    );
}
