//! What a database must be like before a server works with it: each thing that it lacks is named, with what to do.

use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use tokio::time::timeout;
use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::config::TargetSessionAttrs;
use uuid::Uuid;

use super::address::Address;
use super::error::{away, told};
use super::lanes::client;
use crate::server::store::{StoreError, StoreResult};

/// An answer that takes longer comes no more.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many connections are held at once to see whether they are what they seem.
const HELD: usize = 3;

/// `connections` is how many of them a server uses.
pub async fn examine(address: &Address, connections: usize) -> StoreResult<()> {
    let looked = async {
        let one = match client(address).await {
            Err(error) if takes_no_writes(&error) => return Err(read_only(address).await),
            one => one?,
        };
        has_connections(&one, address, connections).await?;
        has_schema(&one, address).await?;
        has_sessions(one, address).await
    };
    timeout(PATIENCE, looked)
        .await
        .unwrap_or_else(|_| Err(away("does not answer")))
}

/// In the words of the driver, which has no kind for it.
fn takes_no_writes(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(why) if why.contains("does not allow writes"))
}

/// What the database says itself of why it takes no writes.
async fn read_only(address: &Address) -> StoreError {
    let mut any = address.clone();
    any.config.target_session_attrs(TargetSessionAttrs::Any);
    let asked = async {
        let client = client(&any).await?;
        row(&client, "SELECT pg_is_in_recovery()").await
    };
    let is_standby = matches!(asked.await.as_deref(), Ok([standby]) if standby == "t");
    StoreError::Misconfigured(match is_standby {
        true => {
            format!("{address} is a standby, which takes no changes: name the primary, or both as host=A,B")
        }
        false => format!(
            "{address} is read-only (default_transaction_read_only is on), and keydeck has to write to it: ALTER DATABASE \
             or ALTER ROLE … SET default_transaction_read_only = off"
        ),
    })
}

async fn has_connections(client: &ClientWrapper, address: &Address, needed: usize) -> StoreResult<()> {
    let sql = "SELECT r.rolname, r.rolsuper, r.rolconnlimit, d.datconnlimit, current_setting('max_connections')::int
                      - current_setting('superuser_reserved_connections')::int
                      - coalesce(current_setting('reserved_connections', true), '0')::int,
                      (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') - 1
                 FROM pg_roles AS r, pg_database AS d
                WHERE r.rolname = current_user AND d.datname = current_database()";
    let found = row(client, sql).await?;
    let [role, is_superuser, of_role, of_database, of_all, used] = found.as_slice() else {
        return Ok(());
    };
    let number = |text: &str| text.parse::<i64>().unwrap_or(-1);
    let needed = needed as i64;
    let is_short = |limit: i64| (0..needed).contains(&limit);
    let (of_role, of_database, of_all) = (number(of_role), number(of_database), number(of_all));
    let too_few = |what: String, set: String| {
        Err(StoreError::Misconfigured(format!(
            "{what}, and each server uses up to {needed}: {set}"
        )))
    };
    // No limit but the last binds a superuser.
    if is_superuser != "t" && is_short(of_role) {
        let what = format!("the role {role} may have {of_role} connections to PostgreSQL");
        return too_few(what, format!("ALTER ROLE {role} CONNECTION LIMIT 100"));
    }
    if is_superuser != "t" && is_short(of_database) {
        let what = format!("the database of {address} may have {of_database} connections");
        return too_few(what, "ALTER DATABASE … CONNECTION LIMIT 100".into());
    }
    if is_short(of_all) {
        let what = format!("PostgreSQL at {address} takes {of_all} connections in all (max_connections)");
        return too_few(what, "raise max_connections in postgresql.conf".into());
    }
    let free = of_all - number(used);
    if is_short(free) {
        tracing::warn!(
            free,
            needed,
            "PostgreSQL has fewer connections left than this server may need; raise max_connections, or requests \
             will be refused under load"
        );
    }
    Ok(())
}

async fn has_schema(client: &ClientWrapper, address: &Address) -> StoreResult<()> {
    let found = row(client, "SELECT current_schema(), current_setting('search_path')").await?;
    match found.as_slice() {
        [schema, path] if schema.is_empty() => Err(StoreError::Misconfigured(format!(
            "{address} has no schema that this user may use (search_path is {path}): CREATE SCHEMA keydeck, GRANT USAGE, CREATE \
             ON SCHEMA keydeck, and ALTER ROLE … SET search_path = keydeck"
        ))),
        _ => Ok(()),
    }
}

/// What a session is told must still hold in its next transaction, and be unknown to other sessions: a pooler that
/// gives each transaction another connection would mix up prepared statements, settings and notifications.
async fn has_sessions(one: ClientWrapper, address: &Address) -> StoreResult<()> {
    let mut sessions = vec![(one, Uuid::new_v4())];
    while sessions.len() < HELD {
        sessions.push((client(address).await?, Uuid::new_v4()));
    }
    for (client, mark) in &sessions {
        let set = format!("SELECT set_config('keydeck.session', '{mark}', false)");
        row(client, &set).await?;
    }
    for (client, mark) in &sessions {
        // In a transaction that stays open, so that the next one can't get the same connection.
        match row(client, "BEGIN").await {
            Err(error) if error.to_string().contains("pooling mode") => return Err(pooled(address)),
            begun => begun?,
        };
        let told = row(client, "SELECT current_setting('keydeck.session', true)").await?;
        if told != [mark.to_string()] {
            return Err(pooled(address));
        }
    }
    Ok(())
}

fn pooled(address: &Address) -> StoreError {
    StoreError::Misconfigured(format!(
        "{address} is reached through a pooler that gives each transaction another connection (as PgBouncer with \
         pool_mode = transaction), and keydeck needs connections of its own: name PostgreSQL itself, or set pool_mode = \
         session for this database"
    ))
}

/// The first row as text, NULL as nothing.
async fn row(client: &ClientWrapper, sql: &str) -> StoreResult<Vec<String>> {
    let messages = client.simple_query(sql).await.map_err(|error| {
        tracing::debug!(error = told(&error), "PostgreSQL can't be looked at");
        StoreError::from(error)
    })?;
    let first = messages.into_iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(
            (0..row.len())
                .map(|index| row.get(index).unwrap_or_default().to_owned())
                .collect(),
        ),
        _ => None,
    });
    Ok(first.unwrap_or_default())
}
