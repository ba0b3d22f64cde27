//! The tokens of session servers: each change with its row of the activity log.

use uuid::Uuid;

use super::db::{Change, Db, columns, insert, values};
use super::projects::{by_id, delete_session_token, record, seq};
use super::row::{Columns, Read, Row};
use super::session_servers::SIGNER;
use super::tables::SESSION_TOKENS;
use super::{AskingServer, SessionTokenIssue, StoreResult, Visible, changes};
use crate::api::ActivityAction;
use crate::model::TokenHash;

pub async fn issue(change: &mut impl Change, id: Uuid, token: TokenHash) -> StoreResult<SessionTokenIssue> {
    let Some(project) = by_id(change.db(), id, Visible::All).await? else {
        return Ok(SessionTokenIssue::Missing);
    };
    if project.session_server.is_none() {
        return Ok(SessionTokenIssue::NoSessionServer);
    }
    let number = seq(change.db(), id).await?;
    let had_one = delete_session_token(change.db(), number).await?;
    let row = columns! {
        project: number,
        token_hash: token,
        issued_by: change.actor()?.seq,
        issued_at: change.now(),
    };
    insert(change.db(), &SESSION_TOKENS, row).await?;
    let changes = changes::of_session_token(had_one, true);
    record(
        change,
        ActivityAction::SessionTokenIssued,
        id,
        &project.name,
        changes,
    );
    Ok(SessionTokenIssue::Issued)
}

pub async fn revoke(change: &mut impl Change, id: Uuid) -> StoreResult<bool> {
    let Some(project) = by_id(change.db(), id, Visible::All).await? else {
        return Ok(false);
    };
    let number = seq(change.db(), id).await?;
    if !delete_session_token(change.db(), number).await? {
        return Ok(false);
    }
    let changes = changes::of_session_token(true, false);
    record(
        change,
        ActivityAction::SessionTokenRevoked,
        id,
        &project.name,
        changes,
    );
    Ok(true)
}

impl Read for AskingServer {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            project: columns.next()?,
            deployed: columns.next()?,
            signer: columns.next()?,
        })
    }
}

pub async fn asking(db: &impl Db, token: &TokenHash) -> StoreResult<Option<AskingServer>> {
    let sql = format!(
        "SELECT p.id, p.deployed, {SIGNER} FROM session_tokens AS t JOIN projects AS p ON p.seq = t.project
          WHERE t.token_hash = ? AND p.session_url IS NOT NULL"
    );
    db.maybe(&sql, values![*token]).await
}
