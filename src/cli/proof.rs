//! Whether the activity log of a database in a file is as it was written: before it is backed up, restored or
//! moved, since afterwards nobody could tell when it was changed.

use jiff::Timestamp;

use super::Failure;
use super::activity::{pages, prove};
use super::founding::block_on;
use crate::api::{ActivityHead, ActivityQuery};
use crate::server::store::sqlite::Closed;

/// What a log proved to be.
pub struct Proven {
    pub head: ActivityHead,
    /// When its newest row was written.
    pub newest: Option<Timestamp>,
}

/// Fails with the row that was changed or taken out.
pub fn log(database: &Closed) -> Result<Proven, Failure> {
    block_on(async {
        let page = async |query: ActivityQuery| database.activity(&query).map_err(Failure::failed);
        let newest = page(pages(None, 1)).await?.items.pop();
        let head = database.activity_head().map_err(Failure::failed)?;
        let written = newest.as_ref().map(|row| row.at);
        let (verdict, _) = prove(head, None, newest, page).await?;
        Ok(Proven {
            head: verdict.map_err(|fault| Failure::Failed(format!("in its activity log, {fault}")))?,
            newest: written,
        })
    })
}
