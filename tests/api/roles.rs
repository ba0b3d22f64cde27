//! Who may do what (design section 4), as a declared table.

use keydeck::api::ProblemType;
use keydeck::model::Role;
use serde_json::{Value, json};

use crate::common::{Answer, Deck, Person, id_of, web_key};

/// What a person does, to a thing of somebody else or of their own.
#[derive(Debug, Clone, Copy)]
enum Does {
    ViewsAnothersKey,
    RevealsAnothersKey,
    EditsAnothersKey,
    RevokesAnothersKey,
    CreatesForAnothersProject,
    CreatesForOwnProject,
    CreatesAnalytics,
    CreatesProject,
    RenamesAnothersProject,
    ListsUsers,
    AddsUser,
}

use Does::*;

/// Statuses for Owner, Support, Analytics, Editor.
const TABLE: [(Does, [u16; 4]); 11] = [
    (ViewsAnothersKey, [200, 200, 200, 404]),
    (RevealsAnothersKey, [200, 200, 200, 404]),
    (EditsAnothersKey, [200, 200, 403, 404]),
    (RevokesAnothersKey, [204, 204, 403, 404]),
    (CreatesForAnothersProject, [201, 201, 403, 422]),
    (CreatesForOwnProject, [201, 201, 403, 201]),
    (CreatesAnalytics, [201, 201, 201, 403]),
    (CreatesProject, [201, 201, 403, 201]),
    (RenamesAnothersProject, [200, 200, 403, 404]),
    (ListsUsers, [200, 403, 403, 403]),
    (AddsUser, [201, 403, 403, 403]),
];

/// A project and a key that nobody in the table made.
struct Others {
    project: String,
    key: String,
}

async fn others(deck: &Deck, round: usize) -> Others {
    let email = format!("maker{round}@acme.example");
    let maker = deck
        .owner
        .post("/v1/users", &json!({"email": email, "role": "support"}))
        .await;
    let maker = deck.someone(maker.expect(201)["token"].as_str().expect("a token"));
    let project = maker.project(&format!("Theirs {round}")).await;
    let key = id_of(&maker.web_key(&project, "Theirs").await);
    Others { project, key }
}

async fn attempt(person: &Person, does: Does, others: &Others, round: usize) -> Answer {
    let key = format!("/v1/keys/{}", others.key);
    match does {
        ViewsAnothersKey => person.get(&key).await,
        RevealsAnothersKey => person.reveal(&others.key).await,
        EditsAnothersKey => person.patch(&key, 1, &json!({"name": "Renamed"})).await,
        RevokesAnothersKey => person.delete(&key).await,
        CreatesForAnothersProject => person.post("/v1/keys", &web_key(&others.project, "Mine")).await,
        CreatesForOwnProject => {
            let new = json!({"name": format!("Own {round}"), "deployed": true});
            let project = person.post("/v1/projects", &new).await;
            match project.status.as_u16() {
                201 => {
                    person
                        .post("/v1/keys", &web_key(&id_of(&project.expect(201)), "Mine"))
                        .await
                }
                _ => project,
            }
        }
        CreatesAnalytics => {
            let new = json!({"scope": "analytics", "name": format!("Board {round}")});
            person.post("/v1/keys", &new).await
        }
        CreatesProject => {
            person
                .post("/v1/projects", &json!({"name": format!("New {round}")}))
                .await
        }
        RenamesAnothersProject => {
            let edit = json!({"name": format!("Renamed {round}")});
            person
                .patch(&format!("/v1/projects/{}", others.project), 1, &edit)
                .await
        }
        ListsUsers => person.get("/v1/users").await,
        AddsUser => {
            let new = json!({"email": format!("new{round}@acme.example"), "role": "editor"});
            person.post("/v1/users", &new).await
        }
    }
}

#[tokio::test]
async fn every_role_may_do_what_the_table_says() {
    let deck = Deck::start().await;
    let people = [
        deck.owner.clone(),
        deck.person(Role::Support).await,
        deck.person(Role::Analytics).await,
        deck.person(Role::Editor).await,
    ];
    let mut round = 0;
    for (does, expected) in TABLE {
        for ((person, role), expected) in people.iter().zip(Role::ALL).zip(expected) {
            round += 1;
            let others = others(&deck, round).await;
            let answer = attempt(person, does, &others, round).await;
            assert_eq!(answer.status, expected, "{role} {does:?}: {}", answer.body);
            if expected == 403 {
                answer.refused(403, ProblemType::Forbidden);
            }
        }
    }
}

#[tokio::test]
async fn an_analytics_user_edits_and_revokes_own_keys() {
    let deck = Deck::start().await;
    let analyst = deck.person(Role::Analytics).await;
    let created = analyst
        .post("/v1/keys", &json!({"scope": "analytics", "name": "Mine"}))
        .await
        .expect(201);
    analyst
        .delete(&format!("/v1/keys/{}", id_of(&created)))
        .await
        .expect(204);
}

#[tokio::test]
async fn a_key_of_somebody_else_answers_as_one_that_does_not_exist() {
    let deck = Deck::start().await;
    let editor = deck.person(Role::Editor).await;
    let foreign = others(&deck, 1).await.key;
    let revoked = others(&deck, 2).await.key;
    deck.owner
        .delete(&format!("/v1/keys/{revoked}"))
        .await
        .expect(204);
    let missing = "01930000-0000-7000-8000-000000000000";
    let said_of = async |id: &str| {
        let path = format!("/v1/keys/{id}");
        let answers = [
            editor.get(&path).await,
            editor.patch(&path, 1, &json!({"name": "Mine"})).await,
            editor.delete(&path).await,
            editor.reveal(id).await,
        ];
        answers.map(|answer| {
            answer.refused(404, ProblemType::NotFound);
            let mut headers = answer.headers;
            headers.remove("x-request-id");
            headers.remove("date");
            (headers, answer.body)
        })
    };
    let of_missing = said_of(missing).await;
    assert_eq!(said_of(&foreign).await, of_missing);
    assert_eq!(said_of(&revoked).await, of_missing);
    assert_eq!(
        editor
            .get(&format!("/v1/activity?key={foreign}"))
            .await
            .expect(200)["items"],
        json!([])
    );
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
