//! Keys of other products on their way in.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::api::User;
use crate::model::{TokenHash, ValidKey};
use crate::server::store::seals::Sealed;

/// A key that waits for the others of its import.
#[derive(Debug, Clone)]
pub struct StagedKey {
    /// Where it stands in what was given.
    pub line: i64,
    pub id: Uuid,
    pub valid: ValidKey,
    /// The numbers of its project and creator.
    pub project: Option<i64>,
    pub creator: i64,
    pub created_at: Timestamp,
    pub token_hash: TokenHash,
    pub hint: String,
    /// `None` where the hash alone was given, and for Analytics.
    pub sealed: Option<Sealed>,
    pub disabled: bool,
    pub reason: Option<String>,
}

/// What texts in an import are the names of.
#[derive(Debug, Clone, Default)]
pub struct ImportNames {
    /// By what was asked for; several may be called so.
    pub projects: HashMap<String, Vec<NamedProject>>,
    /// With their numbers.
    pub people: HashMap<String, (i64, User)>,
}

/// A project that is called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedProject {
    pub number: i64,
    pub id: Uuid,
    pub deployed: bool,
    pub creator: Uuid,
}

/// What came of staging keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staging {
    Staged,
    /// There is no such import of this person that is still open.
    Missing,
    TooMany,
}

/// What is wrong with a key of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFault {
    pub line: i64,
    pub field: &'static str,
    pub message: String,
}

/// What came of an import, or would come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportCommit {
    Done(ImportCounts),
    /// Nothing was imported: these are the first faults, by their lines, and how many there are.
    Refused(Vec<ImportFault>, u64),
    /// The secrets were sealed under a data key that was replaced meanwhile.
    Outdated,
    Missing,
}

/// How many keys became of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    pub imported: u64,
    /// They were there before.
    pub skipped: u64,
}
