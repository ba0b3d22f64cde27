//! The step of both schemas that writes down how names are compared (`model::compared`): the statements, which both
//! engines understand, and the numbers that tell apart what has become alike. The older one keeps its name.

use std::io::stderr;

use rustix::termios::{LocalModes, tcgetattr};
use uuid::Uuid;

use super::StoreResult;
use super::changes::{self, Subject};
use super::db::{Db, exists, one, run_one, values};
use super::statement::Entity;
use crate::api::ActivityAction;
use crate::model::{Shown, compared, email, name};

/// A table with names, of which the active ones are unique in their group: two numbers.
pub struct Named {
    pub table: &'static str,
    text: &'static str,
    key: &'static str,
    active: &'static str,
    group: [&'static str; 2],
    /// What changes along with the name.
    also: &'static str,
    /// What the log calls it when one gets another name.
    action: ActivityAction,
    numbered: fn(&str, u64) -> String,
}

const ALL: &str = "CAST(0 AS bigint)";

pub const NAMED: [Named; 3] = [
    Named {
        table: "users",
        text: "email",
        key: "email_key",
        active: "removed_at IS NULL",
        group: [ALL, ALL],
        also: "",
        action: ActivityAction::UserRenamed,
        numbered: email::numbered,
    },
    Named {
        table: "projects",
        text: "name",
        key: "name_key",
        active: "removed_at IS NULL",
        group: ["creator", ALL],
        also: "",
        action: ActivityAction::ProjectEdited,
        numbered: name::numbered,
    },
    Named {
        table: "keys",
        text: "name",
        key: "name_key",
        active: "revoked_at IS NULL",
        // Analytics keys have no project, and are one group.
        group: [
            "coalesce(project, 0)",
            "CASE WHEN project IS NULL THEN 0 ELSE creator END",
        ],
        also: ", version = version + 1",
        action: ActivityAction::KeyEdited,
        numbered: name::numbered,
    },
];

impl Named {
    /// All rows: number, name, compared form.
    pub fn rows(&self) -> String {
        let Self { table, text, key, .. } = self;
        format!("SELECT seq, {text}, {key} FROM {table} ORDER BY seq")
    }

    /// The column of the name.
    fn text(&self) -> &'static str {
        self.text
    }

    /// The column of the compared form.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// Active rows that are alike an older one of their group: number, group, name.
    fn alike(&self) -> String {
        let Self {
            table,
            text,
            key,
            active,
            group: [one, two],
            ..
        } = self;
        format!(
            "SELECT seq, one, two, name
               FROM (SELECT seq, {one} AS one, {two} AS two, {text} AS name, {key} AS compared,
                            row_number() OVER (PARTITION BY {one}, {two}, {key} ORDER BY seq) AS n
                       FROM {table} WHERE {active}) AS active
              WHERE n > 1 ORDER BY one, two, compared, seq"
        )
    }

    /// Whether an active row of the group has this compared form.
    fn taken(&self) -> String {
        let Self {
            table,
            key,
            active,
            group: [one, two],
            ..
        } = self;
        format!("SELECT 1 FROM {table} WHERE {active} AND {key} = ? AND {one} = ? AND {two} = ? LIMIT 1")
    }

    /// Gives a row another name.
    fn rename(&self) -> String {
        let Self {
            table,
            text,
            key,
            also,
            ..
        } = self;
        format!("UPDATE {table} SET {text} = ?, {key} = ?{also} WHERE seq = ?")
    }
}

/// What one person hands over to another, who may have some that are called alike. A
/// question mark is the next of the values that are named.
pub struct Handed {
    /// From whom, to whom, which: its project (0 of what has none), when it is alike one of theirs.
    pub alike: &'static str,
    /// The compared form, the project, and both: whether one of them has something so called there.
    pub taken: &'static str,
    pub rename: &'static str,
}

/// Analytics keys are unique in the organisation, and so among anybody's.
pub const HANDED_KEYS: Handed = Handed {
    alike: "SELECT k.project FROM keys AS k
             WHERE k.creator = ? AND k.revoked_at IS NULL
               AND EXISTS (SELECT 1 FROM keys AS o
                            WHERE o.project = k.project AND o.name_key = k.name_key AND o.creator = ?
                              AND o.revoked_at IS NULL AND o.project IS NOT NULL)
               AND k.seq = ?",
    taken: "SELECT 1 FROM keys
             WHERE name_key = ? AND project = ? AND creator IN (?, ?)
               AND revoked_at IS NULL AND project IS NOT NULL LIMIT 1",
    rename: "UPDATE keys SET name = ?, name_key = ? WHERE seq = ?",
};

pub const HANDED_PROJECTS: Handed = Handed {
    alike: "SELECT CAST(0 AS bigint) FROM projects AS p
             WHERE p.creator = ? AND p.removed_at IS NULL
               AND EXISTS (SELECT 1 FROM projects AS o
                            WHERE o.name_key = p.name_key AND o.creator = ? AND o.removed_at IS NULL)
               AND p.seq = ?",
    taken: "SELECT 1 FROM projects
             WHERE name_key = ? AND CAST(? AS bigint) = 0 AND creator IN (?, ?) AND removed_at IS NULL LIMIT 1",
    rename: "UPDATE projects SET name = ?, name_key = ? WHERE seq = ?",
};

/// What got another name, as the log records it.
pub struct Renamed {
    action: ActivityAction,
    /// Its id, its number and its creator's.
    key: Option<(Uuid, i64, i64)>,
    old: String,
    new: String,
    field: &'static str,
    /// Whose row has to say what there is after the change.
    about: Option<Entity>,
}

impl Renamed {
    pub fn subject(&self) -> Subject<'_> {
        let changes = changes::of_renamed(self.field, &self.old, &self.new);
        match self.key {
            Some((id, seq, creator)) => {
                Subject::of_key(self.action, (seq, creator), &self.new, changes).with_id(id)
            }
            None => Subject {
                about: self.about,
                ..Subject::of(self.action, &self.new, changes)
            },
        }
    }
}

/// Gives other names to all that have become alike, once their compared forms are written.
pub async fn rename(db: &impl Db) -> StoreResult<Vec<Renamed>> {
    let mut renamed = Vec::new();
    for named in &NAMED {
        rename_alike(db, named, &mut renamed).await?;
    }
    rename_gateways(db, &mut renamed).await?;
    Ok(renamed)
}

async fn rename_alike(db: &impl Db, named: &Named, renamed: &mut Vec<Renamed>) -> StoreResult<()> {
    let mut numbers = Numbers::default();
    let alike: Vec<(i64, i64, i64, String)> = db.all(&named.alike(), &[]).await?;
    for (seq, first, second, old) in alike {
        let (new, key) = loop {
            let new = numbers.next(named, (first, second), &old);
            let key = compared(&new);
            if !exists(db, &named.taken(), values![&key, first, second]).await? {
                break (new, key);
            }
        };
        run_one(db, &named.rename(), values![&new, &key, seq]).await?;
        tell(named.table, &old, &new);
        let (mut key, mut about) = (None, None);
        match named.action {
            ActivityAction::KeyEdited => {
                let of_key = "SELECT id, creator FROM keys WHERE seq = ?";
                let (id, creator) = one(db, of_key, values![seq]).await?;
                key = Some((id, seq, creator));
            }
            ActivityAction::ProjectEdited => {
                let id = one(db, "SELECT id FROM projects WHERE seq = ?", values![seq]).await?;
                about = Some(Entity::Project(id));
            }
            _ => {}
        }
        renamed.push(Renamed {
            action: named.action,
            key,
            old,
            new,
            field: named.text(),
            about,
        });
    }
    Ok(())
}

async fn rename_gateways(db: &impl Db, renamed: &mut Vec<Renamed>) -> StoreResult<()> {
    let active = "SELECT seq, name FROM gateways WHERE removed_at IS NULL ORDER BY seq";
    let gateways: Vec<(i64, String)> = db.all(active, &[]).await?;
    let (seqs, names): (Vec<i64>, Vec<String>) = gateways.into_iter().unzip();
    for (index, new) in told_apart(&names) {
        let rename = "UPDATE gateways SET name = ? WHERE seq = ?";
        run_one(db, rename, values![&new, seqs[index]]).await?;
        let old = names[index].clone();
        tell("gateways", &old, &new);
        renamed.push(Renamed {
            action: ActivityAction::GatewayEdited,
            key: None,
            old,
            new,
            field: "name",
            about: None,
        });
    }
    Ok(())
}

/// The names to try, in this order, for one that is taken.
pub fn tries(name: &str) -> impl Iterator<Item = String> {
    (2..).map(move |number| name::numbered(name, number))
}

/// The numbers for names that are alike, as they come group by group.
#[derive(Default)]
struct Numbers {
    last: Option<((i64, i64, String), u64)>,
}

impl Numbers {
    /// The next name to try for a row called `name`.
    fn next(&mut self, named: &Named, group: (i64, i64), name: &str) -> String {
        let alike = (group.0, group.1, compared(name));
        let number = match &self.last {
            Some((last, number)) if *last == alike => number + 1,
            _ => 2,
        };
        self.last = Some((alike, number));
        (named.numbered)(name, number)
    }
}

/// Of the gateways, of which there is a handful: the index of each that is alike an earlier one, and its new name.
fn told_apart(names: &[String]) -> Vec<(usize, String)> {
    let mut taken: Vec<String> = names.iter().map(|name| compared(name)).collect();
    let mut renamed = Vec::new();
    for (index, old) in names.iter().enumerate() {
        if !taken[..index].contains(&taken[index]) {
            continue;
        }
        let free = tries(old).find(|new| !taken.contains(&compared(new)));
        if let Some(new) = free {
            taken[index] = compared(&new);
            renamed.push((index, new));
        }
    }
    renamed
}

/// Says so to whoever opened the database. A dashboard's screen is left alone: the log has it too.
fn tell(table: &str, old: &str, new: &str) {
    let what = table.trim_end_matches('s');
    let said = format!(
        "a {what} is called \"{}\" from now on: its name, \"{}\", can't be told apart from that of an older one",
        Shown::new(new),
        Shown::new(old)
    );
    if tracing::dispatcher::has_been_set() {
        tracing::warn!("{said}");
    } else if tcgetattr(stderr()).map_or(true, |modes| modes.local_modes.contains(LocalModes::ICANON)) {
        eprintln!("{said}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_that_is_alike_an_older_one_gets_the_next_free_number() {
        let names = ["Edge", "edge", "Edge (2)", "EDGE", "West"].map(str::to_owned);
        let renamed = told_apart(&names);
        assert_eq!(renamed, [(1, "edge (3)".to_owned()), (3, "EDGE (4)".to_owned())]);
        let mut numbers = Numbers::default();
        let keys = &NAMED[2];
        let tried = [("Till", 1), ("TILL", 1), ("Till", 2), ("Tall", 2)]
            .map(|(name, group)| numbers.next(keys, (1, group), name));
        assert_eq!(tried, ["Till (2)", "TILL (3)", "Till (2)", "Tall (2)"]);
    }
}
