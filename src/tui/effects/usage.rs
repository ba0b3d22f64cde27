//! Asks the server what the details of a key, its usage, its dialogs and the filter want to know of keys
//! at work.

use futures_util::StreamExt;
use uuid::Uuid;

use crate::client::Client;
use crate::tui::message::{UsageReply, UsageRequest};

/// `tell` is called with each reply.
pub async fn answer(client: Client, request: UsageRequest, tell: impl Fn(UsageReply)) {
    tell(match request {
        UsageRequest::OfKey { number, key } => UsageReply::OfKey {
            number,
            result: client.usage(key).await.map(Box::new),
        },
        UsageRequest::Explain { number, key, request } => UsageReply::Explained {
            number,
            result: client.explain(key, &request).await,
        },
        UsageRequest::Lookup { number, hash } => UsageReply::LookedUp {
            number,
            result: client.lookup(&hash).await,
        },
        UsageRequest::State { number, key } => UsageReply::State {
            number,
            result: client.key_or_revoked(key).await.map(Box::new),
        },
        UsageRequest::Check { number, key } => return check(&client, number, key, tell).await,
    });
}

/// Nobody waits for the slowest server to hear of the others.
async fn check(client: &Client, number: u64, key: Uuid, tell: impl Fn(UsageReply)) {
    let (servers, checks) = client.checks(key);
    tell(UsageReply::Checking { number, servers });
    let mut checks = std::pin::pin!(checks);
    while let Some((server, result)) = checks.next().await {
        let result = result.map(Box::new);
        tell(UsageReply::Checked {
            number,
            server,
            result,
        });
    }
}
