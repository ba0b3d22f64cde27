//! The lists of a server, page after page, so that one of any length begins at once.

use std::io::{self, BufWriter, Write};
use std::pin::pin;

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use serde::Serialize;
use uuid::Uuid;

use super::{Failure, output};
use crate::api::{Leak, LeakList, MAX_LIMIT, Person, Project, ProjectQuery, UserQuery};
use crate::client::{Client, Error};

/// A page of a list.
pub struct Page<T, After> {
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<After>,
}

/// The pages of a list from `after` on, up to `limit` entries. `ask` gets one page: where it begins, and how many
/// entries it may have.
pub fn pages<T, After: Clone>(
    after: Option<After>,
    limit: u64,
    ask: impl AsyncFnMut(Option<After>, u32) -> Result<Page<T, After>, Error>,
) -> impl Stream<Item = Result<Page<T, After>, Failure>> {
    let first = Some(after);
    stream::try_unfold((ask, first, limit), async |(mut ask, begin, left)| {
        let Some(after) = begin.filter(|_| left > 0) else {
            return Ok(None);
        };
        let limit = u32::try_from(left).map_or(MAX_LIMIT, |left| left.min(MAX_LIMIT));
        let page = ask(after, limit).await?;
        let left = left.saturating_sub(page.items.len() as u64);
        let begin = page.next.clone().map(Some);
        Ok(Some((page, (ask, begin, left))))
    })
}

/// All pages as one.
pub async fn joined<T, After>(
    pages: impl Stream<Item = Result<Page<T, After>, Failure>>,
) -> Result<Page<T, After>, Failure> {
    let nothing = Page {
        items: Vec::new(),
        next: None,
    };
    pages
        .try_fold(nothing, async |mut joined, page| {
            joined.items.extend(page.items);
            joined.next = page.next;
            Ok(joined)
        })
        .await
}

/// `{"items": […], "next": …}` on standard output, one entry a line.
pub async fn print<T: Serialize, After: Serialize>(
    pages: impl Stream<Item = Result<Page<T, After>, Failure>>,
) -> Result<(), Failure> {
    let mut pages = pin!(pages);
    let mut out = BufWriter::new(io::stdout().lock());
    write!(out, "{{\"items\":[")?;
    let (mut separator, mut next) = ("\n", None);
    while let Some(page) = pages.try_next().await? {
        for item in page.items {
            write!(out, "{separator}{}", output::compact_json(&item)?)?;
            separator = ",\n";
        }
        next = page.next;
    }
    writeln!(out, "\n],\"next\":{}}}", output::compact_json(&next)?)?;
    Ok(out.flush()?)
}

/// The people of whose address `text` is a part; all without one.
pub fn people(client: &Client, text: Option<String>) -> impl Stream<Item = Result<Person, Failure>> {
    entries(async move |after, limit| {
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
pub fn projects(client: &Client, text: Option<String>) -> impl Stream<Item = Result<Project, Failure>> {
    entries(async move |after, limit| {
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

/// The reports of leaked keys, the newest first; all or only the undecided ones.
pub fn leaks(client: &Client, undecided: bool) -> impl Stream<Item = Result<Leak, Failure>> {
    entries(async move |after, limit| {
        let list = LeakList {
            undecided: undecided.then_some(true),
            limit: Some(limit),
            after,
        };
        let leaks = client.leaks(&list).await?;
        Ok(with_next(leaks, limit, |leak| leak.id))
    })
}

fn entries<T>(
    ask: impl AsyncFnMut(Option<Uuid>, u32) -> Result<Page<T, Uuid>, Error>,
) -> impl Stream<Item = Result<T, Failure>> {
    pages(None, u64::MAX, ask)
        .map_ok(|page| stream::iter(page.items).map(Ok))
        .try_flatten()
}

/// A full page may have another after it, which begins after its last entry.
fn with_next<T>(items: Vec<T>, limit: u32, id: impl Fn(&T) -> Uuid) -> Page<T, Uuid> {
    let is_full = items.len() >= limit as usize;
    let next = items.last().filter(|_| is_full).map(id);
    Page { items, next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deck::bootstrap::block_on;

    /// What is read of a list of `length` numbers, how long each page was to be, and where more begins.
    fn read(length: u128, limit: u64) -> (usize, Vec<u32>, Option<u128>) {
        let mut asked = Vec::new();
        let pages = pages(None, limit, async |after: Option<Uuid>, limit| {
            asked.push(limit);
            let first = after.map_or(0, |after| after.as_u128() + 1);
            let page = (first..length).take(limit as usize).map(Uuid::from_u128);
            Ok(with_next(page.collect(), limit, |id| *id))
        });
        let Page { items: all, next } = block_on(joined(pages)).expect("read");
        assert!(all.iter().map(Uuid::as_u128).eq(0..all.len() as u128), "in order");
        (all.len(), asked, next.map(|next| next.as_u128()))
    }

    #[test]
    fn a_list_is_read_to_its_end_or_limit_and_no_further() {
        assert_eq!(read(0, 50), (0, vec![50], None));
        assert_eq!(read(450, u64::MAX), (450, vec![200, 200, 200], None));
        // Only the page after a full one tells that it was the last.
        assert_eq!(read(400, u64::MAX), (400, vec![200, 200, 200], None));
        assert_eq!(read(450, 250), (250, vec![200, 50], Some(249)));
        assert_eq!(read(450, 0), (0, vec![], None));
    }
}
