//! A database in which names that look alike were several, opened by this keydeck: each has a name of its own
//! afterwards, the log says which, and every spelling finds them. The rows are the same on both engines.

use keydeck::api::{ActivityAction, ActivityQuery, Sort};
use keydeck::model::{Scope, compared};
use keydeck::server::store::{Store, Visible};
use serde_json::{Value, json};

use super::activity::{assert_chained, log};
use super::deck::query;

/// Two people, three projects, keys and gateways as a keydeck before this one folded them; `bytes` writes an id or
/// a hash of one number, `yes` is true.
pub fn rows(bytes: impl Fn(u64, usize) -> String, yes: &str, no: &str) -> String {
    let id = |n| bytes(n, 16);
    let hash = |n| bytes(n, 32);
    let mut sql = format!(
        "INSERT INTO organisation (one, id, name, created_at) VALUES (1, {}, 'Acme Studios', 1);
         INSERT INTO data_keys (id, wrapped) VALUES (1, {});
         INSERT INTO users (seq, id, email, email_key, role, token_hash, created_at, removed_at) VALUES
            (1, {}, 'mira@acme.example', 'mira@acme.example', 'owner', {}, 1, NULL),
            (2, {}, 'strasse@acme.example', 'strasse@acme.example', 'editor', NULL, 1, NULL),
            (3, {}, 'Straße@acme.example', 'straße@acme.example', 'editor', NULL, 1, NULL),
            (4, {}, 'STRAẞE@acme.example', 'straße@acme.example', 'editor', NULL, 1, 7);
         INSERT INTO projects (seq, id, name, name_key, creator, deployed, created_at) VALUES
            (1, {}, 'Café', 'café', 1, {yes}, 1),
            (2, {}, 'Cafe\u{301}', 'cafe\u{301}', 1, {yes}, 1),
            (3, {}, 'CAFÉ', 'café', 2, {no}, 1);
         INSERT INTO gateways (seq, id, name, added_by, added_at, token_hash) VALUES
            (1, {}, 'Edge', 1, 1, {}), (2, {}, 'Ｅｄｇｅ', 1, 1, {});
        ",
        id(1),
        bytes(7, 8),
        id(11),
        hash(1),
        id(12),
        id(13),
        id(14),
        id(21),
        id(22),
        id(23),
        id(31),
        hash(2),
        id(32),
        hash(3),
    );
    let keys = [
        // seq, name, project, creator, revoked
        (1, "Kiosk", Some(1), 1, false),
        (2, "kiosk", Some(1), 1, false),
        (3, "Kiosk\u{a0}", Some(1), 2, false),
        (4, "KIOSK", Some(1), 1, true),
        (5, "Kiosk (2)", Some(1), 1, false),
        (6, "ﬁne\u{a0}board", None, 1, false),
        (7, "Fine board", None, 2, false),
        (8, "Straße", Some(2), 1, false),
    ];
    for (seq, name, project, creator, revoked) in keys {
        let scope = if project.is_some() { 0 } else { 2 };
        let project = project.map_or("NULL".to_owned(), |project: u64| project.to_string());
        let sealed = if scope == 0 && !revoked {
            format!("1, {}", bytes(5, 1))
        } else {
            "NULL, NULL".into()
        };
        let revoked = if revoked { "9, 1" } else { "NULL, NULL" };
        sql += &format!(
            "INSERT INTO keys (seq, id, name, name_key, scope, project, creator, created_at, hint, ui_domains,
                               cross_page_persistence, token_hash, data_key, sealed, revoked_at, revoked_by)
             VALUES ({seq}, {}, '{name}', '{}', {scope}, {project}, {creator}, 4, 'k', '', {no}, {}, {sealed}, {revoked});\n",
            id(40 + seq),
            name.to_lowercase(),
            hash(40 + seq),
        );
    }
    sql
}

/// What has become of the rows in a store that was opened on them.
pub async fn assert_told_apart(store: &dyn Store) {
    let keys = store.keys(&query(Sort::CreatedAt)).await.unwrap().unwrap().items;
    let mut names: Vec<(String, u64)> = keys
        .iter()
        .map(|(key, _)| (key.name.clone(), key.version))
        .collect();
    names.sort();
    let expected = [
        ("Fine board (2)", 2),
        ("Kiosk", 1),
        ("Kiosk (2)", 1),
        ("Kiosk\u{a0}", 1),
        ("Straße", 1),
        ("kiosk (3)", 2),
        ("ﬁne\u{a0}board", 1),
    ];
    assert_eq!(names, expected.map(|(name, version)| (name.to_owned(), version)));
    for (q, found) in [
        ("STRASSE", 1),
        ("fine board", 2),
        ("kiosk", 4),
        ("KIOSK (3)", 1),
        ("cafe\u{301}", 5),
    ] {
        let mut find = query(Sort::Name);
        find.filter.q = Some(q.into());
        let counts = store.count_keys(Visible::All, &find.filter).await.unwrap();
        assert_eq!(counts.total(), found, "{q}");
        assert_eq!(
            store.keys(&find).await.unwrap().unwrap().items.len() as u64,
            found,
            "{q}"
        );
    }
    let projects = store.projects(&Default::default(), Visible::All).await.unwrap();
    let projects: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
    assert_eq!(projects, ["Café", "CAFÉ", "Cafe\u{301} (2)"]);
    let gateways: Vec<String> = store
        .gateways()
        .await
        .unwrap()
        .into_iter()
        .map(|gateway| gateway.name)
        .collect();
    assert_eq!(gateways, ["Edge", "Ｅｄｇｅ (2)"]);
    let people = store.people(&Default::default()).await.unwrap();
    let people: Vec<&str> = people.iter().map(|person| person.user.email.as_str()).collect();
    assert_eq!(
        people,
        [
            "mira@acme.example",
            "Straße+2@acme.example",
            "strasse@acme.example"
        ]
    );

    let rows = log(store, ActivityQuery::default(), Visible::All).await;
    let told: Vec<(ActivityAction, &Value, bool)> = rows
        .iter()
        .rev()
        .map(|row| {
            (
                row.action,
                &row.changes,
                row.actor.is_none() && row.address.is_none(),
            )
        })
        .collect();
    let renamed = |field: &str, old: &str, new: &str| json!({field: [old, new]});
    assert_eq!(
        told,
        [
            (
                ActivityAction::UserRenamed,
                &renamed("email", "Straße@acme.example", "Straße+2@acme.example"),
                true
            ),
            (
                ActivityAction::ProjectEdited,
                &renamed("name", "Cafe\u{301}", "Cafe\u{301} (2)"),
                true
            ),
            (
                ActivityAction::KeyEdited,
                &renamed("name", "Fine board", "Fine board (2)"),
                true
            ),
            (
                ActivityAction::KeyEdited,
                &renamed("name", "kiosk", "kiosk (3)"),
                true
            ),
            (
                ActivityAction::GatewayEdited,
                &renamed("name", "Ｅｄｇｅ", "Ｅｄｇｅ (2)"),
                true
            ),
        ]
    );
    assert_chained(store, 5).await;
    // An Analytics key of the editor: the row is among those of their keys.
    let of_editor = keys
        .iter()
        .find(|(key, _)| key.scope == Scope::Analytics && key.version == 2)
        .unwrap();
    let theirs = Visible::CreatedBy(of_editor.0.creator.id);
    assert_eq!(log(store, ActivityQuery::default(), theirs).await.len(), 1);
    assert!(
        keys.iter()
            .all(|(key, _)| compared(&compared(&key.name)) == compared(&key.name))
    );
}
