//! No column stays behind, whichever table it is added to: what is compared is what the databases themselves say that
//! they have, not what the program lists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use keydeck::model::TokenHash;
use keydeck::server::store::postgres::Address;
use keydeck::server::store::sqlite::SqliteStore;
use keydeck::server::store::transfer::move_deck;
use keydeck::server::store::{Founding, WrappedDataKey};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::postgres::Database;

/// The columns of each table, and its rows as text.
type Tables = BTreeMap<String, (BTreeSet<String>, Vec<Row>)>;
/// By column; what is NULL is missing.
type Row = BTreeMap<String, String>;

/// Fills the columns that founding a deck leaves empty, so that in each there is a value of its own. A new column
/// belongs here too.
const FILL: &str = "
    INSERT INTO users (seq, id, email, email_key, role, token_hash, created_at, removed_at) VALUES
        (12, randomblob(16), 'Gone@acme.example', 'gone@acme.example', 'editor', NULL, 1012, 1112),
        (13, randomblob(16), 'Heir@acme.example', 'heir@acme.example', 'support', randomblob(32), 1013, NULL);
    INSERT INTO projects (seq, id, name, name_key, creator, deployed, created_at, removed_at, session_url,
                          session_key_name, session_data_key, session_sealed) VALUES
        (21, randomblob(16), 'Shop', 'shop', 1, 1, 2001, NULL, 'https://s.example', 'first', 1, x'5ea1'),
        (22, randomblob(16), 'Old', 'old', 12, 0, 2002, 2102, NULL, NULL, NULL, NULL);
    INSERT INTO session_tokens (project, token_hash, issued_by, issued_at) VALUES (21, randomblob(32), 13, 2201);
    INSERT INTO data_keys (id, wrapped) VALUES (2, randomblob(72));
    INSERT INTO keys (seq, id, name, name_key, scope, project, creator, created_at, last_used_at, version, hint,
                      ui_domains, local_development, cross_page_persistence, revoked_at, revoked_by, token_hash,
                      data_key, sealed, last_address, last_origin, last_refused_at, labels, labels_key, expires_at,
                      disabled_at, disabled_by, disabled_reason, rotated_at, old_token_hash, old_hint, old_ends_at,
                      old_data_key, old_sealed, allowed_networks, local_development_ends_at, revoked_reason, imported_at, marked_expired) VALUES
        (31, randomblob(16), 'Till', 'till', 0, 21, 13, 3001, 3101, 7, 'kdw_…aaaa', 'https://a.example',
         'http://localhost:3000', 1, NULL, NULL, randomblob(32), 1, x'5ea2', '10.0.0.1', 'https://b.example', 3201,
         'Pilot', char(10) || 'pilot' || char(10), 3401, 3402, 12, 'Unused?', 3501, randomblob(32), 'kdw_…cccc', 3502, 2,
         x'5ea3', '10.0.0.0/8', 3503, '', 3504, 1),
        (32, randomblob(16), 'Stats', 'stats', 2, NULL, 1, 3002, 0, 8, 'kda_…bbbb', '',
         NULL, 0, 3302, 12, randomblob(32), NULL, NULL, NULL, NULL, 0,
         '', '', 9223372036854775807, NULL, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, 'Leaked', NULL, 1);
    INSERT INTO retired_tokens (token_hash, key, retired_at) VALUES (randomblob(32), 31, 3601);
    INSERT INTO usage_weeks (key, day, a0, a1, a2, a3, a4, a5, a6, r0, r1, r2, r3, r4, r5, r6)
        VALUES (31, 3801, 3802, 3803, 3804, 3805, 3806, 3807, 3808, 3809, 3810, 3811, 3812, 3813, 3814, 3815);
    INSERT INTO token_uses (key, token, hour, n, last_used_at, last_address, last_origin)
        VALUES (31, 3701, 3702, 3703, 3704, '10.0.0.4', 'https://c.example');
    INSERT INTO lifetimes (scope, days) VALUES (1, 3501);
    INSERT INTO activity (seq, at, actor, address, action, key, subject, changes, hash, key_creator, entity, state,
                          baseline) VALUES
        (1, 4001, 12, '10.0.0.2', 'key_created', 31, 'Till', '{\"scope\":[null,\"web\"]}', randomblob(32), 13,
         randomblob(16), randomblob(32), randomblob(32)),
        (2, 4002, NULL, NULL, 'sign_in_refused', NULL, '', NULL, randomblob(32), NULL, NULL, NULL, NULL);
    UPDATE activity_head SET seq = 2, hash = randomblob(32), pending = randomblob(32);
    INSERT INTO log_readers (name, seq, holder, held_until) VALUES ('stdout', 4101, randomblob(16), 4102);
    INSERT INTO baseline (kind, number, state) VALUES (3, 31, randomblob(32));
    INSERT INTO idempotency (creator, token, fingerprint, key, created_at)
        VALUES (13, 'once', randomblob(32), 31, 5001);
    INSERT INTO gateways (seq, id, name, added_by, added_at, token_hash, removed_at) VALUES
        (41, randomblob(16), 'Edge', 13, 6001, randomblob(32), NULL),
        (42, randomblob(16), 'West', 12, 6002, NULL, 6102);
    INSERT INTO removals (person, heir, asked_by, address, begun_at, finished_at, keys, projects, renamed)
        VALUES (12, 13, 1, '10.0.0.3', 7001, 7002, 7003, 7004, 7005);
    INSERT INTO plans (seq, id, person, change, asked, count, made_at, ends_at, address, committed_at, finished_at, place,
                       left_alone)
        VALUES (51, randomblob(16), 13, '{\"action\":\"revoke\"}', '{\"ids\":[]}', 7208, 7201, 7202, '10.0.0.5', 7203, 7204, 7205,
                7206);
    INSERT INTO plan_keys (plan, place, key, version, left_alone) VALUES (51, 7301, 31, 7302, 'changed');
    INSERT INTO imports (seq, id, person, begun_at, ends_at, committed_at, imported, skipped)
        VALUES (71, randomblob(16), 13, 7501, 7502, 7503, 7504, 7505);
    INSERT INTO import_keys (import, line, id, name, name_key, scope, project, creator, created_at, hint, token_hash, data_key,
                             sealed, settings, disabled, disabled_reason)
        VALUES (71, 7601, randomblob(16), 'Desk', 'desk', 1, 21, 13, 7602, 'sk_l…dddd', randomblob(32), 2, x'5ea4', '{}', 0,
                'Not yet');
    INSERT INTO leaks (seq, id, fingerprint, key, source, url, note, token, reported_at, response, decided_at, decided_by,
                       decision, reason)
        VALUES (61, randomblob(16), randomblob(32), 31, 'github', 'https://git.example/a', 'Commit', 'old', 7401, 'told',
                7402, 13, 'dismissed', 'A test key');
    INSERT INTO webhooks (seq, id, url, events, data_key, sealed, old_data_key, old_sealed, old_ends_at, created_by, created_at,
                          place, since, succeeded_at, disabled_at, disabled_by, disabled_reason)
        VALUES (71, randomblob(16), 'https://h.example/', 'key.created', 1, x'5ea4', 2, x'5ea5', 7501, 13, 7502, 7503, 7504, 7505,
                7506, 12, 'Broken');
    INSERT INTO webhook_deliveries (seq, id, webhook, event, payload, created_at, attempts, next_at, holder, last_at, outcome,
                                    status, delivered_at, given_up_at)
        VALUES (81, randomblob(16), 71, 'key.revoked', '{}', 7601, 7602, 7603, randomblob(16), 7604, 'Refused', 500, NULL, NULL),
               (82, randomblob(16), 71, 'key.edited', '{}', 7605, 7606, NULL, NULL, 7607, 'Taken', 204, 7608, NULL),
               (83, randomblob(16), 71, 'key.rotated', '{}', 7609, 7610, NULL, NULL, 7611, 'Gone', 410, NULL, 7612);
    INSERT INTO webhook_told (event, subject, about, step, at) VALUES ('key.expiring', '31', 7701, 7702, 7703);
    INSERT OR REPLACE INTO clock (one, at) VALUES (1, 8001);
    INSERT INTO usage_hours (hour, key, rule, n) VALUES (9001, 31, 'origin', 9002);
    INSERT INTO key_sources (key, kind, name, last_used_at) VALUES (31, 1, '10.0.0.4', 9101);
    INSERT INTO ended_uses (key, rule, n, last_used_at, last_address, last_origin)
        VALUES (32, 'key-revoked', 9301, 9302, '10.0.0.5', 'https://d.example');
    INSERT INTO refused_sources (key, kind, name, rule, n, last_refused_at)
        VALUES (32, 1, '10.0.0.5', 'key-revoked', 9401, 9402);
    INSERT INTO usage_log (seq, bucket, tallies) VALUES (9201, 9202, x'9203');";

fn fill(path: &Path) {
    let founding = Founding {
        organisation: "Acme Studios".into(),
        owner_email: "Mira@acme.example".into(),
        owner_token: Some(TokenHash::of("kdu_owner")),
        at: Timestamp::from_microsecond(1001).unwrap(),
    };
    let data_key = WrappedDataKey {
        id: 1,
        bytes: vec![7; 72],
    };
    drop(SqliteStore::create(path, &founding, &data_key).unwrap());
    Connection::open(path).unwrap().execute_batch(FILL).unwrap();
}

/// All tables but those that SQLite keeps for itself, the search among them, which is made of the others.
fn in_file(conn: &Connection) -> Tables {
    // What SQLite makes to search doesn't move: PostgreSQL has indexes for it.
    let sql = r"SELECT name FROM pragma_table_list
                 WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'
                   AND name NOT LIKE '%\_search' ESCAPE '\'";
    let mut names = conn.prepare(sql).unwrap();
    let names = names.query_map([], |row| row.get::<_, String>(0)).unwrap();
    names
        .map(|name| {
            let name = name.unwrap();
            let mut all = conn.prepare(&format!("SELECT * FROM {name}")).unwrap();
            let columns: Vec<String> = all.column_names().map(str::to_owned).collect();
            let rows = all.query_map([], |row| {
                let values = columns
                    .iter()
                    .map(|column| (column, row.get(column.as_str()).unwrap()));
                Ok(values
                    .filter_map(|(column, value)| Some((column.clone(), text(value)?)))
                    .collect())
            });
            let rows = sorted(rows.unwrap().map(Result::unwrap).collect());
            (name, (columns.into_iter().collect(), rows))
        })
        .collect()
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(text),
        Value::Blob(bytes) => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}

/// All tables but the number of the schema.
async fn in_database(database: &Database) -> Tables {
    let client = database.client().await;
    let columns =
        "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
                    WHERE table_schema = 'public' AND table_name <> 'keydeck_schema'";
    let mut tables: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in client.query(columns, &[]).await.unwrap() {
        tables
            .entry(row.get(0))
            .or_default()
            .insert(row.get(1), row.get(2));
    }
    let mut read = Tables::new();
    for (name, columns) in tables {
        let texts: Vec<String> = columns
            .iter()
            .map(|(column, kind)| as_text(column, kind))
            .collect();
        let sql = format!("SELECT {} FROM {name}", texts.join(", "));
        let rows = client.query(&sql, &[]).await.unwrap();
        let row = |row: &tokio_postgres::Row| {
            let values = columns.keys().enumerate();
            values
                .filter_map(|(n, column)| Some((column.clone(), row.get::<_, Option<String>>(n)?)))
                .collect()
        };
        let rows = sorted(rows.iter().map(row).collect());
        read.insert(name, (columns.into_keys().collect(), rows));
    }
    read
}

/// As SQLite's value of it is written above.
fn as_text(column: &str, kind: &str) -> String {
    match kind {
        "bytea" => format!("encode({column}, 'hex')"),
        "uuid" => format!("replace({column}::text, '-', '')"),
        "boolean" => format!("{column}::integer::text"),
        _ => format!("{column}::text"),
    }
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort();
    rows
}

/// Whether a column that is lost, or that is taken for another one, would be missed.
fn assert_is_telling(conn: &Connection, tables: &Tables) {
    let default = "SELECT dflt_value FROM pragma_table_info(?) WHERE name = ?";
    for (table, (columns, rows)) in tables {
        let mut seen = BTreeMap::new();
        for column in columns {
            let default: Option<String> = conn
                .query_row(default, [table, column], |row| row.get(0))
                .unwrap();
            let values: Vec<_> = rows.iter().map(|row| row.get(column)).collect();
            let tells = values
                .iter()
                .flatten()
                .any(|value| Some(*value) != default.as_ref());
            assert!(
                tells,
                "no row of {table} has something in {column}: put it into FILL"
            );
            if let Some(other) = seen.insert(values, column) {
                panic!("{other} and {column} of {table} are the same: change one in FILL");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_that_there_is_moves_to_postgres() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keydeck.db");
    fill(&path);
    let database = Database::new().await;
    let address = Address::parse(&database.url, None).unwrap();
    move_deck(&path, &address, |_| ()).await.unwrap();

    let conn = Connection::open(&path).unwrap();
    let (before, after) = (in_file(&conn), in_database(&database).await);
    assert_is_telling(&conn, &before);
    let names = |tables: &Tables| tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after), "both engines have the same tables");
    for (table, (columns, rows)) in &before {
        let (copied_columns, copied_rows) = &after[table];
        assert_eq!(
            columns, copied_columns,
            "both engines have the same columns of {table}"
        );
        for column in columns {
            let values = |rows: &[Row]| {
                rows.iter()
                    .map(|row| row.get(column).cloned())
                    .collect::<Vec<_>>()
            };
            assert_eq!(values(rows), values(copied_rows), "{table}.{column}");
        }
    }
}
