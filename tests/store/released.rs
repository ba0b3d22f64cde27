//! A database of every schema that was released, opened by this keydeck: nothing of it is lost.
//!
//! The rows are those of one deck, written out at three moments; its secrets are sealed under `root-key`. A new
//! schema adds a line to [`RELEASED`] and a file of rows.

use std::path::Path;

use keydeck::api::{ActivityAction, ActivityQuery, KeyFilter, Sort, UserQuery};
use keydeck::model::{Scope, StateFilter};
use keydeck::server::seal::{RootKey, Sealer};
use keydeck::server::store::sqlite::{SqliteStore, examine};
use keydeck::server::store::{
    ActivityStore, DataKeyStore, Found, KeyQuery, KeyRecord, KeyStore, PeopleStore, StatusStore, Visible,
};
use rusqlite::Connection;

use super::activity::{assert_chained, log};
use super::deck::{actor, query};
use super::statements::compared;

const ROOT_KEY: &str = include_str!("released/root-key");

/// The step that leads to a schema, the rows of a database that it was the newest of, how many of them are in
/// the activity log, and its active keys by name.
struct Release {
    migration: &'static str,
    rows: &'static str,
    log: u64,
    keys: &'static [&'static str],
}

macro_rules! release {
    ($migration:literal, $rows:literal, $log:literal, $keys:expr) => {
        Release {
            migration: include_str!(concat!("../../assets/migrations/sqlite/", $migration)),
            rows: include_str!(concat!("released/", $rows)),
            log: $log,
            keys: $keys,
        }
    };
}

const RELEASED: &[Release] = &[
    release!("001_init.sql", "schema-1.sql", 9, &["App", "Board", "Checkout"]),
    release!(
        "002_people.sql",
        "schema-2.sql",
        16,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "003_usage.sql",
        "schema-3.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "004_checks.sql",
        // The same rows: it has another index of the tokens, and a trigger.
        "schema-3.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "005_names.sql",
        // The same rows: their compared forms are as they were.
        "schema-3.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "006_removals.sql",
        // The same rows: it adds tables that begin empty.
        "schema-3.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "007_session_tokens.sql",
        // The same rows: nobody had a token for a session server.
        "schema-3.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "008_data_keys.sql",
        // The same rows: it has one more index.
        "schema-3.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "009_statements.sql",
        // The same rows, and what was stated of them when it was brought up to date.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "010_note.sql",
        // The same rows: none had a note.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "011_labels.sql",
        // The same rows: none had labels.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "012_expiry.sql",
        // The same rows: none ended or was disabled.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "013_rotation.sql",
        // The same rows: none was rotated.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "014_networks.sql",
        // The same rows: none was bound to networks.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "015_local_development.sql",
        // The same rows: local development had no end.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "016_plans.sql",
        // The same rows: it adds tables that begin empty.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "017_ended.sql",
        // The same rows: none was revoked with a reason.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "018_rows.sql",
        // The same rows: what they count by the day follows from what they count by the hour.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "019_revoked_search.sql",
        // The same rows: it adds an index of them.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "020_leaks.sql",
        // The same rows: nobody has reported anything.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "021_log_readers.sql",
        // The same rows: nobody had the log passed on.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "022_ended_counts.sql",
        // The same rows: it counts those that have ended.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "023_imports.sql",
        // The same rows: nothing was imported.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "024_webhooks.sql",
        // The same rows: nobody was told of anything.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
    release!(
        "025_marked_expired.sql",
        // The same rows: the server marks what has expired.
        "schema-9.sql",
        19,
        &["App", "Board", "Booth", "Checkout"]
    ),
];

/// The database as a keydeck of schema `version` left it.
fn make(path: &Path, version: usize) {
    let conn = Connection::open(path).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    for release in &RELEASED[..version] {
        conn.execute_batch(release.migration).unwrap();
    }
    // The program's part of step 2, where there are no rows to be carried over.
    conn.execute_batch(
        "DROP TABLE IF EXISTS old_activity; PRAGMA application_id = 0x6b64636b; PRAGMA foreign_keys = ON;",
    )
    .unwrap();
    // The rows are older than the trigger that would refuse them.
    let refusal = "SELECT sql FROM sqlite_schema WHERE name = 'activity_states_what_changed'";
    let refusal: Option<String> = conn.query_row(refusal, [], |row| row.get(0)).ok();
    conn.execute_batch("DROP TRIGGER IF EXISTS activity_states_what_changed")
        .unwrap();
    conn.execute_batch(RELEASED[version - 1].rows).unwrap();
    conn.execute_batch(&refusal.unwrap_or_default()).unwrap();
    conn.pragma_update(None, "user_version", version as i64).unwrap();
}

/// Each secret opens with the deck's root key, and is that of its key.
async fn assert_revealed(store: &SqliteStore, keys: &[KeyRecord]) {
    let root = RootKey::from_text(ROOT_KEY).unwrap();
    let organisation = store.organisation().await.unwrap().id;
    let sealer = Sealer::open(&root, organisation, &store.data_keys().await.unwrap()).unwrap();
    let owner = store.people(&UserQuery::default()).await.unwrap().remove(0).user;
    for key in keys.iter().filter(|key| key.scope.is_viewable()) {
        let sealed = store.reveal_key(key.id, actor(&owner)).await.unwrap().unwrap();
        let token = sealer.unseal(key.id, key.scope, &sealed).unwrap();
        let found = store.key_by_hash(&token.hash(), Visible::All).await.unwrap();
        assert!(
            matches!(found.map(|by| by.found), Some(Found::Active(found)) if found.id == key.id),
            "{}",
            key.name
        );
    }
}

async fn assert_explained(store: &SqliteStore, path: &Path) {
    let rows = compared(store).await.unwrap();
    assert!(rows >= 5, "{rows}");
    let conn = Connection::open(path).unwrap();
    for (tamper, undo, sentence) in [
        (
            "UPDATE users SET role = 'editor' WHERE seq = 1",
            "UPDATE users SET role = 'owner' WHERE seq = 1",
            "is Editor in the table, but the log made them Owner",
        ),
        (
            "UPDATE keys SET ui_domains = ui_domains || 'x' WHERE name = 'Checkout'",
            "UPDATE keys SET ui_domains = substr(ui_domains, 1, length(ui_domains) - 1) WHERE name = 'Checkout'",
            "the key Checkout",
        ),
    ] {
        conn.execute_batch(tamper).unwrap();
        let said = compared(store).await.expect_err(tamper);
        assert!(said.contains(sentence), "{said}");
        conn.execute(undo, []).unwrap();
        assert_eq!(compared(store).await, Ok(rows), "{undo}");
    }
    drop(conn);
    // The row that comes next carries it.
    store.refuse_sign_in(None).await.unwrap();
    assert_eq!(compared(store).await, Ok(rows));
}

#[tokio::test]
async fn a_database_of_every_released_schema_opens_with_all_that_it_holds() {
    for (at, release) in RELEASED.iter().enumerate() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keydeck.db");
        make(&path, at + 1);
        let before = examine(&path).unwrap();
        let store = SqliteStore::open(&path).unwrap();
        assert_eq!(examine(&path).unwrap(), before, "schema {}", at + 1);
        // What was there is stated when it is brought up to date, and whoever comes in behind the log is named.
        assert_explained(&store, &path).await;
        assert_eq!(before.rows, release.log, "schema {}", at + 1);
        assert_chained(&store, release.log + 1).await;

        let slice = store.keys(&query(Sort::Name)).await.unwrap().unwrap();
        let keys: Vec<KeyRecord> = slice.items.into_iter().map(|(key, _)| key).collect();
        let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
        assert_eq!(names, release.keys);
        assert_revealed(&store, &keys).await;
        let counts = store
            .count_keys(Visible::All, &KeyFilter::default())
            .await
            .unwrap();
        assert_eq!(counts.total(), keys.len() as u64);
        let till = keys.iter().find(|key| key.scope == Scope::Web).unwrap();
        assert_eq!((till.version, till.settings.ui_domains.len()), (2, 2));
        let rows = log(&store, ActivityQuery::default(), Visible::All).await;
        let gone = rows
            .iter()
            .find(|row| row.action == ActivityAction::KeyRevoked)
            .unwrap();
        let gone = store.key(gone.key.unwrap(), Visible::All).await.unwrap();
        assert!(matches!(gone, Some(Found::Revoked(key)) if key.name == "Gone"));
        assert_chained(&store, rows.len() as u64).await;
        // The log has told of this since the first version.
        let undone = "DROP TRIGGER keys_stay_revoked;
            UPDATE keys SET revoked_at = NULL, revoked_by = NULL, data_key = 1, sealed = x'00' WHERE name = 'Gone'";
        Connection::open(&path).unwrap().execute_batch(undone).unwrap();
        let said = compared(&store).await.unwrap_err();
        assert!(
            said.contains("is active in the table, but the log says that it is revoked"),
            "{said}"
        );
    }
}

/// Before it was counted apart.
#[tokio::test]
async fn who_presented_a_key_that_was_revoked_earlier_is_still_known() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keydeck.db");
    let ended = RELEASED
        .iter()
        .position(|release| release.migration.contains("ended_uses"));
    make(&path, ended.unwrap());
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(
        "UPDATE keys SET last_refused_at = 1800000000000000 WHERE name = 'Gone';
         INSERT INTO usage_hours (hour, key, rule, n)
         SELECT 500000 + value, seq, 'key-revoked', 7 FROM keys, json_each('[1, 2]') WHERE name = 'Gone'",
    )
    .unwrap();
    drop(conn);
    let store = SqliteStore::open(&path).unwrap();
    let revoked = KeyQuery {
        filter: KeyFilter {
            state: Some(StateFilter::Revoked),
            ..KeyFilter::default()
        },
        ..query(Sort::CreatedAt)
    };
    let page = store.keys(&revoked).await.unwrap().unwrap();
    let gone = page.items.iter().find(|(key, _)| key.name == "Gone").unwrap();
    let since = gone.0.refused_since.as_ref().unwrap();
    assert_eq!(
        (since.count, since.last.as_ref().map(|last| last.at.as_second())),
        (14, Some(1_800_000_000))
    );
}

#[test]
fn every_schema_that_this_keydeck_knows_was_released_with_its_rows() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keydeck.db");
    make(&path, 1);
    drop(SqliteStore::open(&path).unwrap());
    let known = Connection::open(&path).unwrap();
    let known: u32 = known
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(
        known as usize,
        RELEASED.len(),
        "add a line to RELEASED and a file of rows"
    );
}
