//! The tokens of session servers: each change with its row of the activity log, in the writer's transaction.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::people::Acting;
use super::projects::{by_id, record, seq};
use super::rows::{micros, uuid};
use super::session_servers::signer;
use crate::api::ActivityAction;
use crate::model::TokenHash;
use crate::server::store::changes;
use crate::server::store::{AskingServer, SessionTokenIssue, StoreResult, Visible};

pub fn issue(conn: &Connection, id: Uuid, token: TokenHash, by: Acting) -> StoreResult<SessionTokenIssue> {
    let Some(project) = by_id(conn, id, Visible::All)? else {
        return Ok(SessionTokenIssue::Missing);
    };
    if project.session_server.is_none() {
        return Ok(SessionTokenIssue::NoSessionServer);
    }
    let project_seq = seq(conn, id)?;
    let had_one = delete(conn, project_seq)?;
    conn.prepare_cached(
        "INSERT INTO session_tokens (project, token_hash, issued_by, issued_at) VALUES (?, ?, ?, ?)",
    )?
    .execute(params![project_seq, token.0, by.seq, micros(Timestamp::now())])?;
    let changes = changes::of_session_token(had_one, true);
    record(
        conn,
        ActivityAction::SessionTokenIssued,
        (id, &project.name),
        changes,
        by,
    )?;
    Ok(SessionTokenIssue::Issued)
}

pub fn revoke(conn: &Connection, id: Uuid, by: Acting) -> StoreResult<bool> {
    let Some(project) = by_id(conn, id, Visible::All)? else {
        return Ok(false);
    };
    if !delete(conn, seq(conn, id)?)? {
        return Ok(false);
    }
    let changes = changes::of_session_token(true, false);
    record(
        conn,
        ActivityAction::SessionTokenRevoked,
        (id, &project.name),
        changes,
        by,
    )?;
    Ok(true)
}

/// Whether there was one.
pub fn delete(conn: &Connection, project: i64) -> StoreResult<bool> {
    let mut statement = conn.prepare_cached("DELETE FROM session_tokens WHERE project = ?")?;
    Ok(statement.execute([project])? > 0)
}

pub fn asking(conn: &Connection, token: &TokenHash) -> StoreResult<Option<AskingServer>> {
    let found = conn
        .prepare_cached(
            "SELECT p.id, p.deployed FROM session_tokens AS t JOIN projects AS p ON p.seq = t.project
              WHERE t.token_hash = ?",
        )?
        .query_row([token.0], |row| Ok((uuid(row, 0)?, row.get(1)?)))
        .optional()?;
    let Some((project, deployed)) = found else {
        return Ok(None);
    };
    let signer = signer(conn, project)?;
    Ok(signer.map(|signer| AskingServer {
        project,
        deployed,
        signer,
    }))
}
