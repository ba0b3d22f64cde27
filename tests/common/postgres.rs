//! Databases in the PostgreSQL that `tests/postgres start` made, and that `tests/run` starts for all tests.

use std::path::{Path, PathBuf};

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use uuid::Uuid;

/// Names the directory of the PostgreSQL to use.
const DIRECTORY: &str = "TEST_POSTGRES";

/// A database of one test.
pub struct Database {
    /// With user and password.
    pub url: String,
}

impl Database {
    /// An empty one in the PostgreSQL of all tests.
    pub async fn new() -> Self {
        let directory = std::env::var_os(DIRECTORY)
            .unwrap_or_else(|| panic!("run tests/run; or first: export {DIRECTORY}=$(tests/postgres start)"));
        Self::in_server(&PathBuf::from(directory).join("url")).await
    }

    /// In the PostgreSQL whose URL this file has.
    pub async fn in_server(url: &Path) -> Self {
        let server = std::fs::read_to_string(url).expect("a PostgreSQL was started there");
        let name = format!("deck_{}", Uuid::new_v4().simple());
        let client = connect(&server).await.expect("PostgreSQL answers");
        client
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .await
            .expect("made");
        let (base, _) = server.rsplit_once('/').expect("a URL");
        Self {
            url: format!("{base}/{name}"),
        }
    }

    /// Another one with all that is in this, which nobody may have open.
    pub async fn copy(&self) -> Self {
        let (base, from) = self.url.rsplit_once('/').expect("a URL");
        let name = format!("deck_{}", Uuid::new_v4().simple());
        let client = connect(&format!("{base}/postgres"))
            .await
            .expect("PostgreSQL answers");
        let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        client.execute(ended, &[&from]).await.expect("ended");
        client
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {from}"))
            .await
            .expect("made");
        Self {
            url: format!("{base}/{name}"),
        }
    }

    pub async fn client(&self) -> Client {
        connect(&self.url).await.expect("PostgreSQL answers")
    }

    /// Runs statements, and says what was refused.
    pub async fn run(&self, sql: &str) -> Result<(), String> {
        let refused = |error: tokio_postgres::Error| match error.as_db_error() {
            Some(refusal) => refusal.message().to_owned(),
            None => error.to_string(),
        };
        self.client().await.batch_execute(sql).await.map_err(refused)
    }

    /// The first column of all rows.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let messages = self
            .client()
            .await
            .simple_query(sql)
            .await
            .expect("it can be asked");
        let text = |message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        };
        messages.into_iter().filter_map(text).collect()
    }
}

async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // Ends with the client.
    tokio::spawn(connection);
    Ok(client)
}
