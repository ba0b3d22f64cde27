//! The session servers of projects.

use tokio_postgres::Row;
use uuid::Uuid;

use super::ask::{self, Db};
use super::change::Change;
use super::data_keys;
use super::projects::{by_id, find};
use super::session_tokens;
use crate::api::{ActivityAction, SessionServer};
use crate::server::store::changes::{self, Subject};
use crate::server::store::statement::Entity;
use crate::server::store::{
    NewSessionServer, ProjectRecord, Sealed, SessionServerChange, SessionSigner, StoreResult, Visible,
};

pub async fn signer(db: &impl Db, project: Uuid) -> StoreResult<Option<SessionSigner>> {
    let row = ask::maybe(
        db,
        "SELECT session_url, session_key_name, session_data_key, session_sealed FROM projects
          WHERE id = $1 AND session_url IS NOT NULL",
        &[&project],
    )
    .await?;
    row.as_ref().map(signer_in).transpose()
}

/// From `session_url`, `session_key_name`, `session_data_key` and `session_sealed`, which a row begins with.
pub fn signer_in(row: &Row) -> StoreResult<SessionSigner> {
    Ok(SessionSigner {
        server: SessionServer {
            url: row.try_get(0)?,
            key_name: row.try_get(1)?,
        },
        private_key: Sealed {
            data_key: row.try_get::<_, i32>(2)? as u32,
            bytes: row.try_get(3)?,
        },
    })
}

pub async fn set(
    change: &mut Change<'_>,
    id: Uuid,
    new: &NewSessionServer,
) -> StoreResult<SessionServerChange> {
    let Some(project) = by_id(&change.tx, id, Visible::All).await? else {
        return Ok(SessionServerChange::Missing);
    };
    if project.session_server.is_none() && new.private_key.is_none() {
        return Ok(SessionServerChange::NoPrivateKey);
    }
    let changes = changes::of_session_server(project.session_server.as_ref(), new);
    if let Some(sealed) = &new.private_key {
        data_keys::expect_newest(&change.tx, sealed).await?;
    }
    if !changes.is_empty() {
        let sealed = new.private_key.as_ref();
        ask::run_one(
            &change.tx,
            "UPDATE projects SET session_url = $1, session_key_name = $2,
                                 session_data_key = coalesce($3, session_data_key),
                                 session_sealed = coalesce($4, session_sealed)
              WHERE id = $5",
            &[
                &new.server.url,
                &new.server.key_name,
                &sealed.map(|sealed| sealed.data_key as i32),
                &sealed.map(|sealed| &sealed.bytes),
                &id,
            ],
        )
        .await?;
        change.record(
            None,
            Subject::of(ActivityAction::SessionServerSet, &project.name, changes).about(Entity::Project(id)),
        );
    }
    Ok(SessionServerChange::Set(ProjectRecord {
        session_server: Some(new.server.clone()),
        ..project
    }))
}

pub async fn remove(change: &mut Change<'_>, id: Uuid) -> StoreResult<bool> {
    let project = by_id(&change.tx, id, Visible::All).await?;
    let Some(project) = project.filter(|project| project.session_server.is_some()) else {
        return Ok(false);
    };
    if let Some((seq, _)) = find(&change.tx, id).await? {
        session_tokens::delete(&change.tx, seq).await?;
    }
    ask::run_one(
        &change.tx,
        "UPDATE projects SET session_url = NULL, session_key_name = NULL, session_data_key = NULL,
                             session_sealed = NULL
          WHERE id = $1",
        &[&id],
    )
    .await?;
    let changes = changes::of_removed_session_server(project.session_server.as_ref());
    let action = ActivityAction::SessionServerRemoved;
    let subject = Subject::of(action, &project.name, changes);
    change.record(None, subject.about(Entity::Project(id)));
    Ok(true)
}
