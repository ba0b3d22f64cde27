//! Keys as they are stored, asked for, and what comes of changing them.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::Visible;
use crate::api::{
    Disabled, Imported, KeyFilter, KeyRevocation, KeyRotation, KeyWeek, PersonRef, ProjectRef, RefusedSince,
    Sort,
};
use crate::model::{KeyState, Scope, Settings, TokenHash, ValidKey, WhichToken};
use crate::server::store::seals::Sealed;

/// A key as it is stored; of a revoked one, what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    pub id: Uuid,
    pub name: String,
    pub scope: Scope,
    pub project: Option<ProjectRef>,
    pub creator: PersonRef,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub last_refused_at: Option<Timestamp>,
    pub imported: Option<Imported>,
    pub version: u64,
    pub hint: String,
    pub settings: Settings,
    pub state: KeyState,
    pub disabled: Option<Disabled>,
    pub rotation: Option<KeyRotation>,
    pub revoked: Option<KeyRevocation>,
    /// Where it is not active.
    pub refused_since: Option<RefusedSince>,
    /// In a page that was asked for it.
    pub week: Option<KeyWeek>,
    /// By the clock of the database.
    pub local_development_ended: bool,
}

/// A key to be stored.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub id: Uuid,
    pub valid: ValidKey,
    pub token_hash: TokenHash,
    pub hint: String,
    /// `None` for Analytics, by a constraint of the database too.
    pub sealed: Option<Sealed>,
    pub created_at: Timestamp,
    pub idempotency: Option<Idempotency>,
}

/// An `Idempotency-Key` of a user, and what it was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    pub key: String,
    /// SHA-256 of the request that it came with.
    pub fingerprint: [u8; 32],
}

/// How long an `Idempotency-Key` is remembered.
pub const IDEMPOTENT: Duration = Duration::from_secs(24 * 3600);

/// What came of a creation.
#[derive(Debug, Clone)]
pub enum KeyCreation {
    Created(KeyRecord),
    /// The idempotency key was used before for the same request. `None`: the key that it made was
    /// revoked since.
    Replayed(Option<KeyRecord>),
    /// The idempotency key was used before for another request.
    Mismatch,
    NameTaken,
    ProjectMissing,
    ProjectNotDeployed,
    /// It can't end then: why, in a sentence.
    WrongEnd(String),
}

/// What came of an edit.
#[derive(Debug, Clone)]
pub enum KeyChange {
    Changed(KeyRecord),
    /// The version was not the expected one; this is the key now.
    Conflict(KeyRecord),
    NameTaken,
    /// It can't end then: why, in a sentence.
    WrongEnd(String),
    /// Missing, not visible or revoked.
    Missing,
}

/// What came of disabling a key, or enabling it.
#[derive(Debug, Clone)]
pub enum KeySwitch {
    /// It is so now, or was before.
    Switched(KeyRecord),
    /// It can't be enabled: its end has passed.
    Expired(KeyRecord),
    Revoked(RevokedKey),
    Missing,
}

/// A token that a key is to have.
#[derive(Debug, Clone)]
pub struct NewKeyToken {
    pub hash: TokenHash,
    pub hint: String,
    /// `None` for Analytics.
    pub sealed: Option<Sealed>,
}

/// How a rotation ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationEdit {
    /// The old token is refused.
    End,
    /// The new token is refused.
    Cancel,
}

/// What came of rotating a key, or changing a rotation.
#[derive(Debug, Clone)]
pub enum RotationChange {
    Changed(KeyRecord),
    /// The version was not the expected one; this is the key now.
    Conflict(KeyRecord),
    /// It has to be renewed first.
    Expired(KeyRecord),
    /// The key can't go on until its end: why, in a sentence.
    WrongEnd(String),
    /// It is being rotated, and its new token was used.
    InUse(KeyRecord),
    NotRotating(KeyRecord),
    /// It can't be extended by so much: why, in a sentence.
    TooLong(String),
    Revoked(RevokedKey),
    Missing,
}

/// A key by one of its tokens.
#[derive(Debug, Clone)]
pub struct FoundToken {
    pub found: Found,
    pub which: WhichToken,
    /// Of a token that was replaced: since when it is refused.
    pub replaced_at: Option<Timestamp>,
}

/// What came of a revocation.
#[derive(Debug, Clone)]
pub enum Revocation {
    Revoked,
    /// Someone was faster.
    AlreadyRevoked(RevokedKey),
    Missing,
}

/// A tombstone.
#[derive(Debug, Clone)]
pub struct RevokedKey {
    pub id: Uuid,
    pub name: String,
    pub scope: Scope,
    pub revoked_at: Timestamp,
    pub revoked_by: PersonRef,
    /// As it was.
    pub record: Box<KeyRecord>,
}

/// A key by id or hash, revoked or not.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it is seldom a tombstone"
)]
pub enum Found {
    Active(KeyRecord),
    Revoked(RevokedKey),
}

impl Found {
    pub fn record(&self) -> &KeyRecord {
        match self {
            Found::Active(record) => record,
            Found::Revoked(key) => &key.record,
        }
    }

    pub fn record_mut(&mut self) -> &mut KeyRecord {
        match self {
            Found::Active(record) => record,
            Found::Revoked(key) => &mut key.record,
        }
    }
}

impl From<KeyRecord> for Found {
    fn from(record: KeyRecord) -> Self {
        match record.revoked.clone() {
            None => Found::Active(record),
            Some(KeyRevocation { at, by, .. }) => Found::Revoked(RevokedKey {
                id: record.id,
                name: record.name.clone(),
                scope: record.scope,
                revoked_at: at,
                revoked_by: by,
                record: Box::new(record),
            }),
        }
    }
}

/// The place of a key in a sort: its sort value and, as the tie-breaker, its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub value: PlaceValue,
    pub id: Uuid,
}

/// The sort value of a place, by [`Sort`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceValue {
    /// `Scope`: the scope, then the name as it is compared.
    Scope(Scope, String),
    /// `Name`: the name as it is compared.
    Name(String),
    /// `CreatedAt`, `LastUsedAt`, `LastRefusedAt`, `ExpiresAt`, and of revoked keys when they were: microseconds since the
    /// epoch; 0 is never used or refused, and the greatest number never ends.
    Time(i64),
    /// `Project`, `Creator`: the group, then the name as it is compared.
    Grouped(KeyGroup, String),
    /// `State`, `Requests`: its rank, then the time by which keys of one rank are sorted, in microseconds as of `Time`.
    Ranked(i64, i64),
}

/// What a key is listed under: a project or a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyGroup {
    /// 1: it has no project.
    pub rank: i64,
    /// As it is compared.
    pub name: String,
    pub id: Uuid,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    Start,
    End,
    After(Place),
    Before(Place),
    /// At this place, inclusive.
    At(Place),
    /// With this key in the middle.
    Around(Uuid),
}

/// A page to be read.
#[derive(Debug, Clone)]
pub struct KeyQuery {
    pub visible: Visible,
    pub filter: KeyFilter,
    pub sort: Sort,
    pub descending: bool,
    pub position: Position,
    /// 1 to 200.
    pub limit: u32,
    /// Whether each key comes with [`KeyRecord::week`].
    pub week: bool,
}

/// A page as read, in the order of the query whichever way it was read. Before and after no keys there is nothing.
#[derive(Debug, Clone)]
pub struct KeySlice {
    pub items: Vec<(KeyRecord, Place)>,
    pub more_before: bool,
    pub more_after: bool,
}
