//! The session servers of projects: each change with its row of the activity log, in the writer's
//! transaction.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::data_keys;
use super::people::Acting;
use super::projects::{by_id, record, seq};
use super::session_tokens;
use crate::api::{ActivityAction, SessionServer};
use crate::server::store::changes;
use crate::server::store::{
    NewSessionServer, ProjectRecord, Sealed, SessionServerChange, SessionSigner, StoreResult, Visible,
};

pub fn signer(conn: &Connection, project: Uuid) -> StoreResult<Option<SessionSigner>> {
    let mut statement = conn.prepare_cached(
        "SELECT session_url, session_key_name, session_data_key, session_sealed FROM projects
          WHERE id = ? AND session_url IS NOT NULL",
    )?;
    let signer = statement.query_row([project.as_bytes()], |row| {
        Ok(SessionSigner {
            server: SessionServer {
                url: row.get(0)?,
                key_name: row.get(1)?,
            },
            private_key: Sealed {
                data_key: row.get(2)?,
                bytes: row.get(3)?,
            },
        })
    });
    Ok(signer.optional()?)
}

pub fn set(
    conn: &Connection,
    id: Uuid,
    new: &NewSessionServer,
    by: Acting,
) -> StoreResult<SessionServerChange> {
    let Some(project) = by_id(conn, id, Visible::All)? else {
        return Ok(SessionServerChange::Missing);
    };
    if project.session_server.is_none() && new.private_key.is_none() {
        return Ok(SessionServerChange::NoPrivateKey);
    }
    let changes = changes::of_session_server(project.session_server.as_ref(), new);
    if let Some(sealed) = &new.private_key {
        data_keys::expect_newest(conn, sealed)?;
    }
    if !changes.is_empty() {
        update(conn, seq(conn, id)?, new)?;
        record(
            conn,
            ActivityAction::SessionServerSet,
            (id, &project.name),
            changes,
            by,
        )?;
    }
    Ok(SessionServerChange::Set(ProjectRecord {
        session_server: Some(new.server.clone()),
        ..project
    }))
}

fn update(conn: &Connection, project: i64, new: &NewSessionServer) -> StoreResult<()> {
    let SessionServer { url, key_name } = &new.server;
    conn.prepare_cached("UPDATE projects SET session_url = ?, session_key_name = ?,
                                session_data_key = coalesce(?, session_data_key), session_sealed = coalesce(?, session_sealed)
                          WHERE seq = ?")?
        .execute(params![
            url,
            key_name,
            new.private_key.as_ref().map(|sealed| sealed.data_key),
            new.private_key.as_ref().map(|sealed| &sealed.bytes),
            project,
        ])?;
    Ok(())
}

pub fn remove(conn: &Connection, id: Uuid, by: Acting) -> StoreResult<bool> {
    let project = by_id(conn, id, Visible::All)?.filter(|project| project.session_server.is_some());
    let Some(project) = project else {
        return Ok(false);
    };
    conn.prepare_cached(
        "UPDATE projects SET session_url = NULL, session_key_name = NULL, session_data_key = NULL,
                             session_sealed = NULL
          WHERE seq = ?",
    )?
    .execute([seq(conn, id)?])?;
    session_tokens::delete(conn, seq(conn, id)?)?;
    let changes = changes::of_removed_session_server(project.session_server.as_ref());
    record(
        conn,
        ActivityAction::SessionServerRemoved,
        (id, &project.name),
        changes,
        by,
    )?;
    Ok(true)
}
