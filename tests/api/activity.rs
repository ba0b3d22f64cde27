//! The activity log over HTTP: who sees what of it, and the refused sign-ins in it.

use keydeck::api::ProblemType;
use keydeck::model::{Role, Token, TokenKind};
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Deck, OWNER, Person, id_of};

const ELSEWHERE: &str = "203.0.113.7";

async fn rows(person: &Person, query: &str) -> Vec<Value> {
    let page = person
        .get(&format!("/v1/activity?limit=200&{query}"))
        .await
        .expect(200);
    page["items"].as_array().expect("items").clone()
}

fn unknown_token() -> Token {
    Token::generate(TokenKind::User).expect("random")
}

/// As many refusals as there may be within a minute.
async fn refuse_twenty(deck: &Deck, address: &str) {
    for _ in 0..20 {
        let stranger = deck.someone("kdu_wrong").at(address);
        stranger
            .get("/v1/me")
            .await
            .refused(401, ProblemType::Unauthenticated);
    }
}

#[tokio::test]
async fn the_log_is_asked_by_person_and_action() {
    let deck = Deck::start().await;
    let support = deck.person(Role::Support).await;
    support.project("Shop").await;
    deck.owner.project("Kiosk").await;
    let subjects = async |query: &str| -> Vec<Value> {
        let rows = rows(&deck.owner, query).await;
        rows.iter().map(|row| row["subject"].clone()).collect()
    };
    assert_eq!(subjects("actor=support@ACME.example").await, ["Shop"]);
    assert_eq!(
        subjects(&format!("actor={OWNER}&action=project_created")).await,
        ["Kiosk"]
    );
    let me = id_of(&support.get("/v1/me").await.expect(200)["user"]);
    assert_eq!(subjects(&format!("actor={me}")).await, ["Shop"]);
    assert!(subjects("actor=nobody").await.is_empty());
    for wrong in [
        "action=revoked",
        "action=unknown",
        "person=mira",
        "limit=201",
        "before=-1",
    ] {
        let answer = deck.owner.get(&format!("/v1/activity?{wrong}")).await;
        answer.refused(400, ProblemType::Malformed);
        assert_eq!(answer.fields(), [wrong.split('=').next().expect("a name")]);
    }
}

#[tokio::test]
async fn whoever_sees_the_whole_log_sees_its_head() {
    let deck = Deck::start().await;
    let editor = deck.person(Role::Editor).await;
    for role in [Role::Support, Role::Analytics] {
        deck.person(role).await.get("/v1/activity/head").await.expect(200);
    }
    editor
        .get("/v1/activity/head")
        .await
        .refused(403, ProblemType::Forbidden);
    let head = deck.owner.get("/v1/activity/head").await.expect(200);
    let newest = &rows(&deck.owner, "").await[0];
    assert_eq!(head, json!({"seq": newest["seq"], "hash": newest["hash"]}));
}

#[tokio::test]
async fn a_refused_sign_in_is_in_the_log_and_its_token_is_not() {
    let deck = Deck::start().await;
    let created = deck
        .owner
        .post("/v1/keys", &json!({"scope": "analytics", "name": "Board"}))
        .await;
    let key = created.expect(201)["secret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    let unknown = unknown_token();
    let presented = ["kdu_wrong", unknown.expose(), &key];
    for token in presented {
        deck.someone(token)
            .at(ELSEWHERE)
            .get("/v1/keys")
            .await
            .expect(401);
    }
    let basic = deck.someone("").at(ELSEWHERE).request(Method::GET, "/v1/me");
    deck.someone("")
        .send(basic.basic_auth("mira", Some("secret")))
        .await
        .expect(401);
    let refused = rows(&deck.owner, "action=sign_in_refused").await;
    assert_eq!(refused.len(), 4);
    for row in &refused {
        assert_eq!(
            (&row["actor"], &row["address"]),
            (&Value::Null, &json!(ELSEWHERE))
        );
        assert_eq!((&row["key"], &row["changes"]), (&Value::Null, &json!({})));
    }
    let log = json!(refused).to_string();
    for token in presented {
        assert!(!log.contains(token), "{log}");
    }
}

#[tokio::test]
async fn whoever_presents_nothing_is_not_recorded_and_not_counted() {
    let deck = Deck::start().await;
    for _ in 0..25 {
        deck.someone("")
            .get("/v1/me")
            .await
            .refused(401, ProblemType::Unauthenticated);
    }
    let empty = deck
        .someone("")
        .request(Method::GET, "/v1/me")
        .header("authorization", "Bearer ");
    deck.someone("")
        .send(empty)
        .await
        .refused(401, ProblemType::Unauthenticated);
    assert!(rows(&deck.owner, "action=sign_in_refused").await.is_empty());
}

#[tokio::test]
async fn twenty_refused_sign_ins_slow_their_address_down_and_no_other() {
    let deck = Deck::start().await;
    let support = deck.person(Role::Support).await;
    refuse_twenty(&deck, ELSEWHERE).await;
    let stranger = deck.someone(unknown_token().expose());
    for slowed in [&stranger, &deck.someone("x")] {
        let answer = slowed.at(ELSEWHERE).get("/v1/me").await;
        answer.refused(429, ProblemType::TooManySignIns);
        let seconds: u64 = answer.header("retry-after").parse().expect("whole seconds");
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert!(
            answer.body.contains(&format!("in {seconds} s")),
            "{}",
            answer.body
        );
    }
    // A valid token is accepted there too, whether it was used from there before or not.
    for _ in 0..2 {
        support.at(ELSEWHERE).get("/v1/me").await.expect(200);
        deck.owner.at(ELSEWHERE).get("/v1/me").await.expect(200);
        stranger.at(ELSEWHERE).get("/v1/me").await.expect(429);
    }
    deck.owner.at("203.0.113.8").get("/v1/me").await.expect(200);
    stranger
        .at("203.0.113.8")
        .get("/v1/me")
        .await
        .refused(401, ProblemType::Unauthenticated);
    deck.someone("")
        .at(ELSEWHERE)
        .get("/v1/me")
        .await
        .refused(401, ProblemType::Unauthenticated);
    assert_eq!(rows(&deck.owner, "action=sign_in_refused").await.len(), 21);
}

#[tokio::test]
async fn of_many_sign_ins_at_once_no_more_than_twenty_are_refused() {
    let deck = Deck::start().await;
    let attempts: Vec<_> = (0..60)
        .map(|_| {
            let stranger = deck.someone(unknown_token().expose()).at(ELSEWHERE);
            tokio::spawn(async move { stranger.get("/v1/me").await.status.as_u16() })
        })
        .collect();
    let mut statuses = Vec::new();
    for attempt in attempts {
        statuses.push(attempt.await.expect("no panic"));
    }
    let count = |status| statuses.iter().filter(|&&got| got == status).count();
    assert_eq!((count(401), count(429)), (20, 40), "{statuses:?}");
    assert_eq!(rows(&deck.owner, "action=sign_in_refused").await.len(), 20);
}

#[tokio::test]
async fn a_network_of_ipv6_is_slowed_down_as_one() {
    let deck = Deck::start().await;
    refuse_twenty(&deck, "2001:db8:0:1::7").await;
    let stranger = deck.someone("kdu_wrong");
    stranger.at("2001:db8:0:1:a::b").get("/v1/me").await.expect(429);
    stranger.at("2001:db8:0:2::7").get("/v1/me").await.expect(401);
}

#[tokio::test]
async fn the_person_at_the_terminal_is_never_slowed_down() {
    let deck = Deck::start_local().await;
    refuse_twenty(&deck, "127.0.0.1").await;
    deck.someone("kdu_wrong").get("/v1/me").await.expect(429);
    deck.owner.get("/v1/me").await.expect(200);
}

#[tokio::test]
async fn the_log_names_the_client_behind_a_trusted_proxy() {
    let deck = Deck::start().await;
    deck.owner
        .at(&format!("198.51.100.1, [{}]:4711", "2001:db8::9"))
        .project("One")
        .await;
    deck.owner.at("unreadable").project("Two").await;
    deck.owner.project("Three").await;
    let addresses: Vec<_> = rows(&deck.owner, "action=project_created").await;
    let addresses: Vec<_> = addresses.iter().map(|row| row["address"].clone()).collect();
    assert_eq!(addresses, ["127.0.0.1", "127.0.0.1", "2001:db8::9"]);
}

#[tokio::test]
async fn the_log_is_asked_by_time_and_words() {
    let deck = Deck::start().await;
    let support = deck.person(Role::Support).await;
    support.project("Shop Nord").await;
    deck.owner.project("Kiosk").await;
    let all = rows(&deck.owner, "").await;
    let at = |row: usize| all[row]["at"].as_str().expect("a time").to_owned();
    let subjects = async |person: &Person, query: &str| -> Vec<Value> {
        let rows = rows(person, query).await;
        rows.iter().map(|row| row["subject"].clone()).collect()
    };
    for person in [&deck.owner, &support] {
        assert_eq!(subjects(person, "q=NORD%20created").await, ["Shop Nord"]);
        assert_eq!(subjects(person, "q=support%40%20project").await, ["Shop Nord"]);
        assert_eq!(subjects(person, &format!("since={}", at(0))).await, ["Kiosk"]);
        let before = subjects(person, &format!("until={}", at(0))).await;
        assert!(!before.contains(&json!("Kiosk")) && before.contains(&json!("Shop Nord")));
        assert!(subjects(person, "q=nowhere").await.is_empty());
        assert!(subjects(person, "since=2099-01-01T00:00:00Z").await.is_empty());
    }
    let long = format!("q={}", "x".repeat(101));
    for wrong in ["since=yesterday", "until=1", "q=%00", long.as_str()] {
        let answer = deck.owner.get(&format!("/v1/activity?{wrong}")).await;
        answer.refused(400, ProblemType::Malformed);
        assert_eq!(answer.fields(), [wrong.split('=').next().expect("a name")]);
    }
}

#[tokio::test]
async fn what_a_secret_is_asked_for_is_in_the_log() {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let key = id_of(&deck.owner.web_key(&project, "Checkout").await);
    let path = format!("/v1/keys/{key}/reveal");
    let ask = |purpose: &'static str| {
        let request = deck.owner.request(Method::POST, &path);
        deck.owner.send(request.header("keydeck-purpose", purpose))
    };
    for (purpose, action) in [("copy", "key_copied"), ("show", "key_revealed")] {
        ask(purpose).await.expect(200);
        assert_eq!(rows(&deck.owner, "").await[0]["action"], action);
    }
    deck.owner.reveal(&key).await.expect(200);
    assert_eq!(rows(&deck.owner, "action=key_revealed").await.len(), 2);
    assert_eq!(rows(&deck.owner, "action=key_copied").await.len(), 1);
    // What can't be read changes nothing.
    let before = rows(&deck.owner, "").await.len();
    ask("steal").await.refused(400, ProblemType::Malformed);
    assert_eq!(rows(&deck.owner, "").await.len(), before);
}
