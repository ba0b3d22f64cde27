//! All keys of an import at once.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::check::{CheckedImport, ImportQuestion, check};
use super::open::{OpenImport, TOLD, find};
use crate::api::{ActivityAction, ActivityHead};
use crate::model::{Scope, Settings};
use crate::server::store::activity;
use crate::server::store::changes;
use crate::server::store::db::{Change, Db, one, run_one, values};
use crate::server::store::dialect::Dialect;
use crate::server::store::key_row::{setting_columns, settings_of};
use crate::server::store::keys;
use crate::server::store::row::{Columns, Read, Row};
use crate::server::store::{ImportCommit, ImportCounts, StoreError, StoreResult, Visible};

/// How many keys are made by one statement.
const AT_ONCE: usize = 1000;

/// What was found of an import that is there: all of it, or that there is nothing to be done.
pub type Looked = Result<LookedAt, ImportCommit>;

/// What holds as long as nothing is recorded in the log, and no line is added.
pub struct LookedAt {
    at: ActivityHead,
    staged: u64,
    skip_existing: bool,
    checked: CheckedImport,
}

/// Checks an import, which takes long, before a transaction that others wait for.
pub async fn look<D: Db>(
    db: &D,
    id: Uuid,
    person: Uuid,
    visible: Visible,
    skip_existing: bool,
) -> StoreResult<Looked> {
    let Some(import) = find(db, id, person).await? else {
        return Ok(Err(ImportCommit::Missing));
    };
    if let Some(counts) = import.committed {
        return Ok(Err(ImportCommit::Done(counts)));
    }
    // Before what is looked at: what is recorded in between is noticed.
    let at = activity::head(db).await?;
    let whose = match visible {
        Visible::All => 0,
        Visible::CreatedBy(user) => one(db, "SELECT seq FROM users WHERE id = ?", values![user]).await?,
    };
    let asked = ImportQuestion {
        import: import.seq,
        whose,
        skip_existing,
        now: Timestamp::now(),
    };
    let checked = check(db, asked).await?;
    Ok(match checked.fault_count {
        0 => Ok(LookedAt {
            at,
            staged: import.staged,
            skip_existing,
            checked,
        }),
        count => Err(ImportCommit::Refused(checked.faults, count)),
    })
}

/// What would come of it; nothing is done.
pub fn dry_run(looked: Looked) -> ImportCommit {
    match looked {
        Ok(looked) => ImportCommit::Done(counts(&looked.checked)),
        Err(commit) => commit,
    }
}

fn counts(checked: &CheckedImport) -> ImportCounts {
    ImportCounts {
        imported: checked.lines.len() as u64,
        skipped: checked.skipped,
    }
}

/// Makes keys of all of them. One that was committed before is not committed again.
pub async fn commit<C: Change>(change: &mut C, id: Uuid, looked: &LookedAt) -> StoreResult<ImportCommit> {
    if let Some(sql) = C::Db::DIALECT.takes_long() {
        change.db().maybe::<()>(sql, &[]).await?;
    }
    let by = change.actor()?.clone();
    let import = match find(change.db(), id, by.person.id).await? {
        None => return Ok(ImportCommit::Missing),
        Some(OpenImport {
            committed: Some(counts),
            ..
        }) => return Ok(ImportCommit::Done(counts)),
        Some(import) => import,
    };
    let is_as_it_was = activity::head(change.db()).await? == looked.at && import.staged == looked.staged;
    let import = import.seq;
    let again = match is_as_it_was {
        true => None,
        false => {
            let asked = ImportQuestion {
                import,
                whose: by.only_theirs(),
                skip_existing: looked.skip_existing,
                now: change.now(),
            };
            Some(check(change.db(), asked).await?)
        }
    };
    let checked = again.as_ref().unwrap_or(&looked.checked);
    if checked.fault_count > 0 {
        return Ok(ImportCommit::Refused(checked.faults.clone(), checked.fault_count));
    }
    let outdated =
        "SELECT count(*) FROM import_keys WHERE import = ? AND data_key <> (SELECT max(id) FROM data_keys)";
    let outdated: i64 = one(change.db(), outdated, values![import]).await?;
    if outdated > 0 {
        return Ok(ImportCommit::Outdated);
    }
    for lines in checked.lines.chunks(AT_ONCE) {
        make(change, import, id, lines).await?;
        change.write_down().await?;
    }
    let counts = counts(checked);
    let told_until = change
        .now()
        .as_microsecond()
        .saturating_add(TOLD.as_micros() as i64);
    let sql = "UPDATE imports SET committed_at = ?, imported = ?, skipped = ?, ends_at = ? WHERE seq = ?";
    let row = values![
        change.now(),
        counts.imported as i64,
        counts.skipped as i64,
        told_until,
        import
    ];
    run_one(change.db(), sql, row).await?;
    let sql = "DELETE FROM import_keys WHERE import = ?";
    change.db().run(sql, values![import]).await?;
    Ok(ImportCommit::Done(counts))
}

/// The columns that a key has from those of the line that it was; those of its settings are members of one.
const COLUMNS: &str = "id, name, name_key, scope, project, creator, created_at, hint, token_hash, data_key, sealed, disabled_reason";

/// Makes keys of lines: when, by whom, when, of which import, which lines.
fn making(dialect: Dialect) -> &'static str {
    static MAKING: LazyLock<[String; 2]> = LazyLock::new(|| {
        Dialect::BOTH.map(|dialect| {
            let (names, members): (Vec<&str>, Vec<String>) = setting_columns()
                .map(|column| (column.name, dialect.member("settings", column)))
                .unzip();
            let (names, members) = (names.join(", "), members.join(", "));
            let (document, among) = (dialect.document("settings"), dialect.among("line"));
            format!(
                "INSERT INTO keys ({COLUMNS}, {names}, last_used_at, disabled_at, disabled_by, imported_at)
                 SELECT {COLUMNS}, {members}, 0, CASE WHEN disabled THEN CAST(? AS bigint) END,
                        CASE WHEN disabled THEN CAST(? AS bigint) END, CAST(? AS bigint)
                   FROM import_keys AS r {document} WHERE import = ? AND {among} ORDER BY r.id"
            )
        })
    });
    &MAKING[dialect as usize]
}

async fn make<C: Change>(change: &mut C, import: i64, id: Uuid, lines: &[i64]) -> StoreResult<()> {
    let (now, by) = (change.now(), change.actor()?.seq);
    let made = change
        .db()
        .run(making(C::Db::DIALECT), values![now, by, now, import, lines])
        .await?;
    if made != lines.len() as u64 {
        return Err(StoreError::Fault(format!(
            "{} keys were to be imported, and {made} would have been",
            lines.len()
        )));
    }
    let (lookup, among) = (C::Db::DIALECT.lookup(), C::Db::DIALECT.among("r.line"));
    let sql = format!(
        "SELECT k.seq, k.creator, u.email, k.id, k.name, k.scope, p.name, k.sealed IS NULL, k.disabled_at IS NOT NULL, {}
           FROM import_keys AS r {lookup} keys AS k ON k.id = r.id {lookup} users AS u ON u.seq = k.creator
           LEFT JOIN projects AS p ON p.seq = k.project
          WHERE r.import = ? AND {among} ORDER BY r.id",
        settings_of!("k")
    );
    let made: Vec<MadeKey> = change.db().all(&sql, values![import, lines]).await?;
    for key in made {
        let told = key.told(id);
        keys::record(
            change,
            ActivityAction::KeyImported,
            (key.id, key.seq, key.creator),
            &key.name,
            told,
        );
    }
    Ok(())
}

/// A key that was just made.
struct MadeKey {
    seq: i64,
    creator: i64,
    email: String,
    id: Uuid,
    name: String,
    scope: Scope,
    project: Option<String>,
    is_hash_only: bool,
    is_disabled: bool,
    settings: Settings,
}

impl Read for MadeKey {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            seq: columns.next()?,
            creator: columns.next()?,
            email: columns.next()?,
            id: columns.next()?,
            name: columns.next()?,
            scope: columns.next()?,
            project: columns.next()?,
            is_hash_only: columns.next()?,
            is_disabled: columns.next()?,
            settings: columns.next()?,
        })
    }
}

impl MadeKey {
    /// What it begins with, and the import, which is the same for all of its keys.
    fn told(&self, import: Uuid) -> Map<String, Json> {
        let mut told = changes::beginnings(self.scope, self.project.as_deref(), &self.settings);
        // Whose it is: the log is verified against it.
        told.insert("creator".into(), json!([null, self.email]));
        told.insert("import".into(), json!([null, import.simple().to_string()]));
        if self.is_disabled {
            told.insert("disabled".into(), json!([false, true]));
        }
        if self.is_hash_only && self.scope.is_viewable() {
            told.insert("token".into(), json!([null, "known by its hash alone"]));
        }
        told
    }
}
