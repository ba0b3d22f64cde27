//! The OpenAPI document is of this server. That no answer leaves it is checked in every test.

use keydeck::api::ProblemType;
use reqwest::Method;
use serde_json::Value;

use crate::common::Deck;

const SOME_ID: &str = "01930000-0000-7000-8000-000000000000";
const OPEN: [&str; 3] = ["/livez", "/readyz", "/metrics"];
/// Ask for a key instead of a sign-in.
const WITH_A_KEY: [&str; 2] = ["/api/jwt", "/v1/authorize"];

#[tokio::test]
async fn every_operation_answers_and_asks_who_is_signed_in() {
    let deck = Deck::start().await;
    let nobody = deck.someone("");
    let operations = deck.contract().operations();
    assert_eq!(operations.len(), 70, "{operations:?}");
    for (method, template) in operations {
        let path = template.replace("{id}", SOME_ID);
        let request = nobody.request(method.clone(), &path);
        let answer = nobody.send(request).await;
        match template.as_str() {
            open if OPEN.contains(&open) => assert_eq!(answer.status, 200, "{method} {path}"),
            // Having the token is the proof: it is read before anything is asked.
            "/v1/leaks" if method == Method::POST => {
                drop(answer.refused(415, ProblemType::UnsupportedMediaType));
            }
            "/v1/authorize" => drop(answer.refused(401, ProblemType::UnknownGateway)),
            asks if WITH_A_KEY.contains(&asks) => drop(answer.refused(401, ProblemType::UnknownKey)),
            _ => drop(answer.refused(401, ProblemType::Unauthenticated)),
        }
        assert!(!answer.header("x-request-id").is_empty());
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn the_document_is_openapi_3_1_and_complete() {
    let deck = Deck::start().await;
    let document = &deck.contract().0;
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1."))
    );
    assert_eq!(
        document["components"]["securitySchemes"]["token"]["scheme"],
        "bearer"
    );
    let mut missing = Vec::new();
    references(document, &mut |reference| {
        let pointer = reference.trim_start_matches('#');
        if document.pointer(pointer).is_none() {
            missing.push(reference.to_owned());
        }
    });
    assert_eq!(missing, Vec::<String>::new());
}

/// What it says would be ignored.
#[tokio::test]
async fn an_operation_that_takes_no_body_refuses_one() {
    let deck = Deck::start().await;
    let document = &deck.contract().0;
    let operations = deck.contract().operations();
    let without: Vec<&String> = operations
        .iter()
        .filter(|(method, path)| {
            *method == Method::POST && document["paths"][path]["post"].get("requestBody").is_none()
        })
        .map(|(_, path)| path)
        .collect();
    assert_eq!(without.len(), 9, "{without:?}");
    for path in without {
        let path = path.replace("{id}", SOME_ID);
        let sent = async |body: &str| {
            let request = deck.owner.request(Method::POST, &path);
            deck.owner.send(request.body(body.to_owned())).await
        };
        drop(sent("not json").await.refused(400, ProblemType::Malformed));
        for body in ["{\"reason\": \"x\", \"bogus\": 1}", "[]", "7"] {
            drop(sent(body).await.refused(422, ProblemType::Invalid));
        }
        for body in ["", "{}", " { } ", "null"] {
            let answer = sent(body).await;
            assert!(
                matches!(answer.status.as_u16(), 201 | 404),
                "{path}: {}",
                answer.body
            );
        }
    }
}

fn references(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(object) => {
            if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                found(reference);
            }
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn what_there_is_not_is_a_problem_document_too() {
    let deck = Deck::start().await;
    for path in [
        "/",
        "/v1",
        "/v1/keys/",
        "/v1/nothing",
        "/v1/keys/counts/all",
        "/api",
        "/v1/authorised",
    ] {
        deck.owner.get(path).await.refused(404, ProblemType::NotFound);
    }
    let refused = deck.owner.send(deck.owner.request(Method::PUT, "/v1/keys")).await;
    refused.refused(405, ProblemType::MethodNotAllowed);
    assert_eq!(refused.header("allow").replace(' ', ""), "GET,HEAD,POST");
    let head = deck
        .owner
        .request(Method::HEAD, "/v1/keys")
        .send()
        .await
        .expect("an answer");
    assert_eq!(head.status(), 200);
}

#[tokio::test]
async fn every_action_that_the_document_lists_can_be_asked_for() {
    let deck = Deck::start().await;
    let parameters = &deck.contract().0["paths"]["/v1/activity"]["get"]["parameters"];
    let parameters = parameters.as_array().expect("parameters");
    let action = parameters.iter().find(|parameter| parameter["name"] == "action");
    let actions = action.expect("a filter")["schema"]["enum"].as_array();
    for action in actions.expect("a list") {
        let path = format!("/v1/activity?action={}", action.as_str().expect("a name"));
        deck.owner.get(&path).await.expect(200);
    }
}
