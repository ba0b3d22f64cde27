//! The tables are what the log made them: whatever is done through the store is explained, and whatever somebody does
//! to a table behind its back is named, and signs nobody in.

use jiff::Timestamp;
use keydeck::api::SessionServer;
use keydeck::model::{LocalAddress, Role, Scope, TokenHash};
use keydeck::server::store::{
    Cursor, Fate, Idempotency, KeyCreation, NewGatewayRecord, NewSessionServer, NewUserRecord, Removal,
    Sealed, Store, Visible,
};
use uuid::Uuid;

use super::deck::{Deck, actor, new_key};
use super::engine::{self, ENGINE};

/// How many rows the log explains, or the first that it doesn't.
pub async fn compared(store: &dyn Store) -> Result<u64, String> {
    let (mut rows, mut next) = (0, Some(Cursor::START));
    while let Some(from) = next {
        // As it goes over the wire.
        let from: Cursor = from.to_string().parse().unwrap();
        let compared = store.compare(from).await.unwrap();
        rows += compared.rows;
        if let Some(sentence) = compared.unexplained {
            return Err(sentence);
        }
        next = compared.next;
    }
    Ok(rows)
}

async fn add(deck: &Deck, email: &str, role: Role) -> keydeck::api::User {
    let new = NewUserRecord {
        email: email.into(),
        role,
        token: Some(TokenHash::of(email)),
    };
    deck.store
        .add_user(new, actor(&deck.owner))
        .await
        .unwrap()
        .unwrap()
}

fn session_server(url: &str) -> NewSessionServer {
    NewSessionServer {
        server: SessionServer {
            url: url.into(),
            key_name: "main".into(),
        },
        private_key: Some(Sealed {
            data_key: 1,
            bytes: vec![7; 60],
        }),
    }
}

async fn gateway(deck: &Deck, name: &str) -> Uuid {
    let new = NewGatewayRecord {
        id: Uuid::now_v7(),
        name: name.into(),
        token: TokenHash::of(name),
        added_at: Timestamp::now(),
    };
    deck.store
        .add_gateway(new, actor(&deck.owner))
        .await
        .unwrap()
        .unwrap()
        .id
}

/// Everything that the program does to people, projects, gateways and keys.
async fn busy() -> Deck {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let store = &deck.store;
    let support = add(&deck, "sue@acme.example", Role::Support).await;
    store.set_role(support.id, Role::Analytics, by).await.unwrap();
    let token = TokenHash::of("kdu_another");
    assert!(store.replace_token(support.id, token, by).await.unwrap());
    let server = session_server("wss://sessions.acme.example");
    store
        .set_session_server(deck.shop.id, server.clone(), by)
        .await
        .unwrap();
    store.set_session_server(deck.kiosk.id, server, by).await.unwrap();
    store.remove_session_server(deck.kiosk.id, by).await.unwrap();
    let tower = store
        .add_project("Tower".into(), true, by)
        .await
        .unwrap()
        .unwrap();
    let name = Some("Castle".into());
    store
        .edit_project(tower.id, name, Some(false), Visible::All, by)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let gone = store.add_project("Gone".into(), true, by).await.unwrap().unwrap();
    store.remove_project(gone.id, Visible::All, by).await.unwrap();
    gateway(&deck, "edge").await;
    let old = gateway(&deck, "old").await;
    assert!(store.remove_gateway(old, by).await.unwrap());

    let key = deck.web("Checkout").await;
    let mut settings = key.settings.clone();
    settings.local_development = LocalAddress::parse("203.0.113.7").ok();
    settings.cross_page_persistence = true;
    store
        .edit_key(key.id, 1, "Till".into(), settings, by)
        .await
        .unwrap();
    store.reveal_key(key.id, by).await.unwrap();
    let gone = deck.web("Gone").await;
    store.revoke_key(gone.id, by).await.unwrap();
    deck.create(new_key(Scope::Analytics, "Board", None), &deck.owner)
        .await;
    for (email, fate) in [
        ("ann@acme.example", Some(Fate::Revoke)),
        ("bob@acme.example", Some(Fate::HandOver(deck.owner.id))),
        ("cat@acme.example", None),
    ] {
        let person = add(&deck, email, Role::Editor).await;
        if fate.is_some() {
            let project = format!("Project of {email}");
            let project = store
                .add_project(project, true, actor(&person))
                .await
                .unwrap()
                .unwrap();
            for n in 0..3 {
                let name = format!("Key {n} of {email}");
                deck.create(new_key(Scope::Mobile, &name, Some(project.id)), &person)
                    .await;
            }
        }
        let removed = store.remove_user(person.id, fate, by).await.unwrap();
        assert!(matches!(removed, Removal::Removed(_)), "{removed:?}");
    }
    deck
}

#[tokio::test]
async fn whatever_the_program_does_is_explained() {
    let deck = busy().await;
    // People, projects, gateways, keys; removed and revoked ones too.
    assert_eq!(compared(&*deck.store).await, Ok(6 + 6 + 2 + 9));
}

/// The table, what is done to it, and what is said of it.
fn tampers() -> Vec<(&'static str, String, &'static str)> {
    let (id, hash) = (ENGINE.random_id, ENGINE.hash);
    let person = |email: &str, role: &str| {
        format!(
            "INSERT INTO users (id, email, email_key, role, token_hash, created_at)
             VALUES ({id}, '{email}', '{email}', '{role}', {hash}, 1)"
        )
    };
    let set = |table: &str, set: &str, condition: &str| format!("UPDATE {table} SET {set} WHERE {condition}");
    let token = format!("token_hash = {hash}");
    vec![
        (
            "users",
            person("eve@acme.example", "owner"),
            "the person eve@acme.example is Owner in the table, but the log never made them so",
        ),
        (
            "users",
            person("eve@acme.example", "editor"),
            "the person eve@acme.example is Editor in the table, but the log never made them so",
        ),
        (
            "users",
            set("users", "role = 'owner'", "email = 'ed@acme.example'"),
            "the person ed@acme.example is Owner in the table, but the log made them Editor",
        ),
        (
            "users",
            set("users", &token, "email = 'mira@acme.example'"),
            "the person mira@acme.example, Owner, has a sign-in token in the table that the log never gave them",
        ),
        (
            "users",
            set(
                "users",
                &format!("removed_at = NULL, {token}"),
                "email = 'ann@acme.example'",
            ),
            "the person ann@acme.example is Editor in the table, but the log says that they were removed",
        ),
        (
            "projects",
            set("projects", "deployed = NOT deployed", "name = 'Storefront'"),
            "the project Storefront is not deployed in the table, but the log says that it is deployed",
        ),
        (
            "projects",
            set("projects", "deployed = NOT deployed", "name = 'Castle'"),
            "the project Castle is deployed in the table, but the log says that it is not deployed",
        ),
        (
            "projects",
            set(
                "projects",
                "session_url = 'wss://evil.example'",
                "name = 'Storefront'",
            ),
            "the project Storefront has another creator or session server in the table than the log gave it",
        ),
        (
            "gateways",
            format!(
                "INSERT INTO gateways (id, name, added_by, added_at, token_hash) VALUES ({id}, 'mine', 1, 1, {hash})"
            ),
            "the gateway mine is in the table, but the log never added it",
        ),
        (
            "gateways",
            set("gateways", &token, "name = 'edge'"),
            "the gateway edge has another token in the table than the log gave it",
        ),
        (
            "gateways",
            set("gateways", &format!("removed_at = NULL, {token}"), "name = 'old'"),
            "the gateway old is in the table, but the log says that it was removed",
        ),
        (
            "keys",
            set(
                "keys",
                &format!("revoked_at = NULL, revoked_by = NULL, data_key = 1, sealed = {hash}"),
                "name = 'Gone'",
            ),
            "is active in the table, but the log says that it is revoked",
        ),
        (
            "keys",
            set(
                "keys",
                "revoked_at = 1, revoked_by = 1, data_key = NULL, sealed = NULL",
                "name = 'Till'",
            ),
            "is revoked in the table, but the log says that it is active",
        ),
        (
            "keys",
            set("keys", "ui_domains = 'https://evil.example'", "name = 'Till'"),
            "the key Till",
        ),
        (
            "keys",
            set("keys", "local_development = '10.0.0.0/8'", "name = 'Till'"),
            "the key Till",
        ),
        (
            "keys",
            set("keys", "local_development_ends_at = 1", "name = 'Till'"),
            "the key Till",
        ),
        (
            "keys",
            set(
                "keys",
                "cross_page_persistence = NOT cross_page_persistence",
                "name = 'Till'",
            ),
            "than the log gave it",
        ),
        ("keys", set("keys", &token, "name = 'Board'"), "the key Board"),
        (
            "keys",
            set("keys", "creator = 2", "name = 'Board'"),
            "the key Board",
        ),
        (
            "keys",
            set("keys", "project = 2", "name = 'Till'"),
            "the key Till",
        ),
        (
            "keys",
            format!(
                "INSERT INTO keys (id, name, name_key, scope, creator, created_at, hint, ui_domains,
                                   cross_page_persistence, token_hash)
                 SELECT {id}, 'Mine', 'mine', 2, creator, 1, '', '', cross_page_persistence, {hash}
                   FROM keys WHERE name = 'Board'"
            ),
            "is active in the table, but the log never created it",
        ),
        (
            "users",
            format!(
                "INSERT INTO users (seq, id, email, email_key, role, token_hash, created_at)
                 VALUES (-5, {id}, 'eve@acme.example', 'eve@acme.example', 'owner', {hash}, 1)"
            ),
            "the person eve@acme.example is Owner in the table, but the log never made them so",
        ),
        (
            "keys",
            format!(
                "INSERT INTO keys (seq, id, name, name_key, scope, creator, created_at, hint, ui_domains,
                                   cross_page_persistence, token_hash)
                 SELECT -5, {id}, 'Mine', 'mine', 2, creator, 1, '', '', cross_page_persistence, {hash}
                   FROM keys WHERE name = 'Board'"
            ),
            "is active in the table, but the log never created it",
        ),
        (
            "gateways",
            "DELETE FROM gateways WHERE name = 'edge'".into(),
            "of whom no table has a row any more",
        ),
    ]
}

#[tokio::test]
async fn whatever_is_done_to_a_table_behind_the_log_is_named() {
    let deck = busy().await;
    let explained = compared(&*deck.store).await;
    assert!(explained.is_ok(), "{explained:?}");
    for table in ["users", "projects", "gateways", "keys"] {
        let spare = format!("CREATE TABLE spare_{table} AS SELECT * FROM {table}");
        engine::run(&deck.place, &spare).await.unwrap();
    }
    for (table, tamper, sentence) in tampers() {
        engine::behind_triggers(&deck.place, table, &tamper).await;
        let said = compared(&*deck.store).await.expect_err(&tamper);
        assert!(said.contains(sentence), "{tamper}: {said}");
        engine::behind_triggers(&deck.place, table, &undo(table)).await;
        assert_eq!(compared(&*deck.store).await, explained, "{tamper}");
    }
}

/// Makes a table what its spare is.
fn undo(table: &str) -> String {
    let columns = match table {
        "users" => "role, token_hash, removed_at",
        "projects" => "deployed, session_url",
        "gateways" => "token_hash, removed_at",
        _ => {
            "revoked_at, revoked_by, data_key, sealed, ui_domains, local_development, local_development_ends_at, cross_page_persistence,
             token_hash, creator, project"
        }
    };
    let set: Vec<String> = columns
        .split(',')
        .map(|column| format!("{column} = s.{}", column.trim(), column = column.trim()))
        .collect();
    format!(
        "DELETE FROM {table} WHERE id NOT IN (SELECT id FROM spare_{table});
         INSERT INTO {table} SELECT * FROM spare_{table} WHERE id NOT IN (SELECT id FROM {table});
         UPDATE {table} SET {} FROM spare_{table} AS s WHERE s.id = {table}.id",
        set.join(", ")
    )
}

/// What is done to the tables `idempotency` and `keys` so that a request of the Editor's is answered with another key, by
/// which request, and whether the comparison tells of it.
const DIVERTED: [(&str, (&str, &str), Option<&str>); 4] = [
    (
        "UPDATE idempotency SET key = (SELECT seq FROM keys WHERE name = 'Theirs') WHERE token = 'mine'",
        ("mine", "Mine"),
        Some("an Idempotency-Key of ed@acme.example leads to the key Theirs in the table"),
    ),
    (
        "UPDATE idempotency SET creator = (SELECT seq FROM users WHERE email = 'ed@acme.example') WHERE token = 'theirs'",
        ("theirs", "Theirs"),
        Some("an Idempotency-Key of ed@acme.example leads to the key Theirs in the table"),
    ),
    (
        "UPDATE idempotency SET key = (SELECT seq FROM keys WHERE name = 'Theirs') WHERE token = 'mine';
         UPDATE keys SET creator = (SELECT seq FROM users WHERE email = 'ed@acme.example') WHERE name = 'Theirs'",
        ("mine", "Mine"),
        Some("an Idempotency-Key of ed@acme.example leads to the key Theirs in the table"),
    ),
    // Another one of their own.
    (
        "UPDATE idempotency SET key = (SELECT seq FROM keys WHERE name = 'Other') WHERE token = 'mine'",
        ("mine", "Mine"),
        None,
    ),
];

#[tokio::test]
async fn a_repeated_request_is_answered_with_what_it_created_and_nothing_else() {
    let deck = Deck::new().await;
    let asked = |token: &str, name: &str| {
        let mut new = new_key(Scope::Web, name, Some(deck.shop.id));
        new.idempotency = Some(Idempotency {
            key: token.into(),
            fingerprint: [7; 32],
        });
        new
    };
    let theirs = deck.create(asked("theirs", "Theirs"), &deck.owner).await;
    deck.create(asked("mine", "Mine"), &deck.editor).await;
    deck.create(asked("other", "Other"), &deck.editor).await;
    for table in ["idempotency", "keys"] {
        let spare = format!("CREATE TABLE spare_{table} AS SELECT * FROM {table}");
        engine::run(&deck.place, &spare).await.unwrap();
    }
    let undo = "DELETE FROM idempotency; INSERT INTO idempotency SELECT * FROM spare_idempotency;
                UPDATE keys SET creator = s.creator FROM spare_keys AS s WHERE s.seq = keys.seq";
    let editor = actor(&deck.editor);
    for (tamper, (token, name), sentence) in DIVERTED {
        engine::behind_triggers(&deck.place, "keys", tamper).await;
        let answered = deck.store.create_key(asked(token, name), editor).await.unwrap();
        assert!(
            matches!(answered, KeyCreation::Mismatch),
            "{tamper}: {answered:?}"
        );
        let said = compared(&*deck.store).await.err();
        match sentence {
            Some(sentence) => assert!(said.unwrap().contains(sentence), "{tamper}"),
            None => assert_eq!(said, None, "{tamper}"),
        }
        engine::behind_triggers(&deck.place, "keys", undo).await;
        assert_eq!(compared(&*deck.store).await, Ok(2 + 2 + 3), "{tamper}");
    }
    let again = deck
        .store
        .create_key(asked("mine", "Mine"), editor)
        .await
        .unwrap();
    assert!(matches!(again, KeyCreation::Replayed(Some(key)) if key.name == "Mine"));

    // Nor is a secret told of a key that was made somebody else's in the table.
    let taken = "UPDATE keys SET creator = (SELECT seq FROM users WHERE email = 'ed@acme.example') WHERE name = 'Theirs'";
    engine::behind_triggers(&deck.place, "keys", taken).await;
    let refused = deck.store.reveal_key(theirs.id, editor).await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("a secret is not revealed: the key Theirs"),
        "{refused}"
    );
    engine::behind_triggers(&deck.place, "keys", undo).await;
    let revealed = deck
        .store
        .reveal_key(theirs.id, actor(&deck.owner))
        .await
        .unwrap();
    assert!(revealed.is_some());
}

#[tokio::test]
async fn nobody_signs_in_whom_the_log_did_not_make_what_they_are() {
    let deck = Deck::new().await;
    let signed_in = async |token: &str| {
        let user = deck.store.user_by_token(&TokenHash::of(token)).await.unwrap();
        user.map(|user| user.email)
    };
    assert_eq!(signed_in("kdu_owner").await.as_deref(), Some("mira@acme.example"));
    assert_eq!(signed_in("kdu_editor").await.as_deref(), Some("ed@acme.example"));
    let eve: String = TokenHash::of("kdu_eve").to_string();
    let hash = (ENGINE.of_hex)(&eve);
    let inserted = format!(
        "INSERT INTO users (id, email, email_key, role, token_hash, created_at)
         VALUES ({}, 'eve@acme.example', 'eve@acme.example', 'owner', {hash}, 1)",
        ENGINE.random_id
    );
    engine::run(&deck.place, &inserted).await.unwrap();
    assert_eq!(signed_in("kdu_eve").await, None);
    engine::run(&deck.place, "DELETE FROM users WHERE email = 'eve@acme.example'")
        .await
        .unwrap();
    engine::run(
        &deck.place,
        "UPDATE users SET role = 'owner' WHERE email = 'ed@acme.example'",
    )
    .await
    .unwrap();
    assert_eq!(signed_in("kdu_editor").await, None);
    engine::run(
        &deck.place,
        "UPDATE users SET role = 'editor' WHERE email = 'ed@acme.example'",
    )
    .await
    .unwrap();
    let swapped = format!("UPDATE users SET token_hash = {hash} WHERE email = 'mira@acme.example'");
    engine::run(&deck.place, &swapped).await.unwrap();
    assert_eq!(signed_in("kdu_eve").await, None);
    // What the program changes signs in at once.
    let by = actor(&deck.owner);
    assert!(
        deck.store
            .replace_token(deck.editor.id, TokenHash::of("kdu_new"), by)
            .await
            .unwrap()
    );
    assert_eq!(signed_in("kdu_new").await.as_deref(), Some("ed@acme.example"));
}

#[tokio::test]
async fn what_was_there_at_the_beginning_is_stated_once() {
    let deck = Deck::new().await;
    let again = |sentence: &'static str| {
        let store = deck.store.clone();
        async move {
            let said = compared(&*store).await.unwrap_err();
            assert!(said.contains(sentence), "{said}");
        }
    };
    let founder = "SELECT kind, number + 90, state FROM baseline";
    let put_in = format!("INSERT INTO baseline (kind, number, state) {founder}");
    engine::run(&deck.place, &put_in).await.unwrap();
    again("of the time before the log stated it").await;
    // The server itself is to put it into the log.
    let pending = format!("UPDATE activity_head SET pending = {}", ENGINE.hash);
    engine::run(&deck.place, &pending).await.unwrap();
    deck.web("Checkout").await;
    again("says once more what there was").await;
}
