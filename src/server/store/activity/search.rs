//! Rows of the log by words that people type. No index knows these: rows are looked at from the newest on, so many for a page at
//! most, and the page says where the next one goes on.

use super::rows::{ActivityFilter, page_of};
use crate::api::{Activity, ActivityPage};
use crate::model::compared;
use crate::server::store::StoreResult;
use crate::server::store::db::Db;

/// Rows that are read together.
const PORTION: usize = 500;
/// Rows that are looked at for a page at most.
const MOST: usize = 20_000;

/// The newest `limit` rows that have all of the words, or those among the rows that a page may look at.
pub async fn page<D: Db>(
    db: &D,
    filters: &[ActivityFilter],
    words: &str,
    limit: usize,
) -> StoreResult<ActivityPage> {
    let words = compared(words);
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut filters = filters.to_vec();
    let mut items: Vec<Activity> = Vec::new();
    let mut looked_at = 0;
    loop {
        let portion = page_of(db, &filters, PORTION).await?;
        looked_at += portion.items.len();
        items.extend(portion.items.into_iter().filter(|row| has_all(row, &words)));
        let next = portion.next;
        if items.len() > limit || next.is_none() || looked_at >= MOST {
            let is_more = items.len() > limit;
            items.truncate(limit);
            let last = items.last().map(|row| row.seq);
            return Ok(ActivityPage {
                items,
                next: if is_more { last } else { next },
                ..ActivityPage::default()
            });
        }
        for filter in &mut filters {
            filter.before = next.map(|seq| seq as i64);
        }
    }
}

/// What anybody who sees the row sees of it; the address is not for all of them.
fn has_all(row: &Activity, words: &[&str]) -> bool {
    let action = compared(row.action.words());
    let name = compared(&row.action.name_in_words());
    let wire_name = row.action.as_str().to_owned();
    let subject = compared(&row.subject);
    let person = row
        .actor
        .as_ref()
        .map(|actor| compared(&actor.email))
        .unwrap_or_default();
    words.iter().all(|word| {
        let mut texts = [&action, &name, &wire_name, &subject, &person].into_iter();
        texts.any(|text| text.contains(word))
    })
}
