//! Imports of keys of other products.

use async_trait::async_trait;
use uuid::Uuid;

use crate::server::store::{Actor, ImportCommit, ImportNames, StagedKey, Staging, StoreResult, Visible};

#[async_trait]
pub trait ImportStore: Send + Sync {
    /// Nothing is imported yet. An import that was not committed within an hour is forgotten.
    async fn begin_import(&self, id: Uuid, by: Actor) -> StoreResult<()>;
    /// What these texts are the names of.
    async fn import_names(
        &self,
        projects: Vec<String>,
        people: Vec<String>,
        visible: Visible,
    ) -> StoreResult<ImportNames>;
    /// These wait until all of their import are there.
    async fn stage_keys(&self, id: Uuid, keys: Vec<StagedKey>, by: Actor) -> StoreResult<Staging>;
    /// What would come of it.
    async fn dry_import(
        &self,
        id: Uuid,
        person: Uuid,
        visible: Visible,
        skip_existing: bool,
    ) -> StoreResult<ImportCommit>;
    /// Makes keys of all that were staged, in one transaction, or of none. Of very many it takes seconds, in which others
    /// can't write.
    async fn commit_import(&self, id: Uuid, skip_existing: bool, by: Actor) -> StoreResult<ImportCommit>;
    /// Forgets what was staged. `false`: there is no such import that is open.
    async fn give_up_import(&self, id: Uuid, by: Actor) -> StoreResult<bool>;
    /// Whether there is what waited too long.
    async fn has_old_imports(&self) -> StoreResult<bool>;
    /// Forgets what waited too long, whoever began it.
    async fn forget_imports(&self) -> StoreResult<()>;
}

macro_rules! import_store {
    ($engine:ty) => {
        #[async_trait]
        impl ImportStore for $engine {
            async fn begin_import(&self, id: Uuid, by: Actor) -> StoreResult<()> {
                let steady = self.steady.clone();
                change!(self, Some(by), |change| imports::begin(change, id, &steady))
            }

            async fn import_names(
                &self,
                projects: Vec<String>,
                people: Vec<String>,
                visible: Visible,
            ) -> StoreResult<ImportNames> {
                long!(self, |db| imports::names(db, &projects, &people, visible))
            }

            async fn stage_keys(&self, id: Uuid, keys: Vec<StagedKey>, by: Actor) -> StoreResult<Staging> {
                change!(self, Some(by), |change| imports::stage(change, id, &keys))
            }

            async fn dry_import(
                &self,
                id: Uuid,
                person: Uuid,
                visible: Visible,
                skip_existing: bool,
            ) -> StoreResult<ImportCommit> {
                let looked: StoreResult<imports::Looked> = long!(self, |db| imports::look(
                    db,
                    id,
                    person,
                    visible,
                    skip_existing
                ));
                looked.map(imports::dry_run)
            }

            async fn commit_import(
                &self,
                id: Uuid,
                skip_existing: bool,
                by: Actor,
            ) -> StoreResult<ImportCommit> {
                let (person, visible) = (by.user, by.visible);
                let looked: StoreResult<imports::Looked> = long!(self, |db| imports::look(
                    db,
                    id,
                    person,
                    visible,
                    skip_existing
                ));
                let looked = match looked? {
                    Ok(looked) => looked,
                    Err(commit) => return Ok(commit),
                };
                change!(self, Some(by), |change| imports::commit(
                    change, id, &looked
                ))
            }

            async fn give_up_import(&self, id: Uuid, by: Actor) -> StoreResult<bool> {
                erase!(self, Some(by), |change| imports::give_up(change, id))
            }

            async fn has_old_imports(&self) -> StoreResult<bool> {
                quick!(self, |db| imports::are_old(db))
            }

            async fn forget_imports(&self) -> StoreResult<()> {
                let steady = self.steady.clone();
                erase!(self, None, |change| imports::forget_old(
                    change, None, &steady
                ))
            }
        }
    };
}

pub(in crate::server::store) use import_store;
