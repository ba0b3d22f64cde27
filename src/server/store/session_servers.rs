//! The session servers of projects: each change with its row of the activity log.

use uuid::Uuid;

use super::data_keys::expect_newest;
use super::db::{Change, Db, columns, update, values};
use super::projects::{by_id, record, seq, wipe_session_server};
use super::row::{Columns, Read, Row};
use super::tables::PROJECTS;
use super::{
    NewSessionServer, ProjectRecord, Sealed, SessionServerChange, SessionSigner, StoreResult, Visible,
    changes,
};
use crate::api::{ActivityAction, SessionServer};

/// Of a table named `p`.
pub const SIGNER: &str = "p.session_url, p.session_key_name, p.session_data_key, p.session_sealed";

impl Read for SessionSigner {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            server: SessionServer {
                url: columns.next()?,
                key_name: columns.next()?,
            },
            private_key: columns.next()?,
        })
    }
}

impl Read for Sealed {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            data_key: columns.next()?,
            bytes: columns.next()?,
        })
    }
}

pub async fn signer(db: &impl Db, project: Uuid) -> StoreResult<Option<SessionSigner>> {
    let sql = format!("SELECT {SIGNER} FROM projects AS p WHERE p.id = ? AND p.session_url IS NOT NULL");
    db.maybe(&sql, values![project]).await
}

pub async fn set(
    change: &mut impl Change,
    id: Uuid,
    new: &NewSessionServer,
) -> StoreResult<SessionServerChange> {
    let Some(project) = by_id(change.db(), id, Visible::All).await? else {
        return Ok(SessionServerChange::Missing);
    };
    if project.session_server.is_none() && new.private_key.is_none() {
        return Ok(SessionServerChange::NoPrivateKey);
    }
    let changes = changes::of_session_server(project.session_server.as_ref(), new);
    let mut set = columns! {
        session_url: &new.server.url,
        session_key_name: &new.server.key_name,
    };
    if let Some(sealed) = &new.private_key {
        expect_newest(change.db(), sealed).await?;
        set.extend(columns! {
            session_data_key: sealed.data_key,
            session_sealed: &sealed.bytes,
        });
    }
    if !changes.is_empty() {
        let number = seq(change.db(), id).await?;
        update(change.db(), &PROJECTS, number, set).await?;
        record(
            change,
            ActivityAction::SessionServerSet,
            id,
            &project.name,
            changes,
        );
    }
    Ok(SessionServerChange::Set(ProjectRecord {
        session_server: Some(new.server.clone()),
        ..project
    }))
}

pub async fn remove(change: &mut impl Change, id: Uuid) -> StoreResult<bool> {
    let project = by_id(change.db(), id, Visible::All).await?;
    let Some(project) = project.filter(|project| project.session_server.is_some()) else {
        return Ok(false);
    };
    let number = seq(change.db(), id).await?;
    wipe_session_server(change.db(), number).await?;
    let changes = changes::of_removed_session_server(project.session_server.as_ref());
    record(
        change,
        ActivityAction::SessionServerRemoved,
        id,
        &project.name,
        changes,
    );
    Ok(true)
}
