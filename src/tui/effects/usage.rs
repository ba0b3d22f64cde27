//! Asks the server what the details of a key, its usage, its dialogs and the filter want to know of keys
//! at work.

use crate::client::Client;
use crate::tui::message::{UsageReply, UsageRequest};

pub async fn answer(client: Client, request: UsageRequest) -> UsageReply {
    match request {
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
    }
}
