//! The names of the people and projects of a page, asked for once each: joined to every key of it they would take
//! longer than the page.

use std::collections::{HashMap, HashSet};

use tokio::try_join;
use tokio_postgres::Row;

use super::ask::{self, Db};
use super::rows::{CREATOR, PROJECT, key, person, project};
use crate::api::{PersonRef, ProjectRef};
use crate::server::store::{KeyRecord, StoreError, StoreResult};

pub struct Names {
    people: HashMap<i64, PersonRef>,
    projects: HashMap<i64, ProjectRef>,
}

impl Names {
    /// Of these rows of keys. Both questions are on their way at once.
    pub async fn of(db: &impl Db, rows: &[Row]) -> StoreResult<Self> {
        let (people, projects) = try_join!(
            named(
                db,
                "SELECT seq, id, email FROM users WHERE seq = ANY($1)",
                numbers(rows, CREATOR)?,
                person
            ),
            named(
                db,
                "SELECT seq, id, name, deployed FROM projects WHERE seq = ANY($1)",
                numbers(rows, PROJECT)?,
                project
            ),
        )?;
        Ok(Self { people, projects })
    }

    pub fn key(&self, row: &Row) -> StoreResult<KeyRecord> {
        let project: Option<i64> = row.try_get(PROJECT)?;
        let project = project.map(|seq| name(&self.projects, seq)).transpose()?;
        key(row, name(&self.people, row.try_get(CREATOR)?)?, project)
    }
}

fn numbers(rows: &[Row], column: usize) -> StoreResult<Vec<i64>> {
    let numbers = rows.iter().map(|row| row.try_get::<_, Option<i64>>(column));
    let numbers: HashSet<Option<i64>> = numbers.collect::<Result<_, _>>()?;
    Ok(numbers.into_iter().flatten().collect())
}

async fn named<T>(
    db: &impl Db,
    sql: &str,
    seqs: Vec<i64>,
    read: fn(&Row, usize) -> StoreResult<T>,
) -> StoreResult<HashMap<i64, T>> {
    if seqs.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = ask::all(db, sql, &[&seqs]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, read(row, 1)?)))
        .collect()
}

fn name<T: Clone>(known: &HashMap<i64, T>, seq: i64) -> StoreResult<T> {
    let found = known.get(&seq).cloned();
    found.ok_or_else(|| StoreError::Fault(format!("nobody and nothing has the number {seq}")))
}
