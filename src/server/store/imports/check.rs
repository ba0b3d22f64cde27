//! Whether all keys of an import may become keys: everything that depends on what there is, and on each other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use jiff::Timestamp;
use uuid::Uuid;

use crate::api::{PersonRef, ProjectRef};
use crate::model::{KeyField, Scope, TokenHash, expiry, name};
use crate::server::store::db::{Db, values};
use crate::server::store::dialect::Dialect;
use crate::server::store::key_row::{End, setting_columns};
use crate::server::store::lifetimes;
use crate::server::store::row::{Columns, Read, Row};
use crate::server::store::{ImportFault, StoreResult};

/// How many faults are told.
const TOLD: usize = 100;

/// What was found of an import.
#[derive(Debug, Clone, Default)]
pub struct CheckedImport {
    /// The lines of the keys that are to be made, by the ids of these: so most indexes of keys grow at their ends, which makes
    /// SQLite three times as fast.
    pub lines: Vec<i64>,
    /// How many are there already, and are to be passed over.
    pub skipped: u64,
    /// The first by their lines, and how many there are.
    pub faults: Vec<ImportFault>,
    pub fault_count: u64,
}

/// For whom, and how.
#[derive(Clone, Copy)]
pub struct ImportQuestion {
    pub import: i64,
    /// The number of the only one whose keys they may see; 0 is anybody's.
    pub whose: i64,
    pub skip_existing: bool,
    pub now: Timestamp,
}

/// Faults by line, one a line and field.
#[derive(Default)]
struct Faults(BTreeMap<(i64, &'static str), String>);

impl Faults {
    fn add(&mut self, line: i64, field: &'static str, message: impl Into<String>) {
        self.0.entry((line, field)).or_insert_with(|| message.into());
    }
}

/// As far as that needs no other table.
struct Line {
    line: i64,
    id: Uuid,
    token: TokenHash,
    scope: Scope,
    project: Option<i64>,
    name_key: String,
    expires_at: Option<Timestamp>,
}

impl Read for Line {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            line: columns.next()?,
            id: columns.next()?,
            token: columns.next()?,
            scope: columns.next()?,
            project: columns.next()?,
            name_key: columns.next()?,
            expires_at: columns.next().map(|End(at)| at)?,
        })
    }
}

/// What [`Line`] is read from, of all lines of an import.
fn looking(dialect: Dialect) -> &'static str {
    static LOOKING: LazyLock<[String; 2]> = LazyLock::new(|| {
        Dialect::BOTH.map(|dialect| {
            let ends = setting_columns().filter(|column| column.name == KeyField::ExpiresAt.wire_name());
            let ends: String = ends.map(|column| dialect.member("settings", column)).collect();
            let document = dialect.document("settings");
            format!(
                "SELECT line, id, token_hash, scope, project, name_key, {ends}
                   FROM import_keys AS r {document} WHERE import = ? ORDER BY line"
            )
        })
    });
    &LOOKING[dialect as usize]
}

pub async fn check<D: Db>(db: &D, asked: ImportQuestion) -> StoreResult<CheckedImport> {
    let mut lines: Vec<Line> = db.all(looking(D::DIALECT), values![asked.import]).await?;
    let mut faults = Faults::default();
    let Existing { skipped, same } = existing(db, asked, &mut faults).await?;
    lines.retain(|line| !skipped.contains(&line.line));
    among_themselves(&lines, &mut faults);
    ends(db, asked.now, &lines, &mut faults).await?;
    taken_names(db, asked, &same, &mut faults).await?;
    owners(db, asked, &skipped, &mut faults).await?;
    lines.sort_unstable_by_key(|line| line.id);
    let fault_count = faults.0.len() as u64;
    let faults = faults.0.into_iter().take(TOLD);
    Ok(CheckedImport {
        lines: lines.into_iter().map(|line| line.line).collect(),
        skipped: skipped.len() as u64,
        faults: faults
            .map(|((line, field), message)| ImportFault { line, field, message })
            .collect(),
        fault_count,
    })
}

/// Lines of keys that are there already, the same in name and project.
#[derive(Default)]
struct Existing {
    /// To be passed over.
    skipped: HashSet<i64>,
    /// These and the others, whose names need not be told of too.
    same: HashSet<i64>,
}

/// The lines whose tokens keys have already.
async fn existing<D: Db>(db: &D, asked: ImportQuestion, faults: &mut Faults) -> StoreResult<Existing> {
    let lookup = D::DIALECT.lookup();
    let mut existing = Existing::default();
    let sql = format!(
        "SELECT r.line, k.revoked_at IS NOT NULL,
                k.name_key = r.name_key AND k.scope = r.scope AND coalesce(k.project, 0) = coalesce(r.project, 0),
                k.name, k.creator
           FROM import_keys AS r {lookup} keys AS k ON k.token_hash = r.token_hash WHERE r.import = ?"
    );
    let found: Vec<(i64, bool, bool, String, i64)> = db.all(&sql, values![asked.import]).await?;
    for (line, is_revoked, is_same, name, creator) in found {
        let is_seen = [0, creator].contains(&asked.whose);
        if is_same && is_seen {
            existing.same.insert(line);
        }
        if is_revoked {
            faults.add(
                line,
                "token",
                "This is the token of a key that was revoked, which is never valid again.",
            );
        } else if is_same && is_seen && asked.skip_existing {
            existing.skipped.insert(line);
        } else if is_same && is_seen {
            let message =
                format!("The key \"{name}\" has this token already; --skip-existing passes over it.");
            faults.add(line, "token", message);
        } else if is_seen {
            let message = format!("Another key, \"{name}\", has this token; a token is of one key.");
            faults.add(line, "token", message);
        } else {
            faults.add(
                line,
                "token",
                "Another key has this token; a token is of one key.",
            );
        }
    }
    let old = format!("import_keys AS r {lookup} keys AS k ON k.old_token_hash = r.token_hash");
    let retired = format!("import_keys AS r {lookup} retired_tokens AS k ON k.token_hash = r.token_hash");
    for from in [old, retired] {
        let sql = format!("SELECT r.line FROM {from} WHERE r.import = ?");
        let found: Vec<i64> = db.all(&sql, values![asked.import]).await?;
        for line in found {
            let message = "A key had this token before it was rotated; a token is never given again.";
            faults.add(line, "token", message);
        }
    }
    Ok(existing)
}

/// What is there twice.
fn among_themselves(lines: &[Line], faults: &mut Faults) {
    let mut tokens: HashMap<TokenHash, i64> = HashMap::new();
    let mut names: HashMap<(Option<i64>, &str), i64> = HashMap::new();
    for line in lines {
        let first = *tokens.entry(line.token).or_insert(line.line);
        if first != line.line {
            faults.add(line.line, "token", format!("Line {first} has the same token."));
        }
        let first = *names.entry((line.project, &line.name_key)).or_insert(line.line);
        if first != line.line {
            let message =
                format!("Line {first} has the same name in the same project; names there are unique.");
            faults.add(line.line, "name", message);
        }
    }
}

/// What the organisation allows, now.
async fn ends(db: &impl Db, now: Timestamp, lines: &[Line], faults: &mut Faults) -> StoreResult<()> {
    let longest = lifetimes::policy(db).await?.longest_lifetime_days;
    for line in lines {
        if let Some(sentence) = expiry::refusal(line.expires_at, line.scope, now, longest.of(line.scope)) {
            faults.add(line.line, "expires_at", sentence);
        }
    }
    Ok(())
}

/// Names that a key has which the caller may see.
async fn taken_names<D: Db>(
    db: &D,
    asked: ImportQuestion,
    same: &HashSet<i64>,
    faults: &mut Faults,
) -> StoreResult<()> {
    let lookup = D::DIALECT.lookup();
    let of_projects = format!(
        "SELECT r.line FROM import_keys AS r {lookup} keys AS k ON k.project = r.project AND k.name_key = r.name_key
          WHERE r.import = ? AND CAST(? AS bigint) IN (0, k.creator) AND k.revoked_at IS NULL"
    );
    let of_all = format!(
        "SELECT r.line FROM import_keys AS r {lookup} keys AS k ON k.name_key = r.name_key
          WHERE r.import = ? AND CAST(? AS bigint) IS NOT NULL AND r.project IS NULL AND k.project IS NULL
            AND k.revoked_at IS NULL"
    );
    for (sql, scope) in [(of_projects, Scope::Web), (of_all, Scope::Analytics)] {
        let found: Vec<i64> = db.all(&sql, values![asked.import, asked.whose]).await?;
        for line in found.into_iter().filter(|line| !same.contains(line)) {
            faults.add(line, "name", name::taken(scope));
        }
    }
    Ok(())
}

/// Projects and people as they are now.
async fn owners(
    db: &impl Db,
    asked: ImportQuestion,
    skipped: &HashSet<i64>,
    faults: &mut Faults,
) -> StoreResult<()> {
    let projects = "SELECT r.line, p.id, p.name, p.deployed, p.removed_at IS NOT NULL
                      FROM import_keys AS r JOIN projects AS p ON p.seq = r.project
                     WHERE r.import = ? AND (p.removed_at IS NOT NULL OR NOT p.deployed)";
    let projects: Vec<(i64, ProjectRef, bool)> = db.all(projects, values![asked.import]).await?;
    for (line, project, is_removed) in projects {
        let why = match is_removed {
            true => "was removed",
            false => "is not deployed; deploy it first",
        };
        if !skipped.contains(&line) {
            faults.add(line, "project", format!("The project {} {why}.", project.name));
        }
    }
    let people = "SELECT r.line, u.id, u.email FROM import_keys AS r JOIN users AS u ON u.seq = r.creator
                   WHERE r.import = ? AND u.removed_at IS NOT NULL";
    let people: Vec<(i64, PersonRef)> = db.all(people, values![asked.import]).await?;
    for (line, person) in people {
        if !skipped.contains(&line) {
            faults.add(line, "creator", format!("{} was removed.", person.email));
        }
    }
    Ok(())
}
