//! Keys: finding them, and changing them.

use async_trait::async_trait;
use tokio::sync::mpsc::Sender;
use uuid::Uuid;

use crate::api::{KeyAttention, KeyCounts, KeyFilter, Policy, PolicyEdit, RevealPurpose};
use crate::model::{Settings, TokenHash};
use crate::server::store::{
    Actor, Called, Found, FoundToken, KeyChange, KeyCreation, KeyQuery, KeyRecord, KeySlice, KeySwitch,
    NewKey, NewKeyToken, Revocation, RotationChange, RotationEdit, Sealed, StoreResult, Visible,
};

#[async_trait]
pub trait KeyStore: Send + Sync {
    /// `None` when the position is [`Position::Around`] a key that is not among the filtered.
    ///
    /// [`Position::Around`]: crate::server::store::Position::Around
    async fn keys(&self, query: &KeyQuery) -> StoreResult<Option<KeySlice>>;
    /// Hands over all keys of a query in portions of its limit, as they are at one moment. Ends early when nobody takes them.
    async fn all_keys(&self, query: KeyQuery, to: Sender<Vec<KeyRecord>>) -> StoreResult<()>;
    async fn count_keys(&self, visible: Visible, filter: &KeyFilter) -> StoreResult<KeyCounts>;
    /// Whether keys are to be marked as expired, or are marked and have not.
    async fn marks_are_behind(&self) -> StoreResult<bool>;
    /// Sets some of these marks. Returns whether more may be left.
    async fn set_marks(&self) -> StoreResult<bool>;
    /// How many keys need attention.
    async fn attention(&self, visible: Visible) -> StoreResult<KeyAttention>;
    /// The projects that may be seen and are called so, or have it in their names.
    async fn projects_called(&self, text: &str, visible: Visible) -> StoreResult<Vec<Called>>;
    /// The same of people who created keys that may be seen.
    async fn creators_called(&self, text: &str, visible: Visible) -> StoreResult<Vec<Called>>;
    async fn key(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Found>>;
    /// By any token that it has or had.
    async fn key_by_hash(&self, hash: &TokenHash, visible: Visible) -> StoreResult<Option<FoundToken>>;
    async fn create_key(&self, new: NewKey, by: Actor) -> StoreResult<KeyCreation>;
    async fn edit_key(
        &self,
        id: Uuid,
        expected_version: u64,
        name: String,
        settings: Settings,
        by: Actor,
    ) -> StoreResult<KeyChange>;
    /// It refuses from now on, until it is enabled.
    async fn disable_key(&self, id: Uuid, reason: Option<String>, by: Actor) -> StoreResult<KeySwitch>;
    async fn enable_key(&self, id: Uuid, by: Actor) -> StoreResult<KeySwitch>;
    /// Gives it a new token, beside which the old one is valid for `overlap` seconds.
    async fn rotate_key(
        &self,
        id: Uuid,
        expected_version: u64,
        new: NewKeyToken,
        overlap: u32,
        by: Actor,
    ) -> StoreResult<RotationChange>;
    /// The old token is valid so many seconds longer.
    async fn extend_rotation(
        &self,
        id: Uuid,
        expected_version: Option<u64>,
        seconds: u32,
        by: Actor,
    ) -> StoreResult<RotationChange>;
    async fn finish_rotation(
        &self,
        id: Uuid,
        expected_version: Option<u64>,
        edit: RotationEdit,
        by: Actor,
    ) -> StoreResult<RotationChange>;
    /// The tokens of a key that are neither replaced nor ended.
    async fn valid_tokens(&self, id: Uuid) -> StoreResult<Vec<TokenHash>>;
    /// The tokens that a key has, revoked or not, each with its hint: the current one first.
    async fn tokens(&self, id: Uuid) -> StoreResult<Vec<(TokenHash, String)>>;
    /// The secret is destroyed and the row stays as a tombstone.
    async fn revoke_key(&self, id: Uuid, by: Actor) -> StoreResult<Revocation> {
        self.revoke_key_for(id, None, by).await
    }
    /// As [`KeyStore::revoke_key`], with a reason.
    async fn revoke_key_for(&self, id: Uuid, reason: Option<String>, by: Actor) -> StoreResult<Revocation>;
    /// Records the revelation, then hands out the sealed token. `None` when there is none.
    async fn reveal_key(&self, id: Uuid, by: Actor) -> StoreResult<Option<Sealed>> {
        self.reveal_key_for(id, RevealPurpose::Show, by).await
    }
    /// As [`KeyStore::reveal_key`], with what it is for.
    async fn reveal_key_for(
        &self,
        id: Uuid,
        purpose: RevealPurpose,
        by: Actor,
    ) -> StoreResult<Option<Sealed>>;

    async fn policy(&self) -> StoreResult<Policy>;
    /// Binds what is created and renewed from now on; keys that exist stay as they are.
    async fn set_policy(&self, edit: PolicyEdit, by: Actor) -> StoreResult<Policy>;
}

macro_rules! key_store {
    ($engine:ty) => {
        #[async_trait]
        impl KeyStore for $engine {
            async fn keys(&self, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
                self.page_of_keys(query).await
            }

            async fn all_keys(&self, query: KeyQuery, to: Sender<Vec<KeyRecord>>) -> StoreResult<()> {
                self.hand_over_keys(query, to).await
            }

            async fn count_keys(&self, visible: Visible, filter: &KeyFilter) -> StoreResult<KeyCounts> {
                self.counted_keys(visible, filter).await
            }

            async fn marks_are_behind(&self) -> StoreResult<bool> {
                quick!(self, |db| marks::are_behind(db))
            }

            async fn set_marks(&self) -> StoreResult<bool> {
                change!(self, None, |change| marks::set(change))
            }

            async fn attention(&self, visible: Visible) -> StoreResult<KeyAttention> {
                long!(self, |db| count::attention(db, visible))
            }

            async fn projects_called(&self, text: &str, visible: Visible) -> StoreResult<Vec<Called>> {
                let text = text.to_owned();
                long!(self, |db| called::projects(db, &text, visible))
            }

            async fn creators_called(&self, text: &str, visible: Visible) -> StoreResult<Vec<Called>> {
                let text = text.to_owned();
                long!(self, |db| called::creators(db, &text, visible))
            }

            async fn key(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Found>> {
                quick!(self, |db| keys::found(db, KeyBy::Id(id), visible))
            }

            async fn key_by_hash(
                &self,
                hash: &TokenHash,
                visible: Visible,
            ) -> StoreResult<Option<FoundToken>> {
                quick!(self, |db| rotations::find_token(db, hash, visible))
            }

            async fn create_key(&self, new: NewKey, by: Actor) -> StoreResult<KeyCreation> {
                let steady = self.steady.clone();
                change!(self, Some(by), |change| keys::create(change, &new, &steady))
            }

            async fn edit_key(
                &self,
                id: Uuid,
                expected_version: u64,
                name: String,
                settings: Settings,
                by: Actor,
            ) -> StoreResult<KeyChange> {
                change!(self, Some(by), |change| {
                    keys::edit(change, id, expected_version, &name, &settings)
                })
            }

            async fn disable_key(
                &self,
                id: Uuid,
                reason: Option<String>,
                by: Actor,
            ) -> StoreResult<KeySwitch> {
                change!(self, Some(by), |change| {
                    switch::disable(change, id, reason.as_deref())
                })
            }

            async fn enable_key(&self, id: Uuid, by: Actor) -> StoreResult<KeySwitch> {
                change!(self, Some(by), |change| switch::enable(change, id))
            }

            async fn rotate_key(
                &self,
                id: Uuid,
                expected_version: u64,
                new: NewKeyToken,
                overlap: u32,
                by: Actor,
            ) -> StoreResult<RotationChange> {
                erase!(self, Some(by), |change| {
                    rotations::rotate(change, id, expected_version, &new, overlap)
                })
            }

            async fn extend_rotation(
                &self,
                id: Uuid,
                expected_version: Option<u64>,
                seconds: u32,
                by: Actor,
            ) -> StoreResult<RotationChange> {
                change!(self, Some(by), |change| {
                    rotations::extend(change, id, expected_version, seconds)
                })
            }

            async fn finish_rotation(
                &self,
                id: Uuid,
                expected_version: Option<u64>,
                edit: RotationEdit,
                by: Actor,
            ) -> StoreResult<RotationChange> {
                erase!(self, Some(by), |change| {
                    rotations::finish_and_decide(change, id, expected_version, edit)
                })
            }

            async fn valid_tokens(&self, id: Uuid) -> StoreResult<Vec<TokenHash>> {
                quick!(self, |db| rotations::valid_tokens(db, id))
            }

            async fn tokens(&self, id: Uuid) -> StoreResult<Vec<(TokenHash, String)>> {
                quick!(self, |db| rotations::tokens(db, id))
            }

            async fn revoke_key_for(
                &self,
                id: Uuid,
                reason: Option<String>,
                by: Actor,
            ) -> StoreResult<Revocation> {
                erase!(self, Some(by), |change| {
                    revocations::revoke(change, id, reason.as_deref())
                })
            }

            async fn reveal_key_for(
                &self,
                id: Uuid,
                purpose: $crate::api::RevealPurpose,
                by: Actor,
            ) -> StoreResult<Option<Sealed>> {
                change!(self, Some(by), |change| keys::reveal(change, id, purpose))
            }

            async fn policy(&self) -> StoreResult<Policy> {
                quick!(self, |db| lifetimes::policy(db))
            }

            async fn set_policy(&self, edit: PolicyEdit, by: Actor) -> StoreResult<Policy> {
                change!(self, Some(by), |change| lifetimes::set(change, &edit))
            }
        }
    };
}

pub(in crate::server::store) use key_store;
