//! Imports: nobody sees anything of one before it is committed, and then all of it.

use futures_util::future::join_all;
use jiff::Timestamp;
use keydeck::api::{ActivityAction, ActivityQuery, LifetimesEdit, PolicyEdit, Sort, User};
use keydeck::model::{KeyField, KeyFields, KeyState, Rule, Scope, Settings};
use keydeck::server::store::{
    Actor, Found, ImportCommit, ImportCounts, KeyRecord, RotationChange, RotationEdit, StagedKey, Staging,
    Visible,
};
use serde_json::json;
use uuid::Uuid;

use super::deck::{Deck, actor, new_key, query};
use super::rotation::{rule, token};
use super::statements::compared;

async fn begin(deck: &Deck, by: Actor) -> Uuid {
    let id = Uuid::now_v7();
    deck.store.begin_import(id, by).await.unwrap();
    id
}

async fn number(deck: &Deck, user: &User) -> i64 {
    let id = user.id.to_string();
    let names = deck
        .store
        .import_names(Vec::new(), vec![id.clone()], Visible::All)
        .await
        .unwrap();
    names.people[&id].0
}

/// As a portion would have it.
async fn staged(deck: &Deck, line: i64, scope: Scope, name: &str) -> StagedKey {
    let new = new_key(scope, name, scope.has_project().then_some(deck.shop.id));
    let project = deck.shop.id.to_string();
    let names = deck
        .store
        .import_names(vec![project.clone()], Vec::new(), Visible::All)
        .await
        .unwrap();
    StagedKey {
        line,
        id: new.id,
        project: scope.has_project().then(|| names.projects[&project][0].number),
        valid: new.valid,
        creator: number(deck, &deck.owner).await,
        created_at: "2024-02-29T12:00:00Z".parse().unwrap(),
        token_hash: new.token_hash,
        hint: "sk_l…cXYZ".into(),
        sealed: new.sealed,
        disabled: false,
        reason: None,
    }
}

/// Settings of which none is left out.
fn everything(deck: &Deck) -> Settings {
    let fields: KeyFields = serde_json::from_value(json!({
        "scope": "web", "name": "Till", "project": deck.shop.id,
        "ui_domains": ["https://a.example", "http://localhost:8000"],
        "local_development": "203.0.113.7", "local_development_ends_at": "2099-01-01T00:00:00Z",
        "cross_page_persistence": true, "allowed_networks": ["10.0.0.0/8", "2001:db8::7"],
        "note": "\"It's\" a \\ note: {}, \u{1f511}", "labels": ["Pilot", "team \"a\""], "expires_at": "2099-01-01T00:00:00.123456Z",
    }))
    .unwrap();
    let settings = fields.validate().unwrap().settings;
    for field in KeyField::settings() {
        assert_ne!(
            settings.value(field),
            Settings::default().value(field),
            "{field:?}"
        );
    }
    settings
}

async fn stage(deck: &Deck, id: Uuid, keys: &[StagedKey]) -> Staging {
    deck.store
        .stage_keys(id, keys.to_vec(), actor(&deck.owner))
        .await
        .unwrap()
}

async fn commit(deck: &Deck, id: Uuid, skip: bool) -> ImportCommit {
    deck.store
        .commit_import(id, skip, actor(&deck.owner))
        .await
        .unwrap()
}

async fn dry(deck: &Deck, id: Uuid, skip: bool) -> ImportCommit {
    let by = deck.owner.id;
    deck.store.dry_import(id, by, Visible::All, skip).await.unwrap()
}

fn done(imported: u64, skipped: u64) -> ImportCommit {
    ImportCommit::Done(ImportCounts { imported, skipped })
}

/// The line, field and a part of each message.
fn refused(commit: ImportCommit, expected: &[(i64, &str, &str)]) {
    let ImportCommit::Refused(faults, count) = commit else {
        panic!("not refused: {commit:?}");
    };
    assert_eq!(count as usize, expected.len(), "{faults:?}");
    for (fault, (line, field, said)) in faults.iter().zip(expected) {
        assert_eq!((fault.line, fault.field), (*line, *field), "{faults:?}");
        assert!(fault.message.contains(said), "{said}: {faults:?}");
    }
}

async fn key(deck: &Deck, id: Uuid) -> KeyRecord {
    match deck.store.key(id, Visible::All).await.unwrap() {
        Some(Found::Active(key)) => key,
        other => panic!("not active: {other:?}"),
    }
}

async fn names(deck: &Deck) -> Vec<String> {
    let keys = deck.listing(&query(Sort::Name)).await;
    keys.into_iter().map(|key| key.name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_there_all_at_once_and_says_what_it_is() {
    let deck = Deck::new().await;
    let id = begin(&deck, actor(&deck.owner)).await;
    let mut till = staged(&deck, 2, Scope::Web, "Till").await;
    till.disabled = true;
    till.reason = Some("Not yet".into());
    till.valid.settings = everything(&deck);
    let mut app = staged(&deck, 3, Scope::Mobile, "App").await;
    app.sealed = None;
    let board = staged(&deck, 4, Scope::Analytics, "Board").await;
    assert_eq!(
        stage(&deck, id, &[till.clone(), app.clone()]).await,
        Staging::Staged
    );
    // The answer was lost: the same again.
    assert_eq!(
        stage(&deck, id, &[app.clone(), board.clone()]).await,
        Staging::Staged
    );
    assert_eq!(names(&deck).await, Vec::<String>::new());
    assert!(
        deck.store
            .check(&board.token_hash, None)
            .await
            .unwrap()
            .key
            .is_none()
    );
    assert_eq!(dry(&deck, id, false).await, done(3, 0));
    assert_eq!(names(&deck).await, Vec::<String>::new());
    assert_eq!(commit(&deck, id, false).await, done(3, 0));
    assert_eq!(commit(&deck, id, false).await, done(3, 0), "it is done once");
    assert_eq!(names(&deck).await, ["App", "Board", "Till"]);

    let created: Timestamp = "2024-02-29T12:00:00Z".parse().unwrap();
    for (staged, hash_only) in [(&till, false), (&app, true), (&board, false)] {
        let key = key(&deck, staged.id).await;
        let imported = key.imported.expect("marked");
        assert_eq!(
            (imported.hash_only, key.created_at),
            (hash_only, created),
            "{}",
            key.name
        );
        let revealed = deck.store.reveal_key(key.id, actor(&deck.owner)).await.unwrap();
        assert_eq!(revealed, staged.sealed, "{}", key.name);
    }
    let settings = till.valid.settings;
    let till = key(&deck, till.id).await;
    assert_eq!(till.settings, settings);
    assert_eq!(till.state, KeyState::Disabled);
    assert_eq!(till.disabled.unwrap().reason.as_deref(), Some("Not yet"));
    assert_eq!(rule(&deck, &board.token_hash).await, None);

    let log = ActivityQuery {
        action: Some(ActivityAction::KeyImported),
        ..ActivityQuery::default()
    };
    let log = deck.store.activity(&log, Visible::All).await.unwrap().items;
    let told: Vec<_> = log
        .iter()
        .map(|row| (row.subject.as_str(), row.changes["import"][1].as_str()))
        .collect();
    let import = id.simple().to_string();
    let import = Some(import.as_str());
    assert_eq!(told, [("Board", import), ("App", import), ("Till", import)]);
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_by_its_line_and_nothing_is_imported() {
    let deck = Deck::new().await;
    let there = deck.web("Till").await;
    let revoked = deck.web("Old").await;
    deck.store
        .revoke_key(revoked.id, actor(&deck.owner))
        .await
        .unwrap();
    let rotated = deck.web("Desk").await;
    let hash_of = async |key: &KeyRecord| deck.store.tokens(key.id).await.unwrap()[0].0;
    let [there, revoked, old] = [
        hash_of(&there).await,
        hash_of(&revoked).await,
        hash_of(&rotated).await,
    ];
    let by = actor(&deck.owner);
    let change = deck
        .store
        .rotate_key(rotated.id, rotated.version, token(Scope::Web), 3600, by)
        .await
        .unwrap();
    let RotationChange::Changed(rotating) = change else {
        panic!("rotated");
    };
    let again = deck
        .store
        .finish_rotation(rotating.id, None, RotationEdit::End, by);
    again.await.unwrap();
    let edit = PolicyEdit {
        longest_lifetime_days: LifetimesEdit {
            analytics: Some(Some(30)),
            ..LifetimesEdit::default()
        },
    };
    deck.store.set_policy(edit, by).await.unwrap();

    let id = begin(&deck, by).await;
    let mut keys = Vec::new();
    for (line, token, name) in [(1, there, "A"), (2, revoked, "B"), (3, old, "C")] {
        let mut key = staged(&deck, line, Scope::Web, name).await;
        key.token_hash = token;
        keys.push(key);
    }
    let twice = staged(&deck, 4, Scope::Web, "Twice").await;
    let mut same = staged(&deck, 5, Scope::Web, "TWICE").await;
    same.token_hash = twice.token_hash;
    keys.extend([twice, same]);
    keys.push(staged(&deck, 6, Scope::Mobile, "tïll").await);
    keys.push(staged(&deck, 7, Scope::Web, "till").await);
    keys.push(staged(&deck, 8, Scope::Analytics, "Endless").await);
    assert_eq!(stage(&deck, id, &keys).await, Staging::Staged);
    let expected = [
        (1, "token", "Another key, \"Till\", has this token"),
        (2, "token", "revoked"),
        (3, "token", "before it was rotated"),
        (5, "name", "Line 4"),
        (5, "token", "Line 4"),
        (7, "name", "already a key with this name"),
        (8, "expires_at", "30 days"),
    ];
    refused(dry(&deck, id, true).await, &expected);
    refused(commit(&deck, id, true).await, &expected);
    assert_eq!(names(&deck).await, ["Desk", "Till"]);
    assert_eq!(rule(&deck, &revoked).await, Some(Rule::KeyRevoked));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_there_are_passed_over_where_that_is_said() {
    let deck = Deck::new().await;
    let first = begin(&deck, actor(&deck.owner)).await;
    let till = staged(&deck, 1, Scope::Web, "Till").await;
    stage(&deck, first, std::slice::from_ref(&till)).await;
    assert_eq!(commit(&deck, first, false).await, done(1, 0));
    let second = begin(&deck, actor(&deck.owner)).await;
    let again = StagedKey {
        id: Uuid::now_v7(),
        ..till.clone()
    };
    let desk = staged(&deck, 2, Scope::Web, "Desk").await;
    stage(&deck, second, &[again, desk]).await;
    refused(
        commit(&deck, second, false).await,
        &[(1, "token", "--skip-existing")],
    );
    assert_eq!(commit(&deck, second, true).await, done(1, 1));
    assert_eq!(names(&deck).await, ["Desk", "Till"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_staged_is_checked_again_when_it_is_committed() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let id = begin(&deck, by).await;
    let mut theirs = staged(&deck, 1, Scope::Web, "Till").await;
    theirs.creator = number(&deck, &deck.editor).await;
    stage(&deck, id, &[theirs]).await;
    assert_eq!(dry(&deck, id, false).await, done(1, 0));
    let shop = deck.shop.id;
    deck.store
        .edit_project(shop, None, Some(false), Visible::All, by)
        .await
        .unwrap();
    refused(commit(&deck, id, false).await, &[(1, "project", "not deployed")]);
    deck.store
        .edit_project(shop, None, Some(true), Visible::All, by)
        .await
        .unwrap();
    assert_eq!(commit(&deck, id, false).await, done(1, 0));
    assert!(
        compared(&*deck.store).await.is_ok(),
        "also one that is somebody else's"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_of_whoever_began_it_and_committed_once_however_often() {
    let deck = Deck::new().await;
    let id = begin(&deck, actor(&deck.owner)).await;
    let mut keys = Vec::new();
    for line in 1..=300 {
        keys.push(staged(&deck, line, Scope::Analytics, &format!("Board {line}")).await);
    }
    assert_eq!(stage(&deck, id, &keys).await, Staging::Staged);
    let editor = actor(&deck.editor);
    assert_eq!(
        deck.store.stage_keys(id, Vec::new(), editor).await.unwrap(),
        Staging::Missing
    );
    assert_eq!(
        deck.store.commit_import(id, false, editor).await.unwrap(),
        ImportCommit::Missing
    );
    assert!(!deck.store.give_up_import(id, editor).await.unwrap());
    let outcomes = join_all((0..4).map(|_| commit(&deck, id, false))).await;
    assert_eq!(outcomes, vec![done(300, 0); 4]);
    assert_eq!(names(&deck).await.len(), 300);
    assert_eq!(stage(&deck, id, &[]).await, Staging::Missing, "it is closed");
    let given_up = begin(&deck, actor(&deck.owner)).await;
    stage(
        &deck,
        given_up,
        &[staged(&deck, 1, Scope::Analytics, "Other").await],
    )
    .await;
    assert!(
        deck.store
            .give_up_import(given_up, actor(&deck.owner))
            .await
            .unwrap()
    );
    assert_eq!(commit(&deck, given_up, false).await, ImportCommit::Missing);
    // Two may be open; the oldest is forgotten.
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(begin(&deck, actor(&deck.owner)).await);
    }
    assert_eq!(commit(&deck, ids[0], false).await, ImportCommit::Missing);
    assert_eq!(commit(&deck, ids[2], false).await, done(0, 0));
}

/// The hash alone was known; the new token can be shown, and the old one ends with the overlap.
#[tokio::test(flavor = "multi_thread")]
async fn rotating_a_key_of_a_hash_gives_it_a_token() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let id = begin(&deck, by).await;
    let mut till = staged(&deck, 1, Scope::Web, "Till").await;
    till.sealed = None;
    stage(&deck, id, std::slice::from_ref(&till)).await;
    assert_eq!(commit(&deck, id, false).await, done(1, 0));
    let imported = key(&deck, till.id).await;
    let new = token(Scope::Web);
    let change = deck
        .store
        .rotate_key(imported.id, imported.version, new.clone(), 3600, by)
        .await
        .unwrap();
    let RotationChange::Changed(rotated) = change else {
        panic!("rotated");
    };
    assert!(!rotated.imported.unwrap().hash_only);
    assert_eq!(rule(&deck, &till.token_hash).await, None);
    assert_eq!(deck.store.reveal_key(till.id, by).await.unwrap(), new.sealed);
    let ended = deck.store.finish_rotation(till.id, None, RotationEdit::End, by);
    ended.await.unwrap();
    assert_eq!(rule(&deck, &till.token_hash).await, Some(Rule::KeyRotated));
    assert_eq!(rule(&deck, &new.hash).await, None);
    assert!(compared(&*deck.store).await.is_ok());
    deck.store.revoke_key(till.id, by).await.unwrap();
    assert_eq!(rule(&deck, &new.hash).await, Some(Rule::KeyRevoked));
}
