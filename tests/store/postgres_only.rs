//! What only PostgreSQL can be asked: that servers that start together make one schema, what its own
//! constraints refuse, and that pages and counts go along indexes however many keys there are.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::join_all;
use keydeck::api::{ActivityAction, ActivityQuery, KeyFilter, Sort};
use keydeck::model::Scope;
use keydeck::server::store::postgres::PostgresStore;
use keydeck::server::store::{KeyQuery, KeyStore, Position, ProjectStore, StoreError, Visible};

use super::alike;
use super::deck::{Deck, actor, data_key, founding, new_key, query, text};
use super::engine::{self, Place};
use crate::postgres::Database;

#[tokio::test(flavor = "multi_thread")]
async fn of_servers_that_start_together_one_makes_the_schema() {
    let place = Place {
        database: Database::new().await,
    };
    let address = place.address();
    assert!(matches!(
        PostgresStore::open(&address).await,
        Err(StoreError::NotInitialised(_))
    ));
    let (founding, data_key) = (founding(), data_key());
    let made = join_all((0..6).map(|_| PostgresStore::create(&address, &founding, &data_key))).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    for refused in made.iter().filter_map(|made| made.as_ref().err()) {
        assert!(matches!(refused, StoreError::AlreadyInitialised(_)), "{refused}");
        assert!(!refused.to_string().contains("keydeck:"), "{refused}");
    }
    let opened = join_all((0..6).map(|_| PostgresStore::open(&address))).await;
    assert!(opened.iter().all(Result::is_ok));
    let versions = place.database.texts("SELECT version FROM keydeck_schema").await;
    assert_eq!(versions, ["22"]);
}

#[tokio::test]
async fn what_is_no_keydeck_database_of_this_version_is_refused() {
    let deck = Deck::new().await;
    engine::run(&deck.place, "UPDATE keydeck_schema SET version = 99")
        .await
        .unwrap();
    let newer = PostgresStore::open(&deck.place.address()).await.err().unwrap();
    assert!(matches!(newer, StoreError::Newer { found: 99, .. }), "{newer}");
    let other = Place {
        database: Database::new().await,
    };
    other
        .database
        .run("CREATE TABLE invoices (n integer)")
        .await
        .unwrap();
    let foreign = PostgresStore::create(&other.address(), &founding(), &data_key()).await;
    let foreign = foreign.err().unwrap().to_string();
    assert!(foreign.contains("a database of its own"), "{foreign}");
    let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(other.database.texts(tables).await, ["invoices"]);
}

#[tokio::test]
async fn the_database_itself_refuses_what_must_not_happen() {
    let deck = Deck::new().await;
    let key = deck.web("Checkout").await;
    let revoked = deck.web("Till").await;
    deck.store
        .revoke_key(revoked.id, actor(&deck.owner))
        .await
        .unwrap();
    for (sql, why) in [
        ("DELETE FROM keys", "a key is revoked, never deleted"),
        ("TRUNCATE keys CASCADE", "a key is revoked, never deleted"),
        (
            "UPDATE keys SET revoked_at = NULL, revoked_by = NULL",
            "a revoked key stays revoked",
        ),
        ("UPDATE keys SET token_hash = token_hash", "keeps its tokens"),
        (
            "UPDATE keys SET token_hash = decode(repeat('00', 32), 'hex') WHERE name = 'Checkout'",
            "stays known",
        ),
        (
            "UPDATE keys SET scope = 1 WHERE name = 'Checkout'",
            "never change",
        ),
        (
            "UPDATE keys SET creator = creator WHERE name = 'Till'",
            "is not handed over",
        ),
        (
            "UPDATE keys SET data_key = 1, sealed = 'x' WHERE name = 'Till'",
            "only_active_web_and_mobile_keys",
        ),
        ("UPDATE activity SET subject = 'x'", "append-only"),
        ("DELETE FROM activity", "append-only"),
        ("TRUNCATE activity", "append-only"),
        ("UPDATE activity_head SET seq = 1", "append-only"),
        ("DELETE FROM activity_head", "append-only"),
    ] {
        let refused = engine::run(&deck.place, sql).await.unwrap_err();
        assert!(refused.contains(why), "{sql}: {refused}");
    }
    assert!(deck.store.key(key.id, Visible::All).await.unwrap().is_some());
}

/// A hundred thousand keys of two projects and two people, every tenth of which is revoked, and another one has expired.
async fn many(deck: &Deck) {
    let keys = "
        ALTER TABLE keys DISABLE TRIGGER USER;
        INSERT INTO keys (id, name, name_key, scope, project, creator, created_at, last_used_at, hint, ui_domains,
                          cross_page_persistence, revoked_at, revoked_by, token_hash, data_key, sealed, expires_at, marked_expired)
        SELECT gen_random_uuid(), 'Kiosk ' || n, 'kiosk ' || n, n % 3, CASE n % 3 WHEN 2 THEN NULL ELSE 1 + n / 3 % 2 END,
               1 + n / 7 % 2, 1600000000000000 + n * 7919 % 100000, CASE n % 5 WHEN 0 THEN 0 ELSE 1700000000000000 + n END,
               'kdw_…' || n, CASE n % 3 WHEN 0 THEN 'https://shop' || n || '.acme.example' ELSE '' END, false,
               CASE n % 10 WHEN 9 THEN 1700000000000000 END, CASE n % 10 WHEN 9 THEN 1 END,
               sha256(n::text::bytea), CASE WHEN n % 3 = 2 OR n % 10 = 9 THEN NULL ELSE 1 END,
               CASE WHEN n % 3 = 2 OR n % 10 = 9 THEN NULL ELSE 'sealed'::bytea END,
               CASE n % 10 WHEN 8 THEN 1500000000000000 + n ELSE 9223372036854775807 END, n % 10 = 8
          FROM generate_series(1, 100000) AS n;
        INSERT INTO key_counts (creator, project, scope, n)
        SELECT c, p, scope, count(*) FROM keys
         CROSS JOIN LATERAL (VALUES (0::bigint), (creator)) AS c (c) CROSS JOIN LATERAL (VALUES (0::bigint), (project)) AS p (p)
         WHERE revoked_at IS NULL AND p IS NOT NULL GROUP BY c, p, scope;
        INSERT INTO ended_counts (creator, project, scope, revoked, n)
        SELECT c, p, scope, revoked_at IS NOT NULL, count(*) FROM keys
         CROSS JOIN LATERAL (VALUES (0::bigint), (creator)) AS c (c) CROSS JOIN LATERAL (VALUES (0::bigint), (project)) AS p (p)
         WHERE (revoked_at IS NOT NULL OR marked_expired) AND p IS NOT NULL GROUP BY 1, 2, 3, 4;
        ALTER TABLE keys ENABLE TRIGGER USER;
        ANALYZE keys; ANALYZE users; ANALYZE projects; ANALYZE key_counts; ANALYZE ended_counts;";
    engine::run(&deck.place, keys).await.unwrap();
}

#[tokio::test]
async fn names_that_another_server_changed_are_in_the_next_page() {
    let deck = Deck::new().await;
    deck.web("Checkout").await;
    let other = PostgresStore::open(&deck.place.address()).await.unwrap();
    let by = actor(&deck.owner);
    for (name, deployed) in [("Shop window", true), ("Showroom", false)] {
        // Its names are remembered from here on.
        assert_ne!(
            deck.page(&query(Sort::Name)).await.items[0]
                .0
                .project
                .as_ref()
                .unwrap()
                .name,
            name
        );
        let edit = other.edit_project(deck.shop.id, Some(name.into()), Some(deployed), Visible::All, by);
        assert!(matches!(edit.await.unwrap(), Some(Ok(_))));
        let (found, _) = deck.page(&query(Sort::Name)).await.items.remove(0);
        let project = found.project.unwrap();
        assert_eq!((project.name.as_str(), project.deployed), (name, deployed));
    }
    let unknown = new_key(Scope::Web, "Till", Some(deck.kiosk.id));
    other.create_key(unknown, actor(&deck.editor)).await.unwrap();
    let (found, _) = deck.page(&query(Sort::Name)).await.items.remove(1);
    assert_eq!(found.creator.email, deck.editor.email);
    assert_eq!(found.project.unwrap().name, "Kiosk");
}

#[tokio::test]
async fn a_commit_that_ends_with_its_connection_is_not_called_undone() {
    let deck = Deck::new().await;
    let ending = "
        CREATE FUNCTION ending() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER ending AFTER INSERT ON activity DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION ending();";
    engine::run(&deck.place, ending).await.unwrap();
    let till = new_key(Scope::Web, "Till", Some(deck.shop.id));
    let unsure = deck.store.create_key(till, actor(&deck.owner)).await;
    assert!(matches!(unsure, Err(StoreError::Unsure(_))), "{unsure:?}");
}

/// The plans of all that this database was asked since it was told to write them down: the statement, and the
/// steps, one a line.
fn plans(deck: &Deck) -> Vec<(String, String)> {
    let log = PathBuf::from(std::env::var_os("TEST_POSTGRES").unwrap()).join("log");
    let log = String::from_utf8_lossy(&std::fs::read(log).unwrap()).into_owned();
    let (_, name) = deck.place.database.url.rsplit_once('/').unwrap();
    // An entry begins with the name of the database; its other lines are indented.
    let entries = log
        .split("\ndeck_")
        .filter(|entry| format!("deck_{entry}").starts_with(name));
    let plan = |entry: &str| {
        let (_, plan) = entry.split_once("Query Text: ")?;
        let steps = plan.find("  (cost=")?;
        let (statement, _) = plan.split_at(plan[..steps].rfind('\n')?);
        Some((statement.to_owned(), plan[statement.len()..].to_owned()))
    };
    entries.filter_map(plan).collect()
}

/// Each has an index whatever the filter; the others are sorted group by group, or refused where too many match (`paging`).
const INDEXED: [Sort; 5] = [
    Sort::Scope,
    Sort::CreatedAt,
    Sort::Name,
    Sort::LastUsedAt,
    Sort::ExpiresAt,
];

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_counts_look_at_few_rows_however_many_keys_there_are() {
    let deck = Deck::new().await;
    many(&deck).await;
    let none = KeyFilter::default;
    let filters = [
        none(),
        KeyFilter {
            scope: Some(Scope::Mobile),
            ..none()
        },
        KeyFilter {
            creator: Some(deck.editor.id),
            ..none()
        },
        KeyFilter {
            project: Some(deck.kiosk.id),
            ..none()
        },
    ];
    let deck = explaining(deck).await;
    for (filter, sort) in filters
        .iter()
        .flat_map(|filter| INDEXED.iter().map(move |&sort| (filter, sort)))
    {
        for descending in [false, true] {
            let first = KeyQuery {
                filter: filter.clone(),
                descending,
                limit: 100,
                ..query(sort)
            };
            // The planner takes another look at a statement after five times.
            for _ in 0..7 {
                deck.page(&first).await;
            }
            let place = deck.page(&first).await.items[99].1.clone();
            for position in [
                Position::After(place.clone()),
                Position::Before(place.clone()),
                Position::At(place),
                Position::End,
            ] {
                let page = KeyQuery {
                    position,
                    ..first.clone()
                };
                assert!(!deck.page(&page).await.items.is_empty());
            }
        }
    }
    for filter in &filters {
        let counts = deck.store.count_keys(Visible::All, filter).await.unwrap();
        assert!(counts.total() > 10_000 && !counts.capped);
    }
    for (q, most) in [("kiosk 77777", 1), ("shop3333", 10), ("nowhere at all", 0)] {
        let counts = deck.store.count_keys(Visible::All, &text(q)).await.unwrap();
        assert!(counts.total() <= most, "{q}: {counts:?}");
        let page = KeyQuery {
            filter: text(q),
            ..query(Sort::CreatedAt)
        };
        assert!(deck.page(&page).await.items.len() as u64 <= most);
    }
    let plans = plans(&deck);
    let of_keys = || {
        plans
            .iter()
            .filter(|(statement, _)| statement.contains("FROM keys AS k"))
    };
    assert!(of_keys().count() > 4 * 4 * 2 * 11, "{}", of_keys().count());
    for (statement, steps) in of_keys() {
        assert!(!steps.contains("Seq Scan on keys"), "{statement}\n{steps}");
        // Those that are marked wrongly are looked for where there are few.
        let looks_at_marks = statement.contains("k.marked_expired = TRUE AND k.expires_at > ");
        assert!(
            !looks_at_marks || steps.contains("keys_by_mark"),
            "{statement}\n{steps}"
        );
        let looks_at_texts = statement.contains("strpos");
        // What is left of an order near its end may be fetched as a whole.
        assert!(
            looks_at_texts || most_sorted(steps) < 1_000,
            "{statement}\n{steps}"
        );
    }
    let of_trigrams = |(statement, steps): &&(String, String)| {
        statement.contains("LIKE") && steps.contains("Bitmap Index Scan on key_search")
    };
    assert_eq!(plans.iter().filter(of_trigrams).count(), 6);
}

/// How many rows the planner expects to sort, at most.
fn most_sorted(steps: &str) -> u64 {
    let sorts = steps.lines().filter(|line| line.contains("Sort  (cost="));
    let rows = sorts.filter_map(|line| line.split_once("rows=")?.1.split(' ').next()?.parse().ok());
    rows.max().unwrap_or(0)
}

/// The same deck through connections whose every plan is written down.
async fn explaining(deck: Deck) -> Deck {
    let (_, name) = deck.place.database.url.rsplit_once('/').unwrap();
    let tell = format!(
        "ALTER DATABASE {name} SET session_preload_libraries = 'auto_explain';
         ALTER DATABASE {name} SET auto_explain.log_min_duration = 0;"
    );
    engine::run(&deck.place, &tell).await.unwrap();
    let store = PostgresStore::open(&deck.place.address()).await.unwrap();
    Deck {
        store: Arc::new(store),
        ..deck
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_log_go_along_an_index() {
    let deck = Deck::new().await;
    let key = deck.web("Checkout").await;
    let rows = "
        INSERT INTO activity (seq, at, actor, action, key, subject, hash, key_creator, state)
        SELECT n, 1600000000000000 + n, 1 + n % 2, CASE n % 1000 WHEN 0 THEN 'key_revoked' ELSE 'key_edited' END, 1, 'x',
               sha256(n::text::bytea), 1, sha256('x')
          FROM generate_series(100, 100000) AS n;
        ANALYZE activity;";
    engine::run(&deck.place, rows).await.unwrap();
    let deck = explaining(deck).await;
    let people = [None, Some("mira@acme.example"), Some("ed@acme.example")];
    let mut asked = 0;
    for actor in people {
        for action in [
            None,
            Some(ActivityAction::KeyRevoked),
            Some(ActivityAction::UserAdded),
        ] {
            for (before, key) in [(None, None), (Some(50_000), None), (None, Some(key.id))] {
                let log = ActivityQuery {
                    actor: actor.map(str::to_owned),
                    action,
                    before,
                    key,
                    ..ActivityQuery::default()
                };
                for _ in 0..7 {
                    deck.store.activity(&log, Visible::All).await.unwrap();
                    asked += 1;
                }
            }
        }
    }
    let plans = plans(&deck);
    let pages = || {
        plans
            .iter()
            .filter(|(statement, _)| statement.contains("FROM activity AS a"))
    };
    assert_eq!(pages().count(), asked);
    for (statement, steps) in pages() {
        assert!(!steps.contains("Seq Scan on activity"), "{statement}\n{steps}");
        assert!(!steps.contains("Sort"), "{statement}\n{steps}");
    }
}

#[tokio::test]
async fn names_that_look_alike_are_told_apart() {
    let database = Database::new().await;
    let bytes = |n: u64, length: usize| match length {
        16 => format!("'{}'::uuid", uuid::Uuid::from_u128(n.into())),
        _ => format!("decode('{n:0width$x}', 'hex')", width = 2 * length),
    };
    for step in [
        include_str!("../../assets/migrations/postgres/001_init.sql"),
        "CREATE TABLE keydeck_schema (one integer PRIMARY KEY CHECK (one = 1), version integer NOT NULL);
         INSERT INTO keydeck_schema VALUES (1, 1)",
        &alike::rows(bytes, "true", "false"),
    ] {
        database.run(step).await.unwrap();
    }
    let place = Place { database };
    let store = PostgresStore::open(&place.address()).await.unwrap();
    alike::assert_told_apart(&store).await;
    let again = PostgresStore::open(&place.address()).await.unwrap();
    super::activity::assert_chained(&again, 5).await;
    // As a database that is new.
    let new = Deck::new().await;
    let indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";
    assert_eq!(
        place.database.texts(indexes).await,
        new.place.database.texts(indexes).await
    );
}

/// What somebody does to the schema, and what is said of it.
const SCHEMAS: [(&str, &str); 18] = [
    ("DROP TRIGGER keys_stay_revoked ON keys", "the trigger keys_stay_revoked on keys is missing"),
    (
        "ALTER TABLE keys DISABLE TRIGGER keys_stay_revoked",
        "the trigger keys_stay_revoked on keys was changed",
    ),
    ("ALTER TABLE keys DISABLE TRIGGER ALL", "the table keys was changed"),
    (
        "CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.revoked_at = NULL; RETURN new; END $$;
         CREATE TRIGGER undo BEFORE UPDATE ON keys FOR EACH ROW EXECUTE FUNCTION undo()",
        "the function undo() is not keydeck's, the trigger undo on keys is not keydeck's",
    ),
    (
        "CREATE SCHEMA theirs;
         CREATE FUNCTION theirs.undo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN old; END $$;
         CREATE TRIGGER undo BEFORE UPDATE ON keys FOR EACH ROW EXECUTE FUNCTION theirs.undo()",
        "the trigger undo on keys is not keydeck's",
    ),
    (
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$",
        "the function refuse() was changed",
    ),
    ("ALTER FUNCTION refuse() SECURITY DEFINER", "the function refuse() was changed"),
    (
        "CREATE RULE undo AS ON UPDATE TO keys DO INSTEAD NOTHING",
        "the rule undo on keys is not keydeck's",
    ),
    (
        "CREATE POLICY theirs ON keys USING (false); ALTER TABLE keys ENABLE ROW LEVEL SECURITY",
        "the row security policy theirs on keys is not keydeck's",
    ),
    ("ALTER TABLE keys ALTER COLUMN last_used_at SET DEFAULT 1", "the column keys.last_used_at was changed"),
    ("ALTER TABLE users ADD COLUMN shadow text", "the column users.shadow is not keydeck's"),
    ("ALTER TABLE users ALTER COLUMN email DROP NOT NULL", "the column users.email was changed"),
    (
        "ALTER TABLE keys DROP CONSTRAINT only_active_web_and_mobile_keys_have_a_secret",
        "the constraint keys.only_active_web_and_mobile_keys_have_a_secret is missing",
    ),
    ("DROP INDEX keys_by_token_hash", "the index keys_by_token_hash is missing"),
    ("CREATE INDEX mine ON keys (hint)", "the index mine is not keydeck's"),
    ("CREATE TABLE more_users () INHERITS (users)", "the table users was changed"),
    ("CREATE VIEW mine AS SELECT 1", "the view mine is not keydeck's"),
    (
        "ALTER TABLE gateways RENAME TO theirs; CREATE VIEW gateways AS SELECT * FROM theirs",
        "the table gateways is missing",
    ),
];

#[tokio::test]
async fn a_schema_that_was_changed_is_not_opened() {
    let place = Place {
        database: Database::new().await,
    };
    let address = place.address();
    drop(
        PostgresStore::create(&address, &founding(), &data_key())
            .await
            .unwrap(),
    );
    for (change, sentence) in SCHEMAS {
        let spoiled = Place {
            database: place.database.copy().await,
        };
        engine::run(&spoiled, change).await.unwrap();
        let refused = PostgresStore::open(&spoiled.address())
            .await
            .err()
            .expect(change)
            .to_string();
        assert!(refused.contains(sentence), "{change}: {refused}");
    }
    // Other schemas, extensions and who may read what are the operator's.
    engine::run(
        &place,
        "CREATE SCHEMA reports; CREATE TABLE reports.keys (n integer); GRANT SELECT ON keys TO PUBLIC; ANALYZE;
         COMMENT ON TABLE keys IS 'ours'",
    )
    .await
    .unwrap();
    PostgresStore::open(&address).await.unwrap();
}
