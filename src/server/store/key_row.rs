//! What a key has in columns: read, and written.

mod settings;

use std::sync::LazyLock;

use jiff::Timestamp;
use uuid::Uuid;

use self::settings::end;
pub use self::settings::{
    Deciding, End, NEVER, Networks, between_lines, setting_columns, settings, settings_document,
};
pub(super) use self::settings::{deciding, settings_of};
use super::dialect::Dialect;
use super::row::{Columns, Read};
use super::{KeyGroup, KeyRecord, Place, PlaceValue, StoreError, StoreResult};
use crate::api::{Disabled, Imported, KeyRevocation, KeyRotation, PersonRef, ProjectRef, Sort};
use crate::model::{KeyState, Scope, Settings, Standing};

/// Whether a key of a table named `k` has expired. How late it is, is not asked for one that never ends.
pub fn expired(dialect: Dialect) -> &'static str {
    static EXPIRED: LazyLock<[String; 2]> = LazyLock::new(|| {
        Dialect::BOTH.map(|dialect| {
            let now = dialect.now();
            format!("(k.expires_at < {NEVER} AND k.expires_at <= {now})")
        })
    });
    &EXPIRED[dialect as usize]
}

/// Whether local development of a key of a table named `k` has ended. How late it is, is asked only where it ends.
pub fn local_ended(dialect: Dialect) -> &'static str {
    static ENDED: LazyLock<[String; 2]> = LazyLock::new(|| {
        Dialect::BOTH.map(|dialect| {
            let (ends, now) = ("k.local_development_ends_at", dialect.now());
            format!("(CASE WHEN {ends} IS NULL THEN FALSE ELSE {ends} <= {now} END)")
        })
    });
    &ENDED[dialect as usize]
}

/// Whether a key of a table named `k` has an old token that is valid beside the new one, as far as that depends on it.
pub fn rotating(dialect: Dialect) -> &'static str {
    static ROTATING: LazyLock<[String; 2]> = LazyLock::new(|| {
        Dialect::BOTH.map(|dialect| {
            let now = dialect.now();
            // The time is read once, not for every key.
            format!("(CASE WHEN k.old_ends_at IS NULL THEN FALSE ELSE k.old_ends_at > {now} END)")
        })
    });
    &ROTATING[dialect as usize]
}

/// How late it is, of a key of a table named `k` that has an end, of whatever kind; asked once for all of its ends, and not for
/// what never ends.
pub fn now_if_it_ends(dialect: Dialect) -> &'static str {
    static NOW: LazyLock<[String; 2]> = LazyLock::new(|| {
        Dialect::BOTH.map(|dialect| {
            let now = dialect.now();
            format!(
                "CASE WHEN k.expires_at < {NEVER} OR k.old_ends_at IS NOT NULL OR k.local_development_ends_at IS NOT NULL
                      THEN {now} END"
            )
        })
    });
    &NOW[dialect as usize]
}

/// What [`StoredKey`] is read from, of a table named `k`.
pub fn key_columns(dialect: Dialect) -> &'static str {
    static COLUMNS: LazyLock<[String; 2]> = LazyLock::new(|| {
        Dialect::BOTH.map(|dialect| {
            let (settings, expired, rotating) = (settings_of!("k"), expired(dialect), rotating(dialect));
            let local_ended = local_ended(dialect);
            format!(
                "k.id, k.name, k.name_key, k.scope, k.created_at, k.last_used_at, k.version, k.hint, k.creator, k.project,
                 {settings}, {expired}, k.disabled_at, k.disabled_by, k.disabled_reason,
                 {rotating}, k.rotated_at, k.old_ends_at, k.old_hint, k.seq, k.revoked_at, k.revoked_by, k.revoked_reason,
                 {local_ended}, k.last_refused_at, k.imported_at, k.sealed IS NULL"
            )
        })
    });
    &COLUMNS[dialect as usize]
}

/// A key, its project and people still numbers.
pub struct StoredKey {
    pub seq: i64,
    id: Uuid,
    name: String,
    name_key: String,
    scope: Scope,
    created_at: Timestamp,
    last_used_at: Timestamp,
    version: u64,
    hint: String,
    pub creator: i64,
    pub project: Option<i64>,
    settings: Settings,
    state: KeyState,
    disabled: Option<SwitchRow>,
    rotation: Option<KeyRotation>,
    revoked: Option<SwitchRow>,
    local_development_ended: bool,
    last_refused_at: Timestamp,
    imported: Option<Imported>,
}

/// When it was disabled or revoked, by whom, and why.
struct SwitchRow {
    at: Timestamp,
    by: i64,
    reason: Option<String>,
}

impl SwitchRow {
    fn read(columns: &mut Columns<'_, impl super::row::Row>) -> StoreResult<Option<Self>> {
        let (at, by, reason): (Option<Timestamp>, Option<i64>, String) = columns.next()?;
        Ok(at.zip(by).map(|(at, by)| Self {
            at,
            by,
            reason: Some(reason).filter(|reason| !reason.is_empty()),
        }))
    }
}

impl Read for StoredKey {
    fn read<R: super::row::Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let mut row = Self {
            seq: 0,
            id: columns.next()?,
            name: columns.next()?,
            name_key: columns.next()?,
            scope: columns.next()?,
            created_at: columns.next()?,
            last_used_at: columns.next()?,
            version: columns.next()?,
            hint: columns.next()?,
            creator: columns.next()?,
            project: columns.next()?,
            settings: columns.next()?,
            state: KeyState::Active,
            disabled: None,
            rotation: None,
            revoked: None,
            local_development_ended: false,
            last_refused_at: Timestamp::UNIX_EPOCH,
            imported: None,
        };
        let expired = columns.next()?;
        row.disabled = SwitchRow::read(columns)?;
        let rotation = rotation(columns, row.settings.expires_at)?;
        row.seq = columns.next()?;
        row.revoked = SwitchRow::read(columns)?;
        let standing = Standing {
            revoked: row.revoked.is_some(),
            replaced: false,
            expired,
            disabled: row.disabled.is_some(),
        };
        row.state = standing.state();
        row.rotation = rotation.filter(|_| !expired && row.revoked.is_none());
        row.local_development_ended = columns.next()?;
        row.last_refused_at = columns.next()?;
        let (imported_at, is_not_kept): (Option<Timestamp>, bool) = columns.next()?;
        let hash_only = is_not_kept && row.scope.is_viewable() && row.revoked.is_none();
        row.imported = imported_at.map(|at| Imported { at, hash_only });
        Ok(row)
    }
}

impl StoredKey {
    /// Where it lies in a sort; of revoked keys there is only one. Where it lies in a sort by groups, it doesn't know alone.
    pub fn place(&self, sort: Sort) -> StoreResult<Place> {
        if let Some(revoked) = &self.revoked {
            let value = PlaceValue::Time(revoked.at.as_microsecond());
            return Ok(Place { value, id: self.id });
        }
        let value = match sort {
            Sort::Scope => PlaceValue::Scope(self.scope, self.name_key.clone()),
            Sort::Name => PlaceValue::Name(self.name_key.clone()),
            Sort::CreatedAt => PlaceValue::Time(self.created_at.as_microsecond()),
            Sort::LastUsedAt => PlaceValue::Time(self.last_used()),
            Sort::LastRefusedAt => PlaceValue::Time(self.last_refused_at.as_microsecond()),
            Sort::ExpiresAt => PlaceValue::Time(self.end()),
            Sort::Project | Sort::Creator | Sort::State | Sort::Requests => {
                return Err(StoreError::Fault("a key was placed without its group".into()));
            }
        };
        Ok(Place { value, id: self.id })
    }

    /// Where it lies in a sort by groups, by name within one.
    pub fn place_in(&self, group: KeyGroup) -> Place {
        Place {
            value: PlaceValue::Grouped(group, self.name_key.clone()),
            id: self.id,
        }
    }

    /// Where it lies in a sort by rank.
    pub fn place_ranked(&self, rank: i64, time: i64) -> Place {
        Place {
            value: PlaceValue::Ranked(rank, time),
            id: self.id,
        }
    }

    /// In microseconds; the greatest number never ends.
    pub fn end(&self) -> i64 {
        end(&self.settings)
    }

    /// In microseconds; 0 is never.
    pub fn last_used(&self) -> i64 {
        self.last_used_at.as_microsecond()
    }

    /// The number of who disabled it.
    pub fn disabled_by(&self) -> Option<i64> {
        self.disabled.as_ref().map(|disabled| disabled.by)
    }

    /// The number of who revoked it.
    pub fn revoked_by(&self) -> Option<i64> {
        self.revoked.as_ref().map(|revoked| revoked.by)
    }

    /// As it is shown, with what its numbers stand for.
    pub fn record(
        self,
        creator: PersonRef,
        project: Option<ProjectRef>,
        [disabled_by, revoked_by]: [Option<PersonRef>; 2],
    ) -> KeyRecord {
        let disabled = self.disabled.zip(disabled_by);
        let revoked = self.revoked.zip(revoked_by);
        KeyRecord {
            state: self.state,
            rotation: self.rotation,
            local_development_ended: self.local_development_ended,
            disabled: disabled.map(|(SwitchRow { at, reason, .. }, by)| Disabled { at, by, reason }),
            revoked: revoked.map(|(SwitchRow { at, reason, .. }, by)| KeyRevocation { at, by, reason }),
            refused_since: None,
            week: None,
            id: self.id,
            name: self.name,
            scope: self.scope,
            project,
            creator,
            created_at: self.created_at,
            last_used_at: Some(self.last_used_at).filter(|time| *time != Timestamp::UNIX_EPOCH),
            last_refused_at: Some(self.last_refused_at).filter(|time| *time != Timestamp::UNIX_EPOCH),
            imported: self.imported,
            version: self.version,
            hint: self.hint,
            settings: self.settings,
        }
    }
}

/// While both tokens are valid; no token is longer than the key.
fn rotation(
    columns: &mut Columns<'_, impl super::row::Row>,
    expires_at: Option<Timestamp>,
) -> StoreResult<Option<KeyRotation>> {
    let is_running: bool = columns.next()?;
    let (started_at, ends_at): (Option<Timestamp>, Option<Timestamp>) = columns.next()?;
    let old_hint: Option<String> = columns.next()?;
    Ok(match (started_at, ends_at, old_hint) {
        (Some(started_at), Some(ends_at), Some(old_hint)) if is_running => Some(KeyRotation {
            started_at,
            ends_at: expires_at.map_or(ends_at, |key| key.min(ends_at)),
            old_hint,
            uses: None,
        }),
        _ => None,
    })
}
