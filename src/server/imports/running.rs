//! Imports that are being committed: they go on when nobody waits for them any more, and whoever asks again waits for the
//! same one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

use crate::server::store::{ImportCommit, StoreError, StoreResult};

/// An import, and whose it is.
type ImportId = (Uuid, Uuid);
type Outcome = Option<StoreResult<ImportCommit>>;

#[derive(Default)]
pub struct RunningImports(Arc<Mutex<HashMap<ImportId, watch::Receiver<Outcome>>>>);

/// One of them.
pub struct Running(watch::Receiver<Outcome>);

impl RunningImports {
    /// The commit of this import that is under way, or this one.
    pub fn join(
        &self,
        id: ImportId,
        commit: impl Future<Output = StoreResult<ImportCommit>> + Send + 'static,
    ) -> Running {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(under_way) = running.get(&id) {
            return Running(under_way.clone());
        }
        let (tell, outcome) = watch::channel(None);
        running.insert(id, outcome.clone());
        let all = self.0.clone();
        tokio::spawn(async move {
            let outcome = commit.await;
            all.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            // Who asks later asks the store, which knows.
            let _ = tell.send(Some(outcome));
        });
        Running(outcome)
    }
}

impl Running {
    pub async fn finished(&mut self) -> StoreResult<ImportCommit> {
        let ended = || StoreError::Unavailable("the import was given up; try again".into());
        let outcome = self.0.wait_for(Option::is_some).await.map_err(|_| ended())?;
        outcome.clone().unwrap_or_else(|| Err(ended()))
    }
}
