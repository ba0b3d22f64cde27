//! Bad input: each is refused with a problem document that names the field, and changes nothing.

use keydeck::api::ProblemType::{self, Invalid, Malformed, NotFound, TooLarge, UnsupportedMediaType};
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Deck, Person, id_of};

const MISSING: &str = "01930000-0000-7000-8000-000000000000";

/// Everything that a change would show in.
async fn state_of(person: &Person) -> [Value; 4] {
    let mut state = Vec::new();
    for path in [
        "/v1/keys?limit=200",
        "/v1/projects",
        "/v1/users",
        "/v1/activity?limit=200",
    ] {
        state.push(person.get(path).await.expect(200));
    }
    state.try_into().expect("four")
}

/// Someone with a project and a key, which must stay as they are.
async fn stocked() -> (Deck, String, String) {
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let key = id_of(&deck.owner.web_key(&project, "Checkout").await);
    (deck, project, key)
}

#[tokio::test]
async fn wrong_fields_of_a_new_key_are_named() {
    let (deck, project, _) = stocked().await;
    let before = state_of(&deck.owner).await;
    let web = |field: &str, value: Value| {
        let mut body =
            json!({"scope": "web", "name": "New", "project": project, "ui_domains": ["https://a.example"]});
        body[field] = value;
        body
    };
    let many: Vec<_> = (0..51).map(|n| format!("https://a{n}.example")).collect();
    for (body, fields) in [
        (json!({}), vec!["scope"]),
        (json!({"scope": "web"}), vec!["name"]),
        (
            json!({"scope": "web", "name": "New"}),
            vec!["project", "ui_domains"],
        ),
        (web("scope", json!("desktop")), vec!["scope"]),
        (web("scope", json!(7)), vec!["scope"]),
        (web("name", json!(7)), vec!["name"]),
        (web("name", json!(null)), vec!["name"]),
        (web("name", json!("")), vec!["name"]),
        (web("name", json!("x".repeat(300))), vec!["name"]),
        (web("name", json!("a\nb")), vec!["name"]),
        (web("name", json!("nul\u{0}")), vec!["name"]),
        (web("project", json!("shop")), vec!["project"]),
        (web("project", json!(MISSING)), vec!["project"]),
        (web("ui_domains", json!("https://a.example")), vec!["ui_domains"]),
        (
            web("ui_domains", json!(["https://a.example", 7])),
            vec!["ui_domains[1]"],
        ),
        (
            web("ui_domains", json!(["https://a.example", "b"])),
            vec!["ui_domains[1]"],
        ),
        (web("ui_domains", json!(many)), vec!["ui_domains"]),
        (
            web("local_development", json!("0.0.0.0/0")),
            vec!["local_development"],
        ),
        (
            web("local_development", json!({"on": true})),
            vec!["local_development"],
        ),
        (
            web("cross_page_persistence", json!("yes")),
            vec!["cross_page_persistence"],
        ),
        (web("creator", json!(MISSING)), vec!["creator"]),
        (web("id", json!(MISSING)), vec!["id"]),
        (
            json!({"scope": "analytics", "name": "B", "project": project}),
            vec!["project"],
        ),
    ] {
        let answer = deck.owner.post("/v1/keys", &body).await;
        answer.refused(422, Invalid);
        assert_eq!(answer.fields(), fields, "{body}");
    }
    assert_eq!(state_of(&deck.owner).await, before);
}

#[tokio::test]
async fn wrong_fields_of_everything_else_are_named() {
    let (deck, project, key) = stocked().await;
    let before = state_of(&deck.owner).await;
    let (key, project) = (format!("/v1/keys/{key}"), format!("/v1/projects/{project}"));
    let user = format!("/v1/users/{MISSING}");
    for (path, body, field) in [
        (&key, json!({"name": "x".repeat(300)}), "name"),
        (&key, json!({"ui_domains": []}), "ui_domains"),
        (&key, json!({"ui_domains": [null]}), "ui_domains[0]"),
        (&key, json!({"secret": "x"}), "secret"),
        (&key, json!({"scope": "mobile"}), "scope"),
        (&project, json!({"name": " "}), "name"),
        (&project, json!({"deployed": "yes"}), "deployed"),
        (&project, json!({"creator": MISSING}), "creator"),
        (&user, json!({"role": "admin"}), "role"),
        (&user, json!({"email": "a@b"}), "email"),
    ] {
        let answer = deck.owner.patch(path, 1, &body).await;
        answer.refused(422, Invalid);
        assert_eq!(answer.fields(), [field], "{path} {body}");
    }
    for (path, body, field) in [
        ("/v1/keys/lookup", json!({"sha256": "zz"}), "sha256"),
        ("/v1/keys/lookup", json!({"token": "zz"}), "token"),
        ("/v1/projects", json!({"name": "x".repeat(101)}), "name"),
        ("/v1/projects", json!({"name": ["Shop"]}), "name"),
        ("/v1/users", json!({"email": "mira", "role": "owner"}), "email"),
        (
            "/v1/users",
            json!({"email": "a@b.example", "role": "root"}),
            "role",
        ),
        ("/v1/users", json!({"email": "a@b.example"}), "role"),
    ] {
        let answer = deck.owner.post(path, &body).await;
        answer.refused(422, Invalid);
        assert_eq!(answer.fields(), [field], "{path} {body}");
    }
    assert_eq!(state_of(&deck.owner).await, before);
}

#[tokio::test]
async fn wrong_queries_are_named() {
    let (deck, ..) = stocked().await;
    let page = deck.owner.get("/v1/keys?sort=name").await.expect(200);
    let cursor = page["items"][0]["cursor"].as_str().expect("a cursor");
    let long = format!("/v1/keys?q={}", "x".repeat(101));
    let of_another_sort = format!("/v1/keys?sort=created_at&after={cursor}");
    for (path, field) in [
        ("/v1/keys?limit=0", "limit"),
        ("/v1/keys?limit=201", "limit"),
        ("/v1/keys?limit=-1", "limit"),
        ("/v1/keys?limit=many", "limit"),
        ("/v1/keys?limit=1&limit=2", "limit"),
        ("/v1/keys?sort=secret", "sort"),
        ("/v1/keys?order=random", "order"),
        ("/v1/keys?scope=web%27--", "scope"),
        ("/v1/keys?project=shop", "project"),
        ("/v1/keys?nothing=1", "nothing"),
        ("/v1/keys?q=%00", "q"),
        (&long, "q"),
        ("/v1/keys?after=garbage", "after"),
        ("/v1/keys?before=%F0%9F%9B%92", "before"),
        ("/v1/keys?at=", "at"),
        (&of_another_sort, "after"),
        ("/v1/keys?around=garbage", "around"),
        ("/v1/keys?from=middle", "from"),
        ("/v1/keys/counts?limit=1", "limit"),
        ("/v1/keys/counts?q=%07", "q"),
        ("/v1/keys/export?q=%07", "q"),
        ("/v1/keys/export?sort=name", "sort"),
        ("/v1/keys/export?with=everything", "with"),
        ("/v1/projects?deployed=maybe", "deployed"),
        ("/v1/projects?limit=1000", "limit"),
        ("/v1/users?limit=0", "limit"),
        ("/v1/users?q=%07", "q"),
        ("/v1/users?after=mira", "after"),
        ("/v1/users?role=owner", "role"),
        ("/v1/activity?before=-1", "before"),
        ("/v1/activity?key=7", "key"),
    ] {
        let answer = deck.owner.get(path).await;
        answer.refused(400, Malformed);
        assert_eq!(answer.fields(), [field], "{path}");
    }
    let two = format!("/v1/keys?sort=name&after={cursor}&from=end");
    deck.owner.get(&two).await.refused(400, Malformed);
}

#[tokio::test]
async fn strange_but_harmless_queries_are_answered() {
    let (deck, ..) = stocked().await;
    for path in [
        "/v1/activity?before=18446744073709551615",
        "/v1/projects?after=00000000-0000-0000-0000-000000000000",
        "/v1/projects?q=%25_%5C%22%27*",
        "/v1/users?after=00000000-0000-0000-0000-000000000000",
        "/v1/users?q=%25_%5C%22%27*",
        "/v1/keys?q=%22%20OR%20NEAR(a*%20-%5E%3A%27",
        "/v1/keys?q=a",
        "/v1/keys?q=%F0%9F%9B%92",
        "/v1/keys?q=%FF%FE",
        "/v1/keys/counts?q=%25_%5C%22%27*",
        "/v1/keys/export?q=%25_%5C%22%27*&with=week",
    ] {
        deck.owner.get(path).await.expect(200);
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_named() {
    let (deck, ..) = stocked().await;
    for id in ["7", "%00", "..%2f", "' OR 1=1", "0193"] {
        let path = format!("/v1/keys/{id}");
        for answer in [
            deck.owner.get(&path).await,
            deck.owner.delete(&path).await,
            deck.owner.reveal(id).await,
        ] {
            answer.refused(400, Malformed);
            assert_eq!(answer.fields(), ["id"], "{id}");
        }
    }
    deck.owner
        .delete(&format!("/v1/keys/{MISSING}"))
        .await
        .refused(404, NotFound);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let (deck, ..) = stocked().await;
    let before = state_of(&deck.owner).await;
    let send = async |media: &'static str, body: Vec<u8>| {
        let request = deck
            .owner
            .request(Method::POST, "/v1/projects")
            .header("content-type", media);
        deck.owner.send(request.body(body)).await
    };
    let json = "application/json";
    let cases: [(&'static str, Vec<u8>, u16, ProblemType); 13] = [
        (json, b"".into(), 400, Malformed),
        (json, b"{".into(), 400, Malformed),
        (json, b"{\"name\": \"A\"} x".into(), 400, Malformed),
        (json, b"{\"name\": \"\xff\"}".into(), 400, Malformed),
        (json, "[".repeat(60_000).into(), 400, Malformed),
        (json, b"null".into(), 422, Invalid),
        (json, b"5".into(), 422, Invalid),
        (json, b"[]".into(), 422, Invalid),
        (json, b"[\"By place\", true]".into(), 422, Invalid),
        (json, b"{\"name\": \"A\", \"name\": \"B\"}".into(), 422, Invalid),
        (
            "text/plain",
            b"{\"name\": \"A\"}".into(),
            415,
            UnsupportedMediaType,
        ),
        (
            "application/x-www-form-urlencoded",
            b"name=A".into(),
            415,
            UnsupportedMediaType,
        ),
        (json, vec![b' '; 64 * 1024 + 1], 413, TooLarge),
    ];
    for (media, body, status, kind) in cases {
        send(media, body).await.refused(status, kind);
    }
    for (media, coding, body, status, named) in in_other_encodings() {
        let request = deck
            .owner
            .request(Method::POST, "/v1/projects")
            .header("content-type", media)
            .header("content-encoding", coding);
        let answer = deck.owner.send(request.body(body)).await;
        let kind = match status {
            400 => Malformed,
            _ => UnsupportedMediaType,
        };
        let problem = answer.refused(status, kind);
        assert!(problem.detail.contains(named), "{named}: {}", problem.detail);
    }
    send(json, vec![b'x'; 10 * 1024 * 1024])
        .await
        .refused(413, TooLarge);
    assert_eq!(state_of(&deck.owner).await, before);
}

/// A media type, a content coding, a body; what it is refused with, and what the refusal names.
fn in_other_encodings() -> Vec<(&'static str, &'static str, Vec<u8>, u16, &'static str)> {
    let json = "application/json";
    let text = "{\"name\": \"Elsewhere\"}";
    let wide = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        let units = text.encode_utf16().flat_map(unit);
        mark.iter().copied().chain(units).collect::<Vec<u8>>()
    };
    let plain = || text.as_bytes().to_vec();
    let marked = |mark: &[u8]| [mark, text.as_bytes()].concat();
    vec![
        (
            json,
            "gzip",
            vec![0x1f, 0x8b, 8, 0],
            415,
            "Content-Encoding: gzip",
        ),
        (json, "GZIP", plain(), 415, "Content-Encoding: GZIP"),
        (json, "identity, br", plain(), 415, "Content-Encoding: br"),
        (json, "zstd", plain(), 415, "Content-Encoding: zstd"),
        (json, "identity", vec![0x1f, 0x8b, 8, 0], 400, "gzip"),
        (json, "identity", vec![0x28, 0xb5, 0x2f, 0xfd, 0], 400, "zstd"),
        (
            json,
            "identity",
            marked(&[0xef, 0xbb, 0xbf]),
            400,
            "byte order mark (EF BB BF)",
        ),
        (
            json,
            "identity",
            wide(&[0xff, 0xfe], u16::to_le_bytes),
            400,
            "UTF-16 (FF FE)",
        ),
        (
            json,
            "identity",
            wide(&[0xfe, 0xff], u16::to_be_bytes),
            400,
            "UTF-16 (FE FF)",
        ),
        (json, "identity", wide(&[], u16::to_le_bytes), 400, "UTF-16"),
        (json, "identity", wide(&[], u16::to_be_bytes), 400, "UTF-16"),
        (
            "application/json; charset=utf-16",
            "identity",
            plain(),
            415,
            "charset=utf-16",
        ),
        (
            "application/json;Charset=\"ISO-8859-1\"",
            "identity",
            plain(),
            415,
            "charset=iso-8859-1",
        ),
    ]
}

#[tokio::test]
async fn what_was_sent_is_not_repeated_in_a_refusal() {
    let (deck, ..) = stocked().await;
    let slip = "kdw_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzm";
    for body in [
        json!({"scope": slip, "name": "A"}),
        json!({"scope": "web", "name": "A", "project": slip}),
        json!({"scope": "web", "name": {"x": slip}}),
        json!({"scope": "web", "name": "A", "project": MISSING, "ui_domains": [slip], "local_development": slip}),
    ] {
        let answer = deck.owner.post("/v1/keys", &body).await;
        answer.refused(422, Invalid);
        assert!(!answer.body.contains("1fJjkk"), "{}", answer.body);
    }
    let query = deck.owner.get(&format!("/v1/keys?scope={slip}")).await;
    assert!(!query.refused(400, Malformed).errors[0].message.contains(slip));
}

#[tokio::test]
async fn an_idempotency_key_is_visible_ascii() {
    let (deck, project, _) = stocked().await;
    let before = state_of(&deck.owner).await;
    for value in ["", "a b", "é", &"x".repeat(256)] {
        let body = crate::common::web_key(&project, "New");
        let request = deck.owner.request(Method::POST, "/v1/keys").json(&body);
        let answer = deck.owner.send(request.header("idempotency-key", value)).await;
        answer.refused(400, Malformed);
        assert_eq!(answer.fields(), ["Idempotency-Key"], "{value}");
    }
    assert_eq!(state_of(&deck.owner).await, before);
}
