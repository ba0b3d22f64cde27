//! Verifies the activity log of a database in a file before it is backed up, restored or moved: afterwards
//! it would be unknown when it was changed.

use jiff::Timestamp;

use super::Failure;
use super::activity::{pages, prove};
use crate::api::{ActivityHead, ActivityQuery};
use crate::deck::bootstrap::block_on;
use crate::server::seal;
use crate::server::store::Cursor;
use crate::server::store::sqlite::Closed;

/// The result of verifying a log.
pub struct VerifiedLog {
    pub head: ActivityHead,
    /// When its newest row was written.
    pub newest: Option<Timestamp>,
}

/// Fails with the row that was changed or removed, or with the first row of the tables that the log does not explain.
pub fn log(database: &Closed) -> Result<VerifiedLog, Failure> {
    block_on(async {
        let page = async |query: ActivityQuery| database.activity(&query).map_err(Failure::failed);
        let newest = page(pages(None, 1)).await?.items.pop();
        let head = database.activity_head().map_err(Failure::failed)?;
        let written = newest.as_ref().map(|row| row.at);
        let (verdict, _) = prove(head, None, newest, page).await?;
        let head = verdict.map_err(|fault| Failure::Failed(format!("in its activity log, {fault}")))?;
        explained(database)?;
        let data_keys = database.data_keys().map_err(Failure::failed)?;
        let baseline = database.baseline().map_err(Failure::failed)?;
        seal::is_bound(&data_keys, baseline).map_err(Failure::failed)?;
        Ok(VerifiedLog {
            head,
            newest: written,
        })
    })
}

/// Whether people, projects, gateways and keys match the log.
fn explained(database: &Closed) -> Result<(), Failure> {
    let mut next = Some(Cursor::START);
    while let Some(from) = next {
        let compared = database.compare(from).map_err(Failure::failed)?;
        if let Some(sentence) = compared.unexplained {
            return Err(Failure::Failed(sentence));
        }
        next = compared.next;
    }
    Ok(())
}
