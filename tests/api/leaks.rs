//! Reports of leaked keys over HTTP: by whoever has the token, by GitHub and by GitLab; what is done at once, and decided.

use std::fs;
use std::path::Path;
use std::process::Command;

use futures_util::future::join_all;
use keydeck::api::ProblemType;
use keydeck::model::{LeakSource, Role, Secret, TokenHash};
use keydeck::server::{GithubKeys, LeakSources};
use reqwest::Method;
use serde_json::{Value, json};

use crate::authorize::Api;
use crate::common::{Answer, Deck, Person, id_of};

const SHARED: &str = "Zq3v8Lw0rT5yUxKc9NbM2hJp7Ds4Fg6A";

struct Stage {
    api: Api,
    anybody: Person,
}

impl Stage {
    async fn set() -> Self {
        let api = Api::start().await;
        let anybody = api.deck.someone("");
        Self { api, anybody }
    }

    fn owner(&self) -> &Person {
        &self.api.deck.owner
    }

    async fn state(&self, key: &str) -> Value {
        let answer = self.owner().get(&format!("/v1/keys/{key}")).await;
        match answer.status.as_u16() {
            200 => serde_json::from_str::<Value>(&answer.body).expect("JSON")["state"].clone(),
            _ => json!("revoked"),
        }
    }
}

async fn leaks(person: &Person, query: &str) -> Vec<Value> {
    let leaks = person.get(&format!("/v1/leaks{query}")).await.expect(200);
    leaks.as_array().expect("a list").clone()
}

/// The actions of the log about the key, the newest first, each with who did it.
async fn log(person: &Person, key: &str) -> Vec<(String, String)> {
    let page = person
        .get(&format!("/v1/activity?key={key}&limit=200"))
        .await
        .expect(200);
    let rows = page["items"].as_array().expect("rows").iter();
    rows.map(|row| {
        let text = |value: &Value| value.as_str().unwrap_or("nobody").to_owned();
        (text(&row["action"]), text(&row["actor"]["email"]))
    })
    .collect()
}

/// Whether the tables are as the log says.
async fn expect_explained(person: &Person) {
    let mut after = String::new();
    loop {
        let part = person
            .get(&format!("/v1/activity/comparison{after}"))
            .await
            .expect(200);
        assert_eq!(part["unexplained"], Value::Null);
        match part["next"].as_str() {
            Some(next) => after = format!("?after={next}"),
            None => return,
        }
    }
}

fn said(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.body.clone())
}

#[tokio::test]
async fn whoever_has_the_token_of_an_analytics_key_stops_it() {
    let stage = Stage::set().await;
    let (key, secret) = stage.api.key("analytics", &[]).await;
    let report = json!({"token": secret, "url": "https://git.example/a?b=1#L3", "note": "in a public fork"});
    let answer = stage.anybody.post("/v1/leaks", &report).await;
    assert_eq!(said(&answer), (202, r#"{"status":"received"}"#.into()));
    assert_eq!(stage.state(&key).await, "disabled");
    stage
        .api
        .asked("?scope=analytics", &[("x-sm-apikey", &secret)])
        .await
        .refused(403, ProblemType::NotByThisKey);
    let again = stage.anybody.post("/v1/leaks", &report).await;
    assert_eq!(said(&again), said(&answer));
    let leaks = leaks(stage.owner(), "?undecided=true").await;
    let [leak] = leaks.as_slice() else {
        panic!("one report: {leaks:?}")
    };
    assert_eq!(
        (
            &leak["source"],
            &leak["response"],
            &leak["url"],
            &leak["note"],
            &leak["token"]
        ),
        (
            &json!("holder"),
            &json!("disabled"),
            &report["url"],
            &report["note"],
            &json!("current")
        )
    );
    assert_eq!(leak["key"]["disabled"]["by"]["email"], "a holder of the token");
    assert_eq!(
        leak["key"]["disabled"]["reason"],
        "reported leaked by a holder of the token"
    );
    assert!(
        !leak.to_string().contains(&secret)
            && !leak.to_string().contains(&TokenHash::of(&secret).to_string())
    );
    let holder = LeakSource::Holder.name();
    let rows = log(stage.owner(), &key).await;
    let rows: Vec<(&str, &str)> = rows
        .iter()
        .map(|(action, who)| (action.as_str(), who.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            ("key_disabled", holder),
            ("leak_reported", holder),
            ("key_created", "mira@acme.example")
        ]
    );
    // What reported it is nobody who could sign in or be chosen.
    let people = stage.owner().get("/v1/users").await.expect(200);
    assert_eq!(people.as_array().expect("people").len(), 1);
    expect_explained(stage.owner()).await;
}

#[tokio::test]
async fn the_keys_of_pages_and_apps_are_only_told_of() {
    let stage = Stage::set().await;
    for (scope, domains) in [("web", &["https://shop.acme.example"][..]), ("mobile", &[])] {
        let (key, secret) = stage.api.key(scope, domains).await;
        stage
            .anybody
            .post("/v1/leaks", &json!({"token": secret}))
            .await
            .expect(202);
        assert_eq!(stage.state(&key).await, "active", "{scope}");
    }
    let leaks = leaks(stage.owner(), "").await;
    assert_eq!(leaks.len(), 2);
    for leak in &leaks {
        assert_eq!((&leak["response"], &leak["url"]), (&json!("told"), &Value::Null));
    }
    // Not to those who don't see the keys.
    let editor = stage.api.deck.person(Role::Editor).await;
    assert!(self::leaks(&editor, "").await.is_empty());
    let path = format!("/v1/leaks/{}/decision", id_of(&leaks[0]));
    editor
        .post(&path, &json!({"decision": "revoked"}))
        .await
        .refused(404, ProblemType::NotFound);
    let analyst = stage.api.deck.person(Role::Analytics).await;
    assert_eq!(self::leaks(&analyst, "").await.len(), 2);
    analyst
        .post(&path, &json!({"decision": "revoked"}))
        .await
        .refused(403, ProblemType::Forbidden);
}

#[tokio::test]
async fn a_secret_is_reported_in_the_form_in_which_it_was_found() {
    let stage = Stage::set().await;
    let (_, secret) = stage.api.key("web", &["https://shop.acme.example"]).await;
    let bare = secret.trim_end_matches('=');
    let (head, tail) = secret.split_at(76);
    let forms = [
        secret.clone(),
        bare.to_owned(),
        format!("{bare}%3D%3D"),
        format!("\"{secret}\""),
        format!("{head}\n  {tail}\n"),
        format!("{head} {tail}"),
    ];
    for (place, form) in forms.iter().enumerate() {
        let url = format!("https://git.example/{place}");
        let report = json!({"token": form, "url": url});
        let answer = stage.anybody.post("/v1/leaks", &report).await;
        assert_eq!(said(&answer), (202, r#"{"status":"received"}"#.into()), "{place}");
    }
    assert_eq!(leaks(stage.owner(), "").await.len(), forms.len());
}

#[tokio::test]
async fn nothing_tells_an_unknown_token_from_a_known_or_a_revoked_one() {
    let stage = Stage::set().await;
    let (_, known) = stage.api.key("analytics", &[]).await;
    let (gone, revoked) = {
        let new = json!({"scope": "analytics", "name": "Gone"});
        let created = stage.owner().post("/v1/keys", &new).await.expect(201);
        (
            id_of(&created),
            created["secret"].as_str().expect("a secret").to_owned(),
        )
    };
    stage
        .owner()
        .delete(&format!("/v1/keys/{gone}"))
        .await
        .expect(204);
    let kind = keydeck::model::TokenKind::Key(keydeck::model::Scope::Analytics);
    let unknown = keydeck::model::Token::from_entropy(kind, [3; 32])
        .expose()
        .to_owned();
    let mut answers = Vec::new();
    for token in [known, revoked, unknown] {
        let answer = stage.anybody.post("/v1/leaks", &json!({"token": token})).await;
        let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        answers.push((said(&answer), names));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    let undecided = leaks(stage.owner(), "?undecided=true").await;
    assert_eq!(undecided.len(), 1);
    // Of the revoked one it is kept that somebody found it, and nothing else happens.
    let all = leaks(stage.owner(), "").await;
    let of_revoked = all
        .iter()
        .find(|leak| leak["key"]["name"] == "Gone")
        .expect("kept");
    assert_eq!(
        (&of_revoked["response"], &of_revoked["decided"]["decision"]),
        (&json!("not_valid"), &json!("none"))
    );
}

#[tokio::test]
async fn hostile_reports_are_refused_in_a_sentence_or_made_harmless() {
    let stage = Stage::set().await;
    let (_, secret) = stage.api.key("web", &["https://shop.acme.example"]).await;
    let user = stage.owner().token.clone();
    for (n, (body, field)) in [
        (json!({"token": "kdw_nonsense"}), "token"),
        (json!({"token": user}), "token"),
        (json!({"token": ""}), "token"),
        (json!({"token": 7}), "token"),
        (json!({"url": "https://git.example"}), "token"),
        (json!({"token": secret, "url": ["x"]}), "url"),
        (json!({"token": secret, "url": "x".repeat(1001)}), "url"),
        (json!({"token": secret, "note": "é".repeat(501)}), "note"),
        (json!({"token": secret, "extra": 1}), "extra"),
    ]
    .into_iter()
    .enumerate()
    {
        let refused = stage
            .anybody
            .at(&format!("10.1.0.{n}"))
            .post("/v1/leaks", &body)
            .await;
        let problem = refused.refused(422, ProblemType::Invalid);
        assert_eq!(problem.errors[0].field, field, "{body}");
        assert!(
            !refused.body.contains(&secret) && !refused.body.contains(&user),
            "{}",
            refused.body
        );
    }
    let twice = format!(r#"{{"token": "{secret}", "url": "a", "url": "b"}}"#);
    let send = |text: String| {
        let request = stage.anybody.request(Method::POST, "/v1/leaks");
        stage
            .anybody
            .send(request.header("content-type", "application/json").body(text))
    };
    send(twice).await.refused(422, ProblemType::Invalid);
    send(format!(
        r#"{{"token": "{secret}", "note": "{}"}}"#,
        "x".repeat(1024 * 1024)
    ))
    .await
    .refused(413, ProblemType::TooLarge);
    send("[]".into()).await.refused(401, ProblemType::Unauthenticated);
    let report = json!({
        "token": secret,
        "url": "https://git.example/\u{202e}moc.live\u{1b}[31m\u{0}",
        "note": format!("it is {secret}"),
    });
    stage.anybody.post("/v1/leaks", &report).await.expect(202);
    let leaks = leaks(stage.owner(), "").await;
    assert_eq!(
        leaks[0]["url"],
        "https://git.example/⟨U+202E⟩moc.live⟨U+001B⟩[31m⟨U+0000⟩"
    );
    assert_eq!(leaks[0]["note"], "(left out: it contains a secret)");
}

#[tokio::test]
async fn an_address_reports_so_many_and_a_key_has_so_many() {
    let stage = Stage::set().await;
    let (_, secret) = stage.api.key("web", &["https://shop.acme.example"]).await;
    let at = |n: u32| json!({"token": secret, "url": format!("https://git.example/{n}")});
    let from = stage.anybody.at("203.0.113.7");
    let reports = at_once(20, |n| {
        let (from, body) = (from.clone(), at(n));
        async move { from.post("/v1/leaks", &body).await }
    })
    .await;
    assert!(reports.iter().all(|answer| answer.status == 202));
    let limited = from.post("/v1/leaks", &at(20)).await;
    limited.refused(429, ProblemType::TooManyAtOnce);
    let wait: u64 = limited.headers["retry-after"]
        .to_str()
        .expect("text")
        .parse()
        .expect("seconds");
    assert!((1..=60).contains(&wait));
    // From elsewhere it is heard, and there are no more to decide about.
    stage
        .anybody
        .at("203.0.113.8")
        .post("/v1/leaks", &at(21))
        .await
        .expect(202);
    let all = leaks(stage.owner(), "?limit=200").await;
    assert_eq!(all.len(), 20);
    // Page after page they are the same, each once.
    for undecided in ["", "&undecided=true"] {
        let (mut paged, mut after) = (Vec::new(), String::new());
        loop {
            let page = leaks(stage.owner(), &format!("?limit=7{undecided}{after}")).await;
            let Some(last) = page.last() else { break };
            assert!(page.len() <= 7 && paged.len() < 20);
            after = format!("&after={}", last["id"].as_str().expect("an id"));
            paged.extend(page);
        }
        assert_eq!(paged, all);
    }
    for wrong in ["?after=0193aa00-0000-7000-8000-000000000000", "?after=7"] {
        let refused = stage.owner().get(&format!("/v1/leaks{wrong}")).await;
        refused.refused(400, ProblemType::Malformed);
    }
}

async fn at_once<F: Future<Output = Answer>>(count: u32, ask: impl Fn(u32) -> F) -> Vec<Answer> {
    join_all((0..count).map(ask)).await
}

#[tokio::test]
async fn the_same_report_eight_times_at_once_is_one_row_and_one_disable() {
    let stage = Stage::set().await;
    let (key, secret) = stage.api.key("analytics", &[]).await;
    let report = json!({"token": secret, "url": "https://git.example/a"});
    let answers = at_once(8, |n| {
        let (from, report) = (stage.anybody.at(&format!("10.2.0.{n}")), report.clone());
        async move { from.post("/v1/leaks", &report).await }
    })
    .await;
    assert!(answers.iter().all(|answer| answer.status == 202));
    assert_eq!(leaks(stage.owner(), "").await.len(), 1);
    let log = log(stage.owner(), &key).await;
    let of = |action: &str| log.iter().filter(|(name, _)| name == action).count();
    assert_eq!((of("key_disabled"), of("leak_reported")), (1, 1));
    expect_explained(stage.owner()).await;
}

#[tokio::test]
async fn a_report_and_a_revocation_at_once_leave_a_revoked_key_and_nothing_to_decide() {
    let stage = Stage::set().await;
    for n in 0..6 {
        let new = json!({"scope": "analytics", "name": format!("Board {n}")});
        let created = stage.owner().post("/v1/keys", &new).await.expect(201);
        let (key, secret) = (
            id_of(&created),
            created["secret"].as_str().expect("a secret").to_owned(),
        );
        let body = json!({"token": secret});
        let path = format!("/v1/keys/{key}");
        let (reported, revoked) = tokio::join!(
            stage.anybody.post("/v1/leaks", &body),
            stage.owner().delete(&path)
        );
        assert_eq!((reported.status.as_u16(), revoked.status.as_u16()), (202, 204));
        assert_eq!(stage.state(&key).await, "revoked");
    }
    assert!(leaks(stage.owner(), "?undecided=true").await.is_empty());
    expect_explained(stage.owner()).await;
}

#[tokio::test]
async fn a_decision_revokes_the_key_or_brings_it_back() {
    let stage = Stage::set().await;
    let (key, secret) = stage.api.key("analytics", &[]).await;
    for url in ["https://git.example/a", "https://git.example/b"] {
        stage
            .anybody
            .post("/v1/leaks", &json!({"token": secret, "url": url}))
            .await
            .expect(202);
    }
    let all = leaks(stage.owner(), "?undecided=true").await;
    assert_eq!(
        (&all[0]["response"], &all[1]["response"]),
        (&json!("already_disabled"), &json!("disabled"))
    );
    let decide = async |leak: &Value, body: Value| {
        let path = format!("/v1/leaks/{}/decision", id_of(leak));
        stage.owner().post(&path, &body).await
    };
    let false_alarm = json!({"decision": "dismissed", "reason": "a test key"});
    let first = decide(&all[1], false_alarm.clone()).await.expect(200);
    assert_eq!(
        (
            &first["decided"]["decision"],
            &first["decided"]["reason"],
            &first["decided"]["by"]["email"]
        ),
        (
            &json!("dismissed"),
            &json!("a test key"),
            &json!("mira@acme.example")
        )
    );
    // The other report stands.
    assert_eq!(stage.state(&key).await, "disabled");
    decide(&all[0], false_alarm.clone()).await.expect(200);
    assert_eq!(stage.state(&key).await, "active");
    // Said again it is the same; another decision comes too late.
    decide(&all[0], false_alarm).await.expect(200);
    decide(&all[0], json!({"decision": "revoked"}))
        .await
        .refused(412, ProblemType::Changed);
    for wrong in ["rotated", "none"] {
        decide(&all[0], json!({"decision": wrong}))
            .await
            .refused(422, ProblemType::Invalid);
    }
    stage
        .anybody
        .post("/v1/leaks", &json!({"token": secret, "url": "c"}))
        .await
        .expect(202);
    let [leak] = leaks(stage.owner(), "?undecided=true")
        .await
        .try_into()
        .expect("one");
    let revoked = decide(&leak, json!({"decision": "revoked"})).await.expect(200);
    assert_eq!(
        (&revoked["key"]["state"], &revoked["decided"]["decision"]),
        (&json!("revoked"), &json!("revoked"))
    );
    assert!(leaks(stage.owner(), "?undecided=true").await.is_empty());
    expect_explained(stage.owner()).await;
}

#[tokio::test]
async fn what_is_done_to_the_key_itself_decides_and_the_token_is_named() {
    let stage = Stage::set().await;
    let (key, old) = stage.api.key("analytics", &[]).await;
    let rotate = stage
        .owner()
        .request(Method::POST, &format!("/v1/keys/{key}/rotation"));
    let rotate = rotate
        .header("if-match", "\"1\"")
        .json(&json!({"overlap_seconds": 3600}));
    let rotated = stage.owner().send(rotate).await.expect(200);
    let new = rotated["secret"].as_str().expect("a secret").to_owned();
    // The report of the old one ends the rotation.
    for (token, which, response) in [(&old, "old", "old_token_ended"), (&new, "current", "disabled")] {
        stage
            .anybody
            .post("/v1/leaks", &json!({"token": token}))
            .await
            .expect(202);
        let [leak] = leaks(stage.owner(), "?limit=1").await.try_into().expect("one");
        assert_eq!(
            (leak["token"].as_str(), leak["response"].as_str()),
            (Some(which), Some(response))
        );
    }
    stage
        .owner()
        .post(&format!("/v1/keys/{key}/enable"), &json!({}))
        .await
        .expect(200);
    let all = leaks(stage.owner(), "").await;
    assert!(
        all.iter().all(|leak| leak["decided"]["decision"] == "dismissed"),
        "{all:?}"
    );
}

/// Keys and signatures of another program.
struct Openssl(tempfile::TempDir);

impl Openssl {
    fn new() -> Self {
        let openssl = Self(tempfile::tempdir().expect("a directory"));
        openssl.run(&[
            "ecparam",
            "-genkey",
            "-name",
            "prime256v1",
            "-noout",
            "-out",
            "key.pem",
        ]);
        openssl.run(&["ec", "-in", "key.pem", "-pubout", "-out", "public.pem"]);
        openssl
    }

    fn run(&self, args: &[&str]) {
        let done = Command::new("openssl")
            .args(args)
            .current_dir(self.0.path())
            .output()
            .expect("openssl runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    fn answer(&self, id: &str) -> String {
        let pem = fs::read_to_string(self.0.path().join("public.pem")).expect("a key");
        json!({"public_keys": [{"key_identifier": id, "key": pem, "is_current": true}]}).to_string()
    }

    fn sign(&self, body: &str) -> String {
        use base64::prelude::{BASE64_STANDARD, Engine};
        fs::write(self.0.path().join("body"), body).expect("written");
        self.run(&["dgst", "-sha256", "-sign", "key.pem", "-out", "signature", "body"]);
        BASE64_STANDARD.encode(fs::read(self.0.path().join("signature")).expect("signed"))
    }
}

fn sources(file: &Path) -> LeakSources {
    let github = Some(GithubKeys::in_file(file.to_owned()).expect("keys"));
    LeakSources { github, gitlab: None }.with_gitlab(&Secret::new(SHARED))
}

async fn signed(deck: &Deck, (id, signature): (&str, &str), body: &str) -> Answer {
    let github = deck.someone("");
    let request = github.request(Method::POST, "/v1/leaks");
    let request = request
        .header("content-type", "application/json")
        .header("Github-Public-Key-Identifier", id)
        .header("Github-Public-Key-Signature", signature);
    github.send(request.body(body.to_owned())).await
}

async fn analytics(deck: &Deck, name: &str) -> (String, String) {
    let new = json!({"scope": "analytics", "name": name});
    let created = deck.owner.post("/v1/keys", &new).await.expect(201);
    (
        id_of(&created),
        created["secret"].as_str().expect("a secret").to_owned(),
    )
}

#[tokio::test]
async fn github_reports_what_it_signed_and_is_told_what_was_ours() {
    let openssl = Openssl::new();
    let file = openssl.0.path().join("keys.json");
    fs::write(&file, openssl.answer("one")).expect("written");
    let deck = Deck::start_with_leak_sources(sources(&file)).await;
    let (key, secret) = analytics(&deck, "Board").await;
    let body = json!([
        {"token": secret, "type": "keydeck_token", "url": "https://github.com/acme/a/blob/1/x", "source": "content", "new": 1},
        {"token": "some_token", "type": "keydeck_token", "url": "", "source": "commit"},
        {"token": secret, "type": "keydeck_token", "url": "https://github.com/acme/a/blob/1/x", "source": "content"},
    ])
    .to_string();
    let signature = openssl.sign(&body);
    for (wrong, changed) in [
        (("one", "MEUC"), body.clone()),
        (("two", signature.as_str()), body.clone()),
        (("one", signature.as_str()), body.replace("commit", "comm1t")),
        (("one", signature.as_str()), "{".into()),
    ] {
        signed(&deck, wrong, &changed)
            .await
            .refused(401, ProblemType::Unauthenticated);
    }
    assert!(leaks(&deck.owner, "").await.is_empty());
    let answer = signed(&deck, ("one", &signature), &body).await.expect(200);
    let hash = TokenHash::of(&secret).to_string();
    let of = |token: &str, label: &str| json!({"token_hash": token, "token_type": "keydeck_token", "label": label});
    let some = TokenHash::of("some_token").to_string();
    assert_eq!(
        answer,
        json!([
            of(&hash, "true_positive"),
            of(&some, "false_positive"),
            of(&hash, "true_positive")
        ])
    );
    let [leak] = leaks(&deck.owner, "").await.try_into().expect("one");
    assert_eq!(
        (&leak["source"], &leak["key"]["id"]),
        (&json!("github"), &json!(key))
    );
    assert_eq!(leak["key"]["disabled"]["reason"], "reported leaked by GitHub");
    let said = deck.owner.get("/v1/activity?actor=GitHub").await.expect(200);
    assert_eq!(said["items"].as_array().expect("rows").len(), 3);
    // Entries that can't be read are left out, and hold up no other.
    let (_, desk) = analytics(&deck, "Desk").await;
    for wrong in [
        json!({"token": 5}),
        json!(7),
        json!(null),
        json!({"token": desk, "type": 1}),
    ] {
        let body = json!([wrong, {"token": desk, "type": "keydeck_token"}]).to_string();
        let answer = signed(&deck, ("one", &openssl.sign(&body)), &body)
            .await
            .expect(200);
        let hash = TokenHash::of(&desk).to_string();
        assert_eq!(answer, json!([of(&hash, "true_positive")]), "{body}");
    }
    // What it signed and what is not what it should be, is said in a sentence.
    for wrong in [
        r#"{"token": 1}"#,
        "[1]",
        r#"[{"token": 1, "type": "x"}]"#,
        r#"[{"type": "x"}]"#,
        "nonsense",
    ] {
        let refused = signed(&deck, ("one", &openssl.sign(wrong)), wrong).await;
        assert!(
            [400, 422].contains(&refused.status.as_u16()),
            "{wrong}: {}",
            refused.body
        );
    }
    expect_explained(&deck.owner).await;
}

#[tokio::test]
async fn thousands_of_tokens_in_one_report_are_answered() {
    let openssl = Openssl::new();
    let file = openssl.0.path().join("keys.json");
    fs::write(&file, openssl.answer("one")).expect("written");
    let deck = Deck::start_with_leak_sources(sources(&file)).await;
    let (key, secret) = analytics(&deck, "Board").await;
    let kind = keydeck::model::TokenKind::Key(keydeck::model::Scope::Web);
    let mut tokens: Vec<Value> = (0..5_000u32)
        .map(|n| {
            let mut entropy = [1; 32];
            entropy[..4].copy_from_slice(&n.to_be_bytes());
            let token = keydeck::model::Token::from_entropy(kind, entropy);
            json!({"token": token.expose(), "type": "keydeck_token", "url": "", "source": "content"})
        })
        .collect();
    tokens.push(json!({"token": secret, "type": "keydeck_token", "url": "u", "source": "content"}));
    let body = Value::from(tokens).to_string();
    let answer = signed(&deck, ("one", &openssl.sign(&body)), &body)
        .await
        .expect(200);
    let labels = answer
        .as_array()
        .expect("a list")
        .iter()
        .map(|told| &told["label"]);
    assert_eq!(labels.filter(|label| **label == "true_positive").count(), 1);
    let leak = &leaks(&deck.owner, "").await[0];
    assert_eq!(leak["key"]["id"], json!(key));
}

#[tokio::test]
async fn gitlab_reports_with_the_shared_token() {
    let openssl = Openssl::new();
    let file = openssl.0.path().join("keys.json");
    fs::write(&file, openssl.answer("one")).expect("written");
    let deck = Deck::start_with_leak_sources(sources(&file)).await;
    let (key, secret) = analytics(&deck, "Board").await;
    let anybody = deck.someone("");
    let ask = async |method: Method, path: &str, token: &str, body: &str| {
        let mut request = anybody.request(method, path);
        if !token.is_empty() {
            request = request.header("authorization", token);
        }
        if !body.is_empty() {
            request = request
                .header("content-type", "application/json")
                .body(body.to_owned());
        }
        anybody.send(request).await
    };
    let types = ask(Method::GET, "/v1/revocable_token_types", SHARED, "")
        .await
        .expect(200);
    let kind = types["types"][0].as_str().expect("a type").to_owned();
    let body = json!([{"type": kind, "token": secret, "location": "https://gitlab.example/a/-/blob/1/x"}])
        .to_string();
    for token in ["", "wrong", &SHARED[1..], "Bearer wrong"] {
        let refused = ask(Method::POST, "/v1/revoke_tokens", token, &body).await;
        refused.refused(401, ProblemType::Unauthenticated);
    }
    assert!(leaks(&deck.owner, "").await.is_empty());
    for (body, status) in [("{}", 422), ("[{}]", 422), ("[", 400), ("[]", 204)] {
        let answer = ask(Method::POST, "/v1/revoke_tokens", SHARED, body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.body);
    }
    for token in [SHARED.to_owned(), format!("Bearer {SHARED}")] {
        ask(Method::POST, "/v1/revoke_tokens", &token, &body)
            .await
            .expect(204);
    }
    let [leak] = leaks(&deck.owner, "").await.try_into().expect("one");
    assert_eq!(
        (&leak["source"], &leak["key"]["id"], &leak["key"]["state"]),
        (&json!("gitlab"), &json!(key), &json!("disabled"))
    );
    // A rule of the operator's own may have found it.
    let (other, secret) = analytics(&deck, "Desk").await;
    let body = json!([{"type": "gitleaks_rule_id_of-acme", "token": secret, "location": ""}]).to_string();
    ask(Method::POST, "/v1/revoke_tokens", SHARED, &body)
        .await
        .expect(204);
    let all = leaks(&deck.owner, "").await;
    let state = |leak: &&Value| leak["key"]["id"] == json!(other) && leak["key"]["state"] == "disabled";
    assert_eq!(all.iter().filter(state).count(), 1, "{all:?}");
    // Guesses are limited, the right token is not.
    let mut last = 401;
    for _ in 0..20 {
        last = ask(Method::GET, "/v1/revocable_token_types", "guess", "")
            .await
            .status
            .as_u16();
    }
    assert_eq!(last, 429);
    ask(Method::GET, "/v1/revocable_token_types", SHARED, "")
        .await
        .expect(200);
}

#[tokio::test]
async fn fetched_keys_are_asked_for_once_a_minute_at_most() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let openssl = Openssl::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let (counted, answer) = (asked.clone(), openssl.answer("one"));
    let routes = axum::Router::new().route(
        "/keys",
        axum::routing::get(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            std::future::ready(answer.clone())
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}/keys", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let github = Some(GithubKeys::at(url.parse().expect("a URL")));
    let deck = Deck::start_with_leak_sources(LeakSources { github, gitlab: None }).await;
    let signature = openssl.sign("[]");
    let answers = at_once(8, |_| signed(&deck, ("one", &signature), "[]")).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    for id in ["two", "three", "two"] {
        signed(&deck, (id, &signature), "[]")
            .await
            .refused(401, ProblemType::Unauthenticated);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}
