//! Reports of leaked keys.

use jiff::Timestamp;
use uuid::Uuid;

use super::KeyRecord;
use crate::api::DecidedLeak;
use crate::model::{LeakResponse, LeakSource, TokenHash, WhichToken};

/// A token that somebody reported, with texts that can be shown.
#[derive(Debug, Clone)]
pub struct NewLeak {
    pub token: TokenHash,
    pub url: String,
    pub note: String,
    /// Of the token and where it was found: the same report twice is one.
    pub fingerprint: [u8; 32],
}

/// A report as it is stored, with the key as it is now.
#[derive(Debug, Clone)]
pub struct LeakRecord {
    pub id: Uuid,
    pub key: KeyRecord,
    pub token: WhichToken,
    pub source: LeakSource,
    pub url: String,
    pub note: String,
    pub reported_at: Timestamp,
    pub response: LeakResponse,
    pub decided: Option<DecidedLeak>,
}

/// What came of a decision.
#[derive(Debug, Clone)]
pub enum LeakOutcome {
    Decided(Box<LeakRecord>),
    /// Someone was faster.
    AlreadyDecided(Box<LeakRecord>),
    Missing,
}
