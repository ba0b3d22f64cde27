//! The lists of a server, page after page, so that one of any length begins at once.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use uuid::Uuid;

use super::{Failure, output};
use crate::api::{MAX_LIMIT, Person, Project, ProjectQuery, UserQuery};
use crate::client::{Client, Error};

/// What stands on a page, and where the next one begins; `None` when it is the last.
pub type Page<T, After> = Result<(Vec<T>, Option<After>), Error>;

/// The pages of a list, up to so many entries. `Ask` gets one: where it begins, and how long it may be.
pub struct Pages<Ask, After> {
    ask: Ask,
    left: u64,
    is_over: bool,
    /// Where the next page begins.
    pub after: Option<After>,
}

impl<Ask, T, After> Pages<Ask, After>
where
    Ask: AsyncFnMut(Option<After>, u32) -> Page<T, After>,
{
    pub fn new(after: Option<After>, limit: u64, ask: Ask) -> Self {
        Self {
            ask,
            left: limit,
            is_over: false,
            after,
        }
    }

    /// The entries of the next page; `None` behind the last.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, Failure> {
        if self.left == 0 || self.is_over {
            return Ok(None);
        }
        let limit = u32::try_from(self.left).map_or(MAX_LIMIT, |left| left.min(MAX_LIMIT));
        let (items, after) = (self.ask)(self.after.take(), limit).await?;
        self.left = self.left.saturating_sub(items.len() as u64);
        self.is_over = after.is_none();
        self.after = after;
        Ok(Some(items))
    }

    /// All that is left.
    pub async fn collect(&mut self) -> Result<Vec<T>, Failure> {
        let mut all = Vec::new();
        while let Some(items) = self.next().await? {
            all.extend(items);
        }
        Ok(all)
    }

    /// `{"items": […], "next": …}` on standard output, one entry a line.
    pub async fn print(&mut self) -> Result<(), Failure>
    where
        T: Serialize,
        After: Serialize,
    {
        let mut out = BufWriter::new(io::stdout().lock());
        write!(out, "{{\"items\":[")?;
        let mut separator = "\n";
        while let Some(items) = self.next().await? {
            for item in items {
                write!(out, "{separator}{}", output::compact_json(&item)?)?;
                separator = ",\n";
            }
        }
        writeln!(out, "\n],\"next\":{}}}", output::compact_json(&self.after)?)?;
        Ok(out.flush()?)
    }
}

/// The people of whose address `text` is a part; all without one.
pub fn people(
    client: &Client,
    text: Option<String>,
) -> Pages<impl AsyncFnMut(Option<Uuid>, u32) -> Page<Person, Uuid>, Uuid> {
    Pages::new(None, u64::MAX, async move |after, limit| {
        let query = UserQuery {
            q: text.clone(),
            limit: Some(limit),
            after,
        };
        let people = client.users(&query).await?;
        Ok(with_next(people, limit, |person| person.user.id))
    })
}

/// The projects of whose name `text` is a part, or of whose id it is the beginning; all without one.
pub fn projects(
    client: &Client,
    text: Option<String>,
) -> Pages<impl AsyncFnMut(Option<Uuid>, u32) -> Page<Project, Uuid>, Uuid> {
    Pages::new(None, u64::MAX, async move |after, limit| {
        let query = ProjectQuery {
            q: text.clone(),
            limit: Some(limit),
            after,
            ..ProjectQuery::default()
        };
        let projects = client.projects(&query).await?;
        Ok(with_next(projects, limit, |project| project.id))
    })
}

/// A full page may have another behind it, which begins after its last entry.
fn with_next<T>(items: Vec<T>, limit: u32, id: impl Fn(&T) -> Uuid) -> (Vec<T>, Option<Uuid>) {
    let is_full = items.len() >= limit as usize;
    let next = items.last().filter(|_| is_full).map(id);
    (items, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deck::bootstrap::block_on;

    /// What is read of a list of `length` numbers, how long each page was to be, and where more begins.
    fn read(length: u128, limit: u64) -> (usize, Vec<u32>, Option<u128>) {
        let mut asked = Vec::new();
        let mut pages = Pages::new(None, limit, async |after: Option<Uuid>, limit| {
            asked.push(limit);
            let first = after.map_or(0, |after| after.as_u128() + 1);
            let page = (first..length).take(limit as usize).map(Uuid::from_u128);
            Ok(with_next(page.collect(), limit, |id| *id))
        });
        let all = block_on(async { pages.collect().await }).expect("read");
        assert!(all.iter().map(Uuid::as_u128).eq(0..all.len() as u128), "in order");
        let after = pages.after;
        (all.len(), asked, after.map(|after| after.as_u128()))
    }

    #[test]
    fn a_list_is_read_to_its_end_or_limit_and_no_further() {
        assert_eq!(read(0, 50), (0, vec![50], None));
        assert_eq!(read(450, u64::MAX), (450, vec![200, 200, 200], None));
        // Only the page behind a full one tells that it was the last.
        assert_eq!(read(400, u64::MAX), (400, vec![200, 200, 200], None));
        assert_eq!(read(450, 250), (250, vec![200, 50], Some(249)));
        assert_eq!(read(450, 0), (0, vec![], None));
    }
}
