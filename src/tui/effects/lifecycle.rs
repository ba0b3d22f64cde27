//! Asks the server what becomes of a key between its creation and its end.

use crate::api::{KeyFilter, LeakList, MAX_LIMIT, RotationEnd};
use crate::client::Client;
use crate::model::{StateFilter, expiry};
use crate::tui::message::{LifecycleReply, LifecycleRequest};

pub async fn answer(client: Client, request: LifecycleRequest) -> LifecycleReply {
    match request {
        LifecycleRequest::Disable { id, disabling } => LifecycleReply::Disabled {
            id,
            result: client.disable(id, &disabling).await.map(Box::new),
        },
        LifecycleRequest::Enable { id } => LifecycleReply::Enabled {
            id,
            result: client.enable(id).await.map(Box::new),
        },
        LifecycleRequest::Rotate { id, version, new } => LifecycleReply::Rotated {
            id,
            result: client.rotate(id, version, &new).await.map(Box::new),
        },
        LifecycleRequest::Extend {
            id,
            version,
            extension,
        } => LifecycleReply::Extended {
            id,
            result: client
                .extend_rotation(id, Some(version), &extension)
                .await
                .map(Box::new),
        },
        LifecycleRequest::Finish { id, version, keep } => {
            let end = RotationEnd { keep };
            let finished = client.finish_rotation(id, Some(version), &end).await;
            LifecycleReply::Finished {
                id,
                keep,
                result: finished.map(Box::new),
            }
        }
        LifecycleRequest::Read { number, id } => LifecycleReply::Read {
            number,
            result: client.key(id).await.map(Box::new),
        },
        LifecycleRequest::CountExpiring { number } => LifecycleReply::ExpiringCounted {
            number,
            result: client.counts(&expiring()).await,
        },
        LifecycleRequest::CountRevoked { number } => LifecycleReply::RevokedCounted {
            number,
            result: client.counts(&revoked()).await,
        },
        LifecycleRequest::ReadLeaks { number } => LifecycleReply::LeaksRead {
            number,
            result: client.leaks(&undecided()).await,
        },
        LifecycleRequest::DecideLeak { id, deciding } => LifecycleReply::LeakDecided {
            id,
            result: client.decide_leak(id, &deciding).await.map(Box::new),
        },
    }
}

/// Those that expire so soon that people are warned.
fn expiring() -> KeyFilter {
    KeyFilter {
        expires_days: Some(expiry::WARNED_DAYS),
        ..KeyFilter::default()
    }
}

fn undecided() -> LeakList {
    LeakList {
        undecided: Some(true),
        limit: Some(MAX_LIMIT),
        after: None,
    }
}

fn revoked() -> KeyFilter {
    KeyFilter {
        state: Some(StateFilter::Revoked),
        ..KeyFilter::default()
    }
}
