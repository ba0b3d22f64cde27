//! Asks the server which keys are to be marked, where those are that are marked, and what is to be done to them.

use std::collections::HashSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use crate::api::{KeyFilter, KeyList, MAX_LIMIT, MAX_PLANNED};
use crate::client::{Client, Error};
use crate::tui::message::{MarkedKey, MarksReply, MarksRequest, Walked, Whereabouts};

/// So many keys are looked for one by one; where there are more, all that match are gone through.
const ONE_BY_ONE: usize = 100;
/// Questions that are asked at once.
const AT_ONCE: usize = 4;

/// `tell` sends what there is to say before the answer.
pub async fn answer(client: Client, request: MarksRequest, tell: impl Fn(MarksReply)) -> Option<MarksReply> {
    Some(match request {
        MarksRequest::Walk { number, list, until } => {
            let tell = |so_far| tell(MarksReply::Walking { number, so_far });
            let result = walk(&client, list, until, tell).await;
            MarksReply::Walked {
                number,
                until,
                result,
            }
        }
        MarksRequest::Check { number, filter, ids } => {
            let result = check(&client, &filter, ids).await;
            MarksReply::Checked { number, result }
        }
        MarksRequest::Plan { number, new } => {
            let result = client.plan(&new).await.map(Box::new);
            MarksReply::Planned { number, new, result }
        }
        MarksRequest::Commit { number, plan } => {
            let tell = |progress: &_| {
                let progress = Box::new(Clone::clone(progress));
                tell(MarksReply::Committing { number, progress });
            };
            let result = client.commit_plan_telling(&plan, tell).await.map(Box::new);
            MarksReply::Committed { number, result }
        }
        MarksRequest::Stop => return None,
    })
}

/// Page by page, forward, or backward where the list begins before a key.
async fn walk(
    client: &Client,
    mut list: KeyList,
    until: Option<Uuid>,
    tell: impl Fn(usize),
) -> Result<Walked, Error> {
    list.limit = Some(MAX_LIMIT);
    let is_backward = list.before.is_some();
    let mut keys: Vec<MarkedKey> = Vec::new();
    loop {
        let mut page = client.keys(&list).await?;
        let further = match is_backward {
            true => page.previous,
            false => page.next,
        };
        if is_backward {
            page.items.reverse();
        }
        for row in &page.items {
            keys.push(MarkedKey::from(&row.key));
            if Some(row.key.id) == until {
                return Ok(Walked {
                    keys,
                    are_more: false,
                });
            }
        }
        let are_more = further.is_some();
        if !are_more || keys.len() >= MAX_PLANNED {
            let are_more = are_more || keys.len() > MAX_PLANNED;
            return Ok(Walked { keys, are_more });
        }
        tell(keys.len());
        match is_backward {
            true => list.before = further,
            false => list.after = further,
        }
    }
}

async fn check(
    client: &Client,
    filter: &KeyFilter,
    ids: Vec<Uuid>,
) -> Result<Vec<(Uuid, Whereabouts)>, Error> {
    if ids.len() <= ONE_BY_ONE {
        let each = stream::iter(ids).map(|id| find(client, filter, id));
        return each.buffered(AT_ONCE).try_collect().await;
    }
    let walked = walk(client, KeyList::of(filter.clone()), None, |_| ()).await?;
    let found: HashSet<Uuid> = walked.keys.iter().map(|key| key.id).collect();
    // Without a filter nearly all are shown; how many there are, nobody goes through.
    let others = match *filter == KeyFilter::default() && walked.are_more {
        true => Whereabouts::Shown,
        false => Whereabouts::NotShown,
    };
    let place = |id| match found.contains(&id) {
        true => (id, Whereabouts::Shown),
        false => (id, others),
    };
    Ok(ids.into_iter().map(place).collect())
}

async fn find(client: &Client, filter: &KeyFilter, id: Uuid) -> Result<(Uuid, Whereabouts), Error> {
    let list = KeyList {
        around: Some(id),
        limit: Some(1),
        ..KeyList::of(filter.clone())
    };
    match client.keys(&list).await {
        Ok(_) => return Ok((id, Whereabouts::Shown)),
        Err(error) if error.is_gone() => {}
        Err(error) => return Err(error),
    }
    match client.key(id).await {
        Ok(_) => Ok((id, Whereabouts::NotShown)),
        Err(error) if error.is_gone() => Ok((id, Whereabouts::Gone)),
        Err(error) => Err(error),
    }
}
