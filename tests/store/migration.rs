//! A database of an earlier keydeck, opened by this one.

use std::path::Path;

use keydeck::api::{Activity, ActivityQuery};
use keydeck::server::store::sqlite::SqliteStore;
use keydeck::server::store::{ActivityStore, KeyStore, Visible};
use rusqlite::Connection;
use uuid::Uuid;

use super::activity::{assert_chained, log};
use super::alike;
use super::deck::{data_key, founding};
use super::engine::contents_of;

/// A database as the first keydeck made it, with two people, a project, two keys and a log.
fn first_schema(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    conn.pragma_update(None, "foreign_keys", true).unwrap();
    conn.execute_batch(include_str!("../../assets/migrations/sqlite/001_init.sql"))
        .unwrap();
    conn.execute_batch(
        "PRAGMA application_id = 0x6b64636b;
         PRAGMA user_version = 1;
         INSERT INTO organisation VALUES (1, x'00000000000000000000000000000001', 'Acme Studios', 1);
         INSERT INTO data_keys VALUES (1, x'07');
         INSERT INTO users VALUES
            (1, x'00000000000000000000000000000011', 'Mira@acme.example', 'mira@acme.example', 'owner', zeroblob(32), 1),
            (5, x'00000000000000000000000000000012', 'ed@acme.example', 'ed@acme.example', 'editor', NULL, 2);
         INSERT INTO projects VALUES (3, x'00000000000000000000000000000021', 'Kiosk', 'kiosk', 5, 1, 3);
         INSERT INTO keys (seq, id, name, name_key, scope, project, creator, created_at, hint, ui_domains,
                           cross_page_persistence, token_hash, data_key, sealed)
         VALUES (7, x'00000000000000000000000000000031', 'Till', 'till', 0, 3, 5, 4, 'kdw_', 'https://a.example', 0,
                 x'0101010101010101010101010101010101010101010101010101010101010101', 1, x'05');
         INSERT INTO keys (seq, id, name, name_key, scope, creator, created_at, hint, ui_domains,
                           cross_page_persistence, token_hash, revoked_at, revoked_by)
         VALUES (8, x'00000000000000000000000000000032', 'Board', 'board', 2, 1, 4, 'kda_', '', 0,
                 x'0202020202020202020202020202020202020202020202020202020202020202', 9, 1);
         INSERT INTO activity (seq, at, actor, address, action, key, key_creator, subject, changes) VALUES
            (1, 1000001, 1, NULL, 'user_added', NULL, NULL, 'ed@acme.example', '{\"role\":[null,\"editor\"]}'),
            (2, 1000002, 5, '2001:db8::1', 'key_created', 7, 5, 'Kasse', NULL),
            (9, 1000003, 5, '127.0.0.1', 'key_edited', 7, 5, 'Till', '{\"name\":[\"Kasse\",\"Till\"],\"hidden\":[1,2]}'),
            (10, 1000004, 1, 'the shop', 'key_revoked', 8, 1, 'Board', '{\"na');",
    )
    .unwrap();
    conn
}

#[tokio::test]
async fn a_database_of_the_first_schema_is_carried_over_into_the_chain() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keydeck.db");
    drop(first_schema(&path));
    let before = contents_of(&path);
    let store = SqliteStore::open(&path).unwrap();
    assert_chained(&store, 4).await;
    let rows = log(&store, ActivityQuery::default(), Visible::All).await;
    let told = |row: &Activity| {
        let actor = row.actor.as_ref().map(|actor| actor.email.clone()).unwrap();
        (
            row.seq,
            row.at.as_microsecond(),
            actor,
            row.key.map(|id| id.as_u128()),
            row.changes.to_string(),
        )
    };
    let (mira, ed) = ("Mira@acme.example".to_owned(), "ed@acme.example".to_owned());
    assert_eq!(
        rows.iter().map(told).collect::<Vec<_>>(),
        [
            (
                4,
                1_000_004,
                mira.clone(),
                Some(0x32),
                r#"{"address":"the shop","changes":"{\"na"}"#.into()
            ),
            (
                3,
                1_000_003,
                ed.clone(),
                Some(0x31),
                r#"{"hidden":[1,2],"name":["Kasse","Till"]}"#.into()
            ),
            (2, 1_000_002, ed.clone(), Some(0x31), "{}".into()),
            (1, 1_000_001, mira, None, r#"{"role":[null,"editor"]}"#.into()),
        ]
    );
    assert_eq!(rows[2].address, Some("2001:db8::1".parse().unwrap()));
    let of_ed = Visible::CreatedBy(Uuid::from_u128(0x12));
    assert_eq!(log(&store, ActivityQuery::default(), of_ed).await.len(), 2);

    let after = contents_of(&path);
    for table in ["organisation", "data_keys", "key_counts", "idempotency"] {
        assert_eq!(after[table], before[table], "{table}");
    }
    for table in ["users", "projects", "keys"] {
        let kept = before[table][0].len();
        let old_columns = after[table].iter().map(|row| row[..kept].to_vec());
        assert_eq!(old_columns.collect::<Vec<_>>(), before[table], "{table}");
    }
    assert!(!after.contains_key("old_activity"));
    let conn = Connection::open(&path).unwrap();
    assert!(
        !conn
            .prepare("PRAGMA foreign_key_check")
            .unwrap()
            .exists([])
            .unwrap()
    );
    for sql in [
        "UPDATE activity SET subject = ''",
        "DELETE FROM activity",
        "UPDATE activity_head SET seq = 1",
        "DELETE FROM activity_head",
        "DELETE FROM keys",
        "UPDATE keys SET token_hash = zeroblob(32)",
        "UPDATE users SET removed_at = 1 WHERE seq = 5",
        "INSERT INTO keys (id, name, name_key, scope, creator, created_at, hint, ui_domains, cross_page_persistence,
                           token_hash) VALUES (zeroblob(16), 'x', 'x', 2, 99, 1, '', '', 0, zeroblob(32))",
    ] {
        assert!(conn.execute(sql, []).is_err(), "{sql}");
    }
    // It goes on from there, and is not carried over twice.
    store.refuse_sign_in(None).await.unwrap();
    drop(store);
    assert_chained(&SqliteStore::open(&path).unwrap(), 5).await;
}

#[tokio::test]
async fn the_schema_is_the_same_whether_carried_over_or_new() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (directory.path().join("old.db"), directory.path().join("new.db"));
    drop(first_schema(&old));
    drop(SqliteStore::open(&old).unwrap());
    drop(SqliteStore::create(&new, &founding(), &data_key()).unwrap());
    let schema = |path: &Path| {
        let conn = Connection::open(path).unwrap();
        let mut statement = conn
            .prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name")
            .unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let rows: Vec<(String, String, Option<String>)> = rows.unwrap().map(Result::unwrap).collect();
        rows
    };
    assert_eq!(schema(&old), schema(&new));
}

/// A database as the keydeck before this one made it.
fn fourth_schema(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    for step in [
        include_str!("../../assets/migrations/sqlite/001_init.sql"),
        include_str!("../../assets/migrations/sqlite/002_people.sql"),
        "DROP TABLE old_activity",
        include_str!("../../assets/migrations/sqlite/003_usage.sql"),
        include_str!("../../assets/migrations/sqlite/004_checks.sql"),
        "PRAGMA application_id = 0x6b64636b; PRAGMA user_version = 4; PRAGMA foreign_keys = ON;",
    ] {
        conn.execute_batch(step).unwrap();
    }
    let bytes = |n: u64, length: usize| format!("x'{n:0width$x}'", width = 2 * length);
    conn.execute_batch(&alike::rows(bytes, "1", "0")).unwrap();
    conn
}

#[tokio::test]
async fn names_that_look_alike_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keydeck.db");
    drop(fourth_schema(&path));
    let store = SqliteStore::open(&path).unwrap();
    alike::assert_told_apart(&store).await;
    drop(store);
    // Once is enough.
    assert_chained(&SqliteStore::open(&path).unwrap(), 5).await;
}

#[tokio::test]
async fn many_names_are_compared_anew_and_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keydeck.db");
    let conn = fourth_schema(&path);
    conn.execute_batch(
        "WITH RECURSIVE n (n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM n WHERE n < 12000)
         INSERT INTO keys (seq, id, name, name_key, scope, project, creator, created_at, hint, ui_domains,
                           cross_page_persistence, token_hash, data_key, sealed)
         SELECT n, randomblob(16), 'Straße ' || n, 'straße ' || n, 0, 1, 2, 1, 'k', '', 0, randomblob(32), 1, x'05'
           FROM n",
    )
    .unwrap();
    drop(conn);
    let store = SqliteStore::open(&path).unwrap();
    let mut find = super::deck::query(keydeck::api::Sort::Name);
    find.filter.q = Some("STRASSE 11999".into());
    let found = store.keys(&find).await.unwrap().unwrap().items;
    assert_eq!(found.len(), 1);
    assert_chained(&store, 5).await;
    drop(store);
    let fresh = directory.path().join("fresh.db");
    drop(SqliteStore::create(&fresh, &founding(), &data_key()).unwrap());
    let schema = |path: &Path| {
        let conn = Connection::open(path).unwrap();
        let mut statement = conn
            .prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")
            .unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        let rows: Vec<(String, Option<String>)> = rows.unwrap().map(Result::unwrap).collect();
        rows
    };
    assert_eq!(schema(&path), schema(&fresh));
}
