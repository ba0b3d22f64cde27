//! A PostgreSQL that keydeck can't work with is refused at the start, with a sentence that names what it lacks.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use keydeck::server::store::postgres::{Address, PostgresStore};
use keydeck::server::store::{StatusStore, StoreError};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use super::deck::{Deck, data_key, founding};
use super::engine::Place;
use crate::postgres::Database;

/// A role without any rights but to sign in, and the URL of `database` for it.
async fn role(database: &Database, with: &str) -> (String, Url) {
    let name = format!("role_{}", Uuid::new_v4().simple());
    database
        .run(&format!("CREATE ROLE {name} LOGIN PASSWORD 'app' {with}"))
        .await
        .unwrap();
    let mut url = Url::parse(&database.url).unwrap();
    url.set_username(&name).unwrap();
    url.set_password(Some("app")).unwrap();
    (name, url)
}

/// Why the deck there can't be opened.
async fn refused(url: &str) -> String {
    let address = Address::parse(url, None).unwrap();
    let refused = PostgresStore::open(&address).await.err().unwrap();
    assert!(matches!(refused, StoreError::Misconfigured(_)), "{refused}");
    refused.to_string()
}

#[tokio::test]
async fn what_a_database_lacks_is_named_when_a_server_starts() {
    let deck = Deck::new().await;
    let database = &deck.place.database;
    let named = |url: &Url| url.path().trim_start_matches('/').to_owned();

    let (_, url) = role(database, "CONNECTION LIMIT 10").await;
    let few = refused(url.as_str()).await;
    assert!(
        few.contains("may have 10 connections") && few.contains("up to 25"),
        "{few}"
    );

    let (name, url) = role(database, "").await;
    for (set, sentence, back) in [
        (
            format!("ALTER DATABASE {} CONNECTION LIMIT 12", named(&url)),
            "may have 12 connections",
            format!("ALTER DATABASE {} CONNECTION LIMIT -1", named(&url)),
        ),
        (
            format!("ALTER ROLE {name} SET search_path = nowhere"),
            "has no schema that this user may use (search_path is nowhere)",
            format!("ALTER ROLE {name} RESET search_path"),
        ),
        (
            format!("ALTER ROLE {name} SET default_transaction_read_only = on"),
            "default_transaction_read_only is on",
            format!("ALTER ROLE {name} RESET default_transaction_read_only"),
        ),
        // It may look, and not read.
        (
            "SELECT 1".into(),
            "PostgreSQL doesn't allow this user to do this: permission denied for",
            "SELECT 1".into(),
        ),
    ] {
        database.run(&set).await.unwrap();
        let why = refused(url.as_str()).await;
        assert!(why.contains(sentence) && !why.contains("app@"), "{set}: {why}");
        database.run(&back).await.unwrap();
    }

    let mut wrong = url.clone();
    wrong.set_password(Some("wrong")).unwrap();
    let why = refused(wrong.as_str()).await;
    assert!(
        why.contains("refuses the password") && why.contains(".pgpass"),
        "{why}"
    );
    let mut missing = url.clone();
    missing.set_path("/nowhere");
    let why = refused(missing.as_str()).await;
    assert!(
        why.contains("no such database") && why.contains("CREATE DATABASE"),
        "{why}"
    );
}

#[tokio::test]
async fn who_may_not_make_tables_is_told_so() {
    let place = Place {
        database: Database::new().await,
    };
    let (_, url) = role(&place.database, "").await;
    let address = Address::parse(url.as_str(), None).unwrap();
    let refused = PostgresStore::create(&address, &founding(), &data_key()).await;
    let refused = refused.err().unwrap().to_string();
    assert!(
        refused.contains("permission denied for schema public"),
        "{refused}"
    );
    assert!(refused.contains("CREATE on the schema"), "{refused}");
}

/// A PgBouncer in front of the tests' PostgreSQL.
struct Pooler {
    child: Child,
    port: u16,
    _directory: TempDir,
}

impl Pooler {
    fn start(server: &Url, pool_mode: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let file = directory.path().join("pgbouncer.ini");
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={} user={} password={}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = {pool_mode}\nignore_startup_parameters = extra_float_digits\n",
            server.port().unwrap(),
            server.username(),
            server.password().unwrap(),
        );
        fs::write(&file, settings).unwrap();
        // It refuses to be root, as PostgreSQL does.
        let postgres = fs::metadata(std::env::var_os("TEST_POSTGRES").unwrap()).unwrap();
        let mut child = Command::new("/usr/sbin/pgbouncer")
            .arg(&file)
            .uid(postgres.uid())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().contains("process up")));
        // So that it never waits for who reads it.
        std::thread::spawn(move || said.for_each(drop));
        Self {
            child,
            port,
            _directory: directory,
        }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_pooler_of_transactions_is_refused_and_one_of_sessions_is_not() {
    let deck = Deck::new().await;
    let mut url = Url::parse(&deck.place.database.url).unwrap();
    for (pool_mode, is_taken) in [("transaction", false), ("statement", false), ("session", true)] {
        let server = Url::parse(&deck.place.database.url).unwrap();
        let pooler = Pooler::start(&server, pool_mode);
        url.set_port(Some(pooler.port)).unwrap();
        if !is_taken {
            let why = refused(url.as_str()).await;
            assert!(
                why.contains("pooler") && why.contains("pool_mode = session"),
                "{why}"
            );
            continue;
        }
        let address = Address::parse(url.as_str(), None).unwrap();
        let store = PostgresStore::open(&address).await.unwrap();
        store.ping().await.unwrap();
    }
}
