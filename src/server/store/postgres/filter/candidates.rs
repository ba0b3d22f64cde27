//! Which rows to look at for a text.

use super::kept::kept;
use super::{CANDIDATES, Candidates, Filter};
use crate::server::store::StoreResult;
use crate::server::store::db::Db;
use crate::server::store::filter::UsageFilter;

impl Filter {
    /// `None`: nothing but looking at the rows tells, or they are few anyway.
    pub async fn candidates(&self, db: &impl Db, trigrams: &impl Db) -> StoreResult<Option<Candidates>> {
        let Some(text) = self.text.as_ref().filter(|text| text.has_trigram()) else {
            return Ok(None);
        };
        let without_text = Self {
            text: None,
            usage: UsageFilter::default(),
            ..self.clone()
        };
        if kept(db, &without_text).await?.total() <= CANDIDATES as u64 {
            return Ok(None);
        }
        let mut found = text.containing(trigrams).await?;
        if found.complete && !text.projects.is_empty() {
            let more = text.of_projects(db).await?;
            found.complete = more.complete;
            found.seqs.extend(more.seqs);
        }
        Ok(Some(found))
    }
}
