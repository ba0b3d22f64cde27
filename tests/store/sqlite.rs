//! What only SQLite can be asked: the file, its constraints, and two processes on it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use keydeck::api::{KeyFilter, Sort};
use keydeck::model::{Role, Scope, StateFilter};
use keydeck::server::store::sqlite::{SampleKey, SampleProject, SqliteStore};
use keydeck::server::store::{
    ActivityStore, Found, KeyStore, PeopleStore, Revocation, Sealed, StatusStore, StoreError, Visible,
};
use rusqlite::Connection;
use strum::{IntoEnumIterator, VariantArray};
use uuid::Uuid;

use super::deck::{Deck, actor, data_key, founding, new_key, query, text};
use super::engine::{self, Place};

fn create(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::create(path, &founding(), &data_key())
}

fn schema(path: &Path) -> Vec<(String, Option<String>)> {
    let conn = Connection::open(path).unwrap();
    let mut statement = conn
        .prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")
        .unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    let deck = Deck::new().await;
    for file in std::fs::read_dir(deck.place.path.parent().unwrap())
        .unwrap()
        .map(Result::unwrap)
    {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn a_database_is_made_once_and_opened_if_it_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keydeck.db");
    assert!(matches!(
        SqliteStore::open(&path),
        Err(StoreError::NotInitialised(_))
    ));
    std::fs::write(&path, "").unwrap();
    assert!(matches!(
        SqliteStore::open(&path),
        Err(StoreError::NotInitialised(_))
    ));
    drop(create(&path).unwrap());
    assert!(matches!(create(&path), Err(StoreError::AlreadyInitialised(_))));
    assert_eq!(
        SqliteStore::open(&path)
            .unwrap()
            .organisation()
            .await
            .unwrap()
            .name,
        "Acme Studios"
    );

    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    assert!(matches!(
        SqliteStore::open(&path),
        Err(StoreError::Newer { found: 99, known: 25 })
    ));
    let nowhere = directory.path().join("missing/keydeck.db");
    assert!(matches!(create(&nowhere), Err(StoreError::Unavailable(_))));
}

#[test]
fn a_file_of_another_program_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE theirs (n)")
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(create(&path), Err(StoreError::Foreign(_))));
    assert!(matches!(SqliteStore::open(&path), Err(StoreError::Foreign(_))));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    std::fs::write(
        &path,
        "no database at all, but long enough to be read as a header of one",
    )
    .unwrap();
    assert!(matches!(SqliteStore::open(&path), Err(StoreError::Damaged(_))));
}

#[test]
fn of_many_who_create_at_once_one_wins() {
    for _ in 0..5 {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keydeck.db");
        let line = Barrier::new(6);
        let outcomes: Vec<_> = thread::scope(|scope| {
            let start = || {
                line.wait();
                create(&path)
            };
            let all: Vec<_> = (0..6).map(|_| scope.spawn(start)).collect();
            all.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let lost = |outcome: &&Result<_, _>| matches!(outcome, Err(StoreError::AlreadyInitialised(_)));
        let errors = || outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        assert_eq!(errors().count(), 5, "{:?}", errors().collect::<Vec<_>>());
        assert_eq!(outcomes.iter().filter(lost).count(), 5);
        assert!(SqliteStore::open(&path).is_ok());
    }
}

/// In the middle of each sealed token below.
const MARK: &[u8] = b"Xq7 sealed bytes";

#[tokio::test]
async fn a_revoked_secret_is_in_no_file_any_more() {
    let Deck {
        store,
        owner,
        shop,
        place,
        ..
    } = Deck::new().await;
    let sealed = |n: u8| -> Vec<u8> { [&[n; 16], MARK, &[n; 60]].concat() };
    let mut ids = Vec::new();
    for n in 0..200 {
        let mut new = new_key(Scope::Web, &format!("Key {n}"), Some(shop.id));
        new.sealed = Some(Sealed {
            data_key: 1,
            bytes: sealed(n),
        });
        ids.push(new.id);
        store.create_key(new, actor(&owner)).await.unwrap();
    }
    // Growing rows move others between pages; no copy of them may stay behind.
    for &id in ids.iter().step_by(3) {
        let Some(Found::Active(key)) = store.key(id, Visible::All).await.unwrap() else {
            panic!("gone")
        };
        let name = format!("{} {}", key.name, "long ".repeat(18));
        store
            .edit_key(id, 1, name, key.settings, actor(&owner))
            .await
            .unwrap();
    }
    for &id in ids.iter().skip(1) {
        assert!(matches!(
            store.revoke_key(id, actor(&owner)).await.unwrap(),
            Revocation::Revoked
        ));
    }
    // One active key has it. The last revocation empties the log behind its answer; the next change
    // finds that done.
    store
        .add_project("Tower".into(), true, actor(&owner))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(copies(&place.path), 1);
    drop(store);
    assert_eq!(copies(&place.path), 1);
}

/// How often a part of the marked secrets is in the files of the database.
fn copies(path: &Path) -> usize {
    let files = std::fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(Result::unwrap);
    let bytes: Vec<u8> = files
        .flat_map(|file| std::fs::read(file.path()).unwrap())
        .collect();
    let is_marked = |window: &&[u8]| window[0] == MARK[0] && *window == MARK;
    bytes.windows(MARK.len()).filter(is_marked).count()
}

#[tokio::test]
async fn the_database_itself_refuses_what_must_not_happen() {
    let deck = Deck::new().await;
    let revoked = deck.web("Revoked").await;
    deck.web("Active").await;
    deck.create(new_key(Scope::Analytics, "Board", None), &deck.owner)
        .await;
    deck.store
        .revoke_key(revoked.id, actor(&deck.owner))
        .await
        .unwrap();
    let conn = Connection::open(&deck.place.path).unwrap();
    for (sql, refusal) in [
        ("DELETE FROM keys WHERE name = 'Active'", "never deleted"),
        (
            "UPDATE keys SET revoked_at = NULL, revoked_by = NULL",
            "stays revoked",
        ),
        (
            "UPDATE keys SET revoked_at = 1 WHERE name = 'Revoked'",
            "stays revoked",
        ),
        (
            "UPDATE keys SET token_hash = zeroblob(32) WHERE name = 'Active'",
            "stays known",
        ),
        (
            "INSERT INTO keys (id, name, name_key, scope, creator, created_at, hint, ui_domains,
                               cross_page_persistence, token_hash)
             SELECT randomblob(16), 'Copy', 'copy', 2, creator, 1, '', '', 0, token_hash
               FROM keys WHERE name = 'Revoked'",
            "same token",
        ),
        (
            "UPDATE keys SET sealed = x'00', data_key = 1 WHERE name = 'Revoked'",
            "have_a_secret",
        ),
        (
            "UPDATE keys SET sealed = x'00', data_key = 1 WHERE name = 'Board'",
            "have_a_secret",
        ),
        (
            "UPDATE keys SET sealed = NULL, data_key = NULL WHERE name = 'Active'",
            "have_a_secret",
        ),
        ("UPDATE activity SET subject = ''", "append-only"),
        ("DELETE FROM activity", "append-only"),
        ("UPDATE activity_head SET seq = seq - 1", "append-only"),
        ("DELETE FROM activity_head", "append-only"),
    ] {
        let error = conn.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains(refusal), "{sql}: {error}");
    }
}

#[tokio::test]
async fn two_stores_on_one_file_see_and_wake_each_other() {
    let deck = Deck::new().await;
    let other = Arc::new(SqliteStore::open(&deck.place.path).unwrap());
    for round in 0..3 {
        // What was noticed so far is taken out, so that only the next change can wake.
        while tokio::time::timeout(Duration::from_millis(50), other.changed())
            .await
            .is_ok()
        {}
        let woken = tokio::spawn({
            let other = other.clone();
            async move { other.changed().await }
        });
        let key = deck.web(&format!("Checkout {round}")).await;
        tokio::time::timeout(Duration::from_secs(5), woken)
            .await
            .expect("woken")
            .unwrap();
        assert!(other.key(key.id, Visible::All).await.unwrap().is_some());
        let revoked = other.revoke_key(key.id, actor(&deck.owner)).await.unwrap();
        assert!(matches!(revoked, Revocation::Revoked));
        let seen = deck.store.key(key.id, Visible::All).await.unwrap();
        assert!(matches!(seen, Some(Found::Revoked(_))));
    }
}

#[tokio::test]
async fn reading_wakes_nobody() {
    let deck = Deck::new().await;
    deck.sixty().await;
    while tokio::time::timeout(Duration::from_millis(50), deck.store.changed())
        .await
        .is_ok()
    {}
    for sort in Sort::iter() {
        deck.listing(&query(sort)).await;
    }
    let woken = tokio::time::timeout(Duration::from_millis(100), deck.store.changed()).await;
    assert!(woken.is_err());
}

#[tokio::test]
async fn loaded_sample_keys_are_as_good_as_created_ones() {
    const KEYS: usize = 12_000;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keydeck.db");
    let store = create(&path).unwrap();
    let before = schema(&path);
    let owner = store.first_user(Role::Owner).await.unwrap().unwrap();
    let project = |name: &str| SampleProject {
        id: Uuid::now_v7(),
        name: name.into(),
        creator: owner.id,
        deployed: true,
        created_at: Timestamp::now(),
    };
    let projects = [project("Storefront"), project("Quokka Island")];
    let ids = [projects[0].id, projects[1].id];
    let keys = (0..KEYS).map(|n| {
        let scope = Scope::VARIANTS[n % 3];
        let name = format!("{} {n}", if n % 1000 == 0 { "Zanzibar" } else { "Kiosk" });
        SampleKey {
            new: new_key(
                scope,
                &name,
                scope.has_project().then(|| ids[usize::from(n % 500 == 1)]),
            ),
            creator: owner.id,
            last_used_at: (n % 2 == 0).then(Timestamp::now),
            usage: Vec::new(),
        }
    });
    let mut told = Vec::new();
    store.bulk_load([], projects, keys, |n| told.push(n)).unwrap();
    assert_eq!(told, [10_000, 12_000]);
    assert_eq!(schema(&path), before);

    let deck = Deck::around(Arc::new(store), owner, Place { path, directory }).await;
    deck.web("Kiosk of the deck").await;
    let count = async |filter| deck.store.count_keys(Visible::All, &filter).await.unwrap();
    let all = count(KeyFilter::default()).await;
    assert_eq!((all.web, all.mobile, all.analytics), (4001, 4000, 4000));
    let scoped = |scope, q: &str| KeyFilter {
        scope: Some(scope),
        ..text(q)
    };
    // Rare and common texts, with and without an index for them, go different ways to the same answer.
    for (filter, matching) in [
        (text("zanzibar"), 12),
        (text("kiosk 11999"), 1),
        (text("quokka"), 16),
        (text("\"kiosk"), 0),
        (text("za"), 12),
        (text("acme.shop"), 4000),
        (scoped(Scope::Analytics, "zanzibar"), 4),
        (scoped(Scope::Analytics, "kiosk"), 3996),
        (scoped(Scope::Web, "iosk"), 3997),
        (scoped(Scope::Web, "storefront"), 4001 - 8),
    ] {
        assert_eq!(count(filter.clone()).await.total(), matching, "{filter:?}");
        for sort in Sort::iter() {
            let query = keydeck::server::store::KeyQuery {
                filter: filter.clone(),
                limit: 200,
                ..query(sort)
            };
            assert_eq!(deck.listing(&query).await.len() as u64, matching, "{query:?}");
        }
    }
    // However many have ended, they are known.
    let end = |at: i64| format!("UPDATE keys SET expires_at = {at} WHERE seq <= 11000");
    engine::run(&deck.place, &end(1)).await.unwrap();
    let state = Some(StateFilter::Expired);
    let default = KeyFilter::default();
    let expired = count(KeyFilter { state, ..default }).await;
    assert_eq!((expired.total(), expired.capped), (11_000, false));
    assert_eq!(count(KeyFilter::default()).await.total(), 1001);
    engine::run(&deck.place, &end(i64::MAX)).await.unwrap();
    let many = count(text("kiosk")).await;
    assert_eq!((many.total(), many.capped), (10_000, true));
    // Of more keys than can be sorted for a page, the sorts that have no index for them say so.
    for sort in Sort::iter() {
        let of_owner = keydeck::server::store::KeyQuery {
            filter: KeyFilter {
                creator: Some(deck.owner.id),
                ..KeyFilter::default()
            },
            ..query(sort)
        };
        let answer = deck.store.keys(&of_owner).await;
        match sort {
            Sort::Project | Sort::Creator | Sort::LastRefusedAt => {
                assert!(
                    matches!(answer, Err(StoreError::TooManyToSort)),
                    "{sort:?} {answer:?}"
                );
            }
            _ => assert_eq!(answer.unwrap().unwrap().items.len(), 50, "{sort:?}"),
        }
        let few = keydeck::server::store::KeyQuery {
            filter: KeyFilter {
                creator: Some(deck.owner.id),
                ..text("zanzibar")
            },
            ..query(sort)
        };
        assert_eq!(deck.listing(&few).await.len(), 12, "{sort:?}");
    }
    let last = deck.store.last_seq().await.unwrap();
    assert_eq!(last, KEYS as u64 + 3);
}
