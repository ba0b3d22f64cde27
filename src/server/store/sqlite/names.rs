//! The names of projects and people, by their numbers: looked up once for all keys of a page, and
//! known for the next page as long as nothing was committed in between.

use std::collections::HashMap;

use rusqlite::Connection;

use super::rows::{person, uuid};
use crate::api::{PersonRef, ProjectRef};

/// The most names of each kind that are remembered.
const MOST: usize = 4096;

/// What is known to a connection.
#[derive(Default)]
pub struct Known {
    /// Of the database, as its pragma counts what others committed.
    version: i64,
    projects: HashMap<i64, ProjectRef>,
    people: HashMap<i64, PersonRef>,
}

impl Known {
    /// Forgets what may have changed; to be called inside the transaction that reads.
    pub fn refresh(&mut self, conn: &Connection) -> rusqlite::Result<()> {
        let version = conn
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        if version != self.version || self.projects.len().max(self.people.len()) > MOST {
            *self = Self {
                version,
                ..Self::default()
            };
        }
        Ok(())
    }
}

/// Says names, and asks the database for those that are not known.
pub struct Names<'a> {
    pub conn: &'a Connection,
    pub known: &'a mut Known,
}

impl Names<'_> {
    pub fn project(&mut self, seq: i64) -> rusqlite::Result<ProjectRef> {
        if let Some(project) = self.known.projects.get(&seq) {
            return Ok(project.clone());
        }
        let mut statement = self
            .conn
            .prepare_cached("SELECT id, name, deployed FROM projects WHERE seq = ?")?;
        let project = statement.query_row([seq], |row| {
            Ok(ProjectRef {
                id: uuid(row, 0)?,
                name: row.get(1)?,
                deployed: row.get(2)?,
            })
        })?;
        self.known.projects.insert(seq, project.clone());
        Ok(project)
    }

    pub fn person(&mut self, seq: i64) -> rusqlite::Result<PersonRef> {
        if let Some(person) = self.known.people.get(&seq) {
            return Ok(person.clone());
        }
        let person = person(self.conn, seq)?;
        self.known.people.insert(seq, person.clone());
        Ok(person)
    }
}
