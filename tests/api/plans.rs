//! Many keys at once over HTTP: what a plan shows, and what committing it answers.

use futures_util::StreamExt;
use keydeck::api::ProblemType;
use keydeck::model::Role;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::{Answer, Deck, Person, id_of};
use crate::events::listen;

const PLAN: &str = "/v1/keys/plan";

/// Keys of three scopes: two Web keys and a Mobile key of the owner's project, and an Analytics key of each of the three.
struct Organisation {
    deck: Deck,
    analyst: Person,
    editor: Person,
    keys: Vec<String>,
}

impl Organisation {
    async fn new() -> Self {
        let deck = Deck::start().await;
        let (analyst, editor) = (
            deck.person(Role::Analytics).await,
            deck.person(Role::Editor).await,
        );
        let shop = deck.owner.project("Shop").await;
        let own = editor.project("Own").await;
        let mut keys = Vec::new();
        for (person, new) in [
            (&deck.owner, web(&shop, "One")),
            (&deck.owner, web(&shop, "Two")),
            (
                &deck.owner,
                json!({"scope": "mobile", "name": "App", "project": shop}),
            ),
            (&analyst, json!({"scope": "analytics", "name": "Board"})),
            (&editor, web(&own, "Theirs")),
        ] {
            keys.push(id_of(&person.post("/v1/keys", &new).await.expect(201)));
        }
        Self {
            deck,
            analyst,
            editor,
            keys,
        }
    }

    async fn planned(&self, new: Value) -> Value {
        planned(&self.deck.owner, new).await
    }
}

fn web(project: &str, name: &str) -> Value {
    json!({"scope": "web", "name": name, "project": project, "ui_domains": ["https://a.example"]})
}

async fn planned(person: &Person, new: Value) -> Value {
    person.post(PLAN, &new).await.expect(201)
}

fn path(plan: &Value) -> String {
    format!("{PLAN}/{}", plan["plan"].as_str().expect("a plan"))
}

async fn commit(person: &Person, plan: &Value) -> Answer {
    person.send(person.request(Method::POST, &path(plan))).await
}

#[tokio::test]
async fn a_plan_shows_what_would_be_done_and_does_it() {
    let stage = Organisation::new().await;
    let owner = &stage.deck.owner;
    let answer = owner
        .post(
            PLAN,
            &json!({"action": "disable", "filter": {}, "all": true, "reason": "spring"}),
        )
        .await;
    let plan = answer.expect(201);
    assert_eq!(answer.header("location"), path(&plan));
    assert_eq!((&plan["action"], &plan["count"]), (&json!("disable"), &json!(5)));
    let breakdown = &plan["breakdown"];
    assert_eq!(
        breakdown["by_scope"],
        json!({"web": 3, "mobile": 1, "analytics": 1})
    );
    let owners: Vec<(&Value, &Value)> = breakdown["by_owner"]
        .as_array()
        .expect("people")
        .iter()
        .map(|owner| (&owner["email"], &owner["count"]))
        .collect();
    assert_eq!(owners[0], (&json!("mira@acme.example"), &json!(3)));
    assert_eq!((owners.len(), &breakdown["owners"]), (3, &json!(3)));
    for nothing in [
        "used_within_24h",
        "not_allowed",
        "unchanged",
        "not_possible",
        "gone",
    ] {
        assert_eq!(breakdown[nothing], 0, "{nothing}");
    }
    assert_eq!(plan["sample"].as_array().map(Vec::len), Some(5));
    let open = owner.get(&path(&plan)).await.expect(200);
    assert_eq!((&open["committed_at"], &open["left"]), (&Value::Null, &json!(5)));

    let mut events = listen(owner).await;
    let done = commit(owner, &plan).await.expect(200);
    assert_eq!(
        (&done["done"], &done["left"], &done["left_alone"]),
        (&json!(5), &json!(0), &json!(0))
    );
    for _ in 0..5 {
        assert!(events.next().await.expect("open").starts_with("edited "));
    }
    let key = owner
        .get(&format!("/v1/keys/{}", stage.keys[0]))
        .await
        .expect(200);
    assert_eq!(
        (&key["state"], &key["disabled"]["reason"]),
        (&json!("disabled"), &json!("spring"))
    );
    // A client that lost the answer asks again, and nothing is done twice.
    assert_eq!(commit(owner, &plan).await.expect(200), done);
    assert_eq!(owner.get(&path(&plan)).await.expect(200), done);
    let log = owner.get("/v1/activity?action=key_disabled").await.expect(200);
    let rows = log["items"].as_array().expect("rows");
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row["changes"]["plan"][1] == plan["plan"]));
    // Those that are so already are left out.
    let again = stage
        .planned(json!({"action": "disable", "filter": {"scope": "web"}}))
        .await;
    assert_eq!(
        (&again["count"], &again["breakdown"]["unchanged"]),
        (&json!(0), &json!(3))
    );
    assert_eq!(commit(owner, &again).await.expect(200)["done"], 0);
}

#[tokio::test]
async fn nobody_does_to_many_keys_what_they_may_not_do_to_one() {
    let stage = Organisation::new().await;
    let all = json!({"action": "revoke", "filter": {}, "all": true});
    let plan = planned(&stage.analyst, all.clone()).await;
    assert_eq!(
        (&plan["count"], &plan["breakdown"]["not_allowed"]),
        (&json!(1), &json!(4))
    );
    commit(&stage.analyst, &plan).await.expect(200);
    let plan = planned(&stage.editor, all).await;
    assert_eq!(
        (&plan["count"], &plan["breakdown"]["not_allowed"]),
        (&json!(1), &json!(0))
    );
    // What an Editor may not see is as what there is not.
    let ids = json!({"action": "revoke", "ids": stage.keys});
    let plan = planned(&stage.editor, ids).await;
    assert_eq!(
        (&plan["count"], &plan["breakdown"]["gone"]),
        (&json!(1), &json!(4))
    );
    for other in [&stage.analyst, &stage.deck.owner] {
        commit(other, &plan).await.refused(404, ProblemType::NotFound);
        other.get(&path(&plan)).await.refused(404, ProblemType::NotFound);
    }
    let counts = stage.deck.owner.get("/v1/keys/counts").await.expect(200);
    assert_eq!(
        (&counts["web"], &counts["mobile"], &counts["analytics"]),
        (&json!(3), &json!(1), &json!(0))
    );
}

#[tokio::test]
async fn what_changed_since_is_answered_and_nothing_is_done() {
    let stage = Organisation::new().await;
    let owner = &stage.deck.owner;
    let revoke = json!({"action": "revoke", "filter": {"scope": "web"}});
    let plan = stage.planned(revoke.clone()).await;
    owner
        .patch(
            &format!("/v1/keys/{}", stage.keys[0]),
            1,
            &json!({"name": "First"}),
        )
        .await
        .expect(200);
    owner
        .delete(&format!("/v1/keys/{}", stage.keys[1]))
        .await
        .expect(204);
    let shop = owner.project("New").await;
    let added = id_of(&owner.web_key(&shop, "Added").await);
    let refused = commit(owner, &plan).await;
    let problem = refused.refused(409, ProblemType::PlanChanged);
    assert!(
        problem.detail.starts_with("3 keys are not as the plan showed"),
        "{}",
        problem.detail
    );
    let difference = problem.plan.expect("what changed");
    assert_eq!(
        (
            difference.added,
            difference.changed,
            difference.revoked,
            difference.dropped
        ),
        (1, 1, 1, 0)
    );
    let told: Vec<(String, &str)> = difference
        .sample
        .iter()
        .map(|key| (key.id.to_string(), key.why.as_str()))
        .collect();
    for (id, why) in [
        (&stage.keys[0], "changed"),
        (&stage.keys[1], "revoked"),
        (&added, "added"),
    ] {
        assert!(told.contains(&(id.clone(), why)), "{told:?}");
    }
    owner
        .get(&format!("/v1/keys/{}", stage.keys[0]))
        .await
        .expect(200);
    // Another plan shows what would be done now.
    let plan = stage.planned(revoke).await;
    assert_eq!(plan["count"], 3);
    assert_eq!(commit(owner, &plan).await.expect(200)["done"], 3);
}

#[tokio::test]
async fn a_plan_of_ten_minutes_ago_is_gone() {
    let stage = Organisation::new().await;
    let owner = &stage.deck.owner;
    let plan = stage
        .planned(json!({"action": "revoke", "ids": [stage.keys[0]]}))
        .await;
    stage
        .deck
        .by_hand("DROP TRIGGER plans_stay_as_they_were_shown; UPDATE plans SET ends_at = 1");
    commit(owner, &plan).await.refused(410, ProblemType::PlanExpired);
    owner
        .get(&format!("/v1/keys/{}", stage.keys[0]))
        .await
        .expect(200);
    let log = owner.get("/v1/activity?action=key_revoked").await.expect(200);
    assert_eq!(log["items"], json!([]));
}

#[tokio::test]
async fn what_is_asked_of_a_plan_is_whole_and_fits_its_action() {
    let stage = Organisation::new().await;
    let key = &stage.keys[0];
    let nine: Vec<String> = (0..9).map(|n| n.to_string()).collect();
    let many: Vec<Uuid> = (0..10_001).map(|_| Uuid::new_v4()).collect();
    for (new, field) in [
        (json!({"action": "revoke"}), "filter"),
        (json!({"action": "revoke", "filter": {}}), "filter"),
        (json!({"action": "revoke", "filter": {"q": "  "}}), "filter"),
        (
            json!({"action": "revoke", "filter": {"never_used": false}}),
            "filter",
        ),
        (
            json!({"action": "revoke", "filter": {"scope": "web"}, "all": true}),
            "all",
        ),
        (json!({"action": "revoke", "ids": [key], "all": true}), "all"),
        (
            json!({"action": "revoke", "ids": [key], "filter": {"scope": "web"}}),
            "ids",
        ),
        (json!({"action": "revoke", "ids": []}), "ids"),
        (json!({"action": "revoke", "ids": many}), "ids"),
        (json!({"action": "revoke", "ids": ["x"]}), "ids[0]"),
        (
            json!({"action": "revoke", "filter": {"idle_days": 0}}),
            "filter.idle_days",
        ),
        (
            json!({"action": "revoke", "filter": {"q": "x".repeat(101)}}),
            "filter.q",
        ),
        (
            json!({"action": "revoke", "filter": {"label": "a,,b"}}),
            "filter.label",
        ),
        (json!({"action": "revoke", "filter": {"idle": 3}}), "filter.idle"),
        (json!({"action": "revoke", "filter": [null]}), "filter"),
        (json!({"action": "burn", "ids": [key]}), "action"),
        (
            json!({"action": "enable", "ids": [key], "reason": "old"}),
            "reason",
        ),
        (
            json!({"action": "enable", "ids": [key], "expires_at": null}),
            "expires_at",
        ),
        (
            json!({"action": "disable", "ids": [key], "reason": "a\nb"}),
            "reason",
        ),
        (
            json!({"action": "disable", "ids": [key], "add_labels": ["a"]}),
            "add_labels",
        ),
        (json!({"action": "set_expiry", "ids": [key]}), "expires_at"),
        (
            json!({"action": "set_expiry", "ids": [key], "expires_at": "tomorrow"}),
            "expires_at",
        ),
        (
            json!({"action": "set_expiry", "ids": [key], "expires_at": "2020-01-01T00:00:00Z"}),
            "expires_at",
        ),
        (
            json!({"action": "set_expiry", "ids": [key], "expires_at": "10000-01-01T00:00:00Z"}),
            "expires_at",
        ),
        (json!({"action": "label", "ids": [key]}), "add_labels"),
        (
            json!({"action": "label", "ids": [key], "add_labels": nine}),
            "add_labels",
        ),
        (
            json!({"action": "label", "ids": [key], "add_labels": ["a,b"]}),
            "add_labels[0]",
        ),
        (
            json!({"action": "label", "ids": [key], "remove_labels": ["a", "A"]}),
            "remove_labels[1]",
        ),
        (
            json!({"action": "label", "ids": [key], "add_labels": ["a"], "remove_labels": ["A"]}),
            "remove_labels",
        ),
    ] {
        let refused = stage.deck.owner.post(PLAN, &new).await;
        let shown: String = new.to_string().chars().take(120).collect();
        assert_eq!(refused.status, 422, "{shown}: {}", refused.body);
        assert_eq!(refused.fields(), [field], "{shown}");
    }
    let refused = stage
        .deck
        .owner
        .post(PLAN, &json!({"action": "revoke", "ids": many}))
        .await;
    assert!(
        refused.body.contains("10001 keys; a plan has 10,000 at most"),
        "{}",
        refused.body
    );
    // 10,000 fit into the body, and each is meant once.
    let fit = [&many[..9_998], &[many[0], key.parse().expect("an id")]].concat();
    let plan = stage.planned(json!({"action": "revoke", "ids": fit})).await;
    assert_eq!(
        (&plan["count"], &plan["breakdown"]["gone"]),
        (&json!(1), &json!(9_998))
    );
}

#[tokio::test]
async fn nothing_is_planned_for_revoked_keys() {
    let stage = Organisation::new().await;
    let owner = &stage.deck.owner;
    let two = json!({"action": "revoke", "ids": stage.keys[..2]});
    let plan = stage.planned(two).await;
    commit(owner, &plan).await.expect(200);
    let later = json!("2099-01-01T00:00:00Z");
    for (action, more, left_out) in [
        ("revoke", json!({}), "unchanged"),
        ("disable", json!({}), "not_possible"),
        ("enable", json!({}), "not_possible"),
        ("set_expiry", json!({"expires_at": later}), "not_possible"),
        ("label", json!({"add_labels": ["x"]}), "not_possible"),
    ] {
        let mut new = json!({"action": action, "filter": {"state": "revoked"}});
        let fields = more.as_object().expect("fields").clone();
        new.as_object_mut().expect("fields").extend(fields);
        let plan = stage.planned(new).await;
        assert_eq!(
            (&plan["count"], &plan["breakdown"][left_out]),
            (&json!(0), &json!(2)),
            "{action}"
        );
        assert_eq!(commit(owner, &plan).await.expect(200)["done"], 0, "{action}");
    }
}

#[tokio::test]
async fn ends_and_labels_are_set_of_many_keys() {
    let stage = Organisation::new().await;
    let owner = &stage.deck.owner;
    let eight: Vec<String> = (0..8).map(|n| format!("l{n}")).collect();
    let first = format!("/v1/keys/{}", stage.keys[0]);
    owner
        .patch(&first, 1, &json!({"labels": eight}))
        .await
        .expect(200);
    let label = json!({"action": "label", "filter": {}, "all": true, "add_labels": ["spring"], "remove_labels": ["L0x"]});
    let plan = stage.planned(label).await;
    assert_eq!(
        (&plan["count"], &plan["breakdown"]["not_possible"]),
        (&json!(4), &json!(1))
    );
    commit(owner, &plan).await.expect(200);
    let counts = owner.get("/v1/keys/counts?label=spring").await.expect(200);
    assert_eq!(counts["web"], 2);

    let policy = json!({"longest_lifetime_days": {"analytics": 30}});
    let request = owner.request(Method::PATCH, "/v1/policy").json(&policy);
    owner.send(request).await.expect(200);
    let never = json!({"action": "set_expiry", "filter": {}, "all": true, "expires_at": null});
    let refused = owner.post(PLAN, &never).await;
    // No key would change, as none ends.
    assert_eq!(refused.expect(201)["count"], 0);
    let in_2099 = json!({"action": "set_expiry", "filter": {"scope": "analytics"}, "expires_at": "2099-01-01T00:00:00Z"});
    let refused = owner.post(PLAN, &in_2099).await;
    refused.refused(422, ProblemType::Invalid);
    assert_eq!(refused.fields(), ["expires_at"]);
    let web =
        json!({"action": "set_expiry", "filter": {"scope": "web"}, "expires_at": "2099-01-01T00:00:00Z"});
    let plan = stage.planned(web).await;
    let change = json!({"expires_at": "2099-01-01T00:00:00Z"});
    let done = commit(owner, &plan).await.expect(200);
    assert_eq!(
        (&plan["change"], &done["change"], &done["done"]),
        (&change, &change, &json!(3))
    );
    assert_eq!(
        owner.get(&first).await.expect(200)["expires_at"],
        "2099-01-01T00:00:00Z"
    );
}
