//! The tokens of session servers.

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use uuid::Uuid;

use super::ask::{self, Db};
use super::change::Change;
use super::projects::{by_id, find};
use super::session_servers::signer_in;
use crate::api::ActivityAction;
use crate::model::TokenHash;
use crate::server::store::changes::{self, Subject};
use crate::server::store::statement::Entity;
use crate::server::store::{AskingServer, SessionTokenIssue, StoreResult, Visible};

pub async fn issue(change: &mut Change<'_>, id: Uuid, token: TokenHash) -> StoreResult<SessionTokenIssue> {
    let by = change.actor()?;
    let project = by_id(&change.tx, id, Visible::All).await?;
    let (Some(project), Some((seq, _))) = (project, find(&change.tx, id).await?) else {
        return Ok(SessionTokenIssue::Missing);
    };
    if project.session_server.is_none() {
        return Ok(SessionTokenIssue::NoSessionServer);
    }
    let had_one = delete(&change.tx, seq).await?;
    ask::run_one(
        &change.tx,
        "INSERT INTO session_tokens (project, token_hash, issued_by, issued_at) VALUES ($1, $2, $3, $4)",
        &[
            &seq,
            &token.0.as_slice(),
            &by.seq,
            &Timestamp::now().as_microsecond(),
        ],
    )
    .await?;
    let changes = changes::of_session_token(had_one, true);
    let action = ActivityAction::SessionTokenIssued;
    change.record(
        None,
        Subject::of(action, &project.name, changes).about(Entity::Project(id)),
    );
    Ok(SessionTokenIssue::Issued)
}

pub async fn revoke(change: &mut Change<'_>, id: Uuid) -> StoreResult<bool> {
    let project = by_id(&change.tx, id, Visible::All).await?;
    let (Some(project), Some((seq, _))) = (project, find(&change.tx, id).await?) else {
        return Ok(false);
    };
    if !delete(&change.tx, seq).await? {
        return Ok(false);
    }
    let changes = changes::of_session_token(true, false);
    let action = ActivityAction::SessionTokenRevoked;
    change.record(
        None,
        Subject::of(action, &project.name, changes).about(Entity::Project(id)),
    );
    Ok(true)
}

/// Whether there was one.
pub async fn delete(tx: &Transaction<'_>, project: i64) -> StoreResult<bool> {
    Ok(ask::run(tx, "DELETE FROM session_tokens WHERE project = $1", &[&project]).await? > 0)
}

pub async fn asking(db: &impl Db, token: &TokenHash) -> StoreResult<Option<AskingServer>> {
    let row = ask::maybe(
        db,
        "SELECT p.session_url, p.session_key_name, p.session_data_key, p.session_sealed, p.id, p.deployed
           FROM session_tokens AS t JOIN projects AS p ON p.seq = t.project
          WHERE t.token_hash = $1 AND p.session_url IS NOT NULL",
        &[&token.0.as_slice()],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(AskingServer {
        signer: signer_in(&row)?,
        project: row.try_get(4)?,
        deployed: row.try_get(5)?,
    }))
}
