//! Resealing all that was sealed under a data key before the newest: a portion at a time, so that others write in
//! between. What was done stays done when it is cut off, and the next run goes on with the rest.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use strum::IntoEnumIterator;
use tokio::time::{Instant, sleep};

use crate::cli::Failure;
use crate::deck::bootstrap;
use crate::server::seal::{RootKey, Sealer};
use crate::server::store::seals::{Resealed, SealedSecret, SecretPlace};
use crate::server::store::{DataKeyStore, Store};

/// A portion is written within some milliseconds.
const PORTION: u32 = 100;
/// The least pause after a portion; else it is as long as the portion took, so that others get half of the time.
const PAUSE: Duration = Duration::from_millis(20);
/// Fewer are done before anybody looks.
const MANY: u64 = 1_000;

/// What came of it.
#[derive(Debug, Default)]
pub struct ResealReport {
    pub resealed: u64,
    /// Secrets that don't open, so that they stay as they are.
    pub unreadable: Vec<String>,
    /// How many data keys there are now.
    pub data_keys: u64,
}

pub async fn run(store: &dyn Store, root_key: &RootKey) -> Result<ResealReport, Failure> {
    let sealer = bootstrap::open_sealer(store, root_key).await?;
    let outdated = store.count_outdated_secrets().await.map_err(Failure::failed)?;
    let bar = progress_bar(outdated)?;
    let mut done = ResealReport::default();
    for data_key in sealer.replaced() {
        for place in SecretPlace::iter() {
            all_under(store, &sealer, (data_key, place), &bar, &mut done).await?;
        }
    }
    bar.finish_and_clear();
    done.data_keys = store.drop_unused_data_keys().await.map_err(Failure::failed)?;
    Ok(done)
}

async fn all_under(
    store: &dyn DataKeyStore,
    sealer: &Sealer,
    (data_key, place): (u32, SecretPlace),
    bar: &ProgressBar,
    done: &mut ResealReport,
) -> Result<(), Failure> {
    let mut after = i64::MIN;
    loop {
        let found = store.sealed_under(data_key, place, after, PORTION).await;
        let found = found.map_err(Failure::failed)?;
        let Some(last) = found.last() else {
            return Ok(());
        };
        after = last.seq;
        bar.inc(found.len() as u64);
        let portion = sealed_anew(sealer, found, &mut done.unreadable);
        let started = Instant::now();
        done.resealed += store.reseal(portion).await.map_err(cut_off)?;
        sleep(started.elapsed().max(PAUSE)).await;
    }
}

fn sealed_anew(sealer: &Sealer, found: Vec<SealedSecret>, unreadable: &mut Vec<String>) -> Vec<Resealed> {
    let mut portion = Vec::with_capacity(found.len());
    for before in found {
        match sealer.resealed(&before) {
            Ok(sealed) => portion.push(Resealed { before, sealed }),
            Err(_) => unreadable.push(match before.place {
                SecretPlace::Key => format!("key {}", before.id),
                SecretPlace::OldToken => format!("the old token of key {}", before.id),
                SecretPlace::SessionServer => format!("the session server of project {}", before.id),
                SecretPlace::Webhook | SecretPlace::OldWebhook => format!("webhook {}", before.id),
            }),
        }
    }
    portion
}

fn cut_off(error: impl std::fmt::Display) -> Failure {
    Failure::Failed(format!(
        "{error}; run keydeck seal rotate --reseal again to continue"
    ))
}

/// Drawn only on a terminal.
fn progress_bar(secrets: u64) -> Result<ProgressBar, Failure> {
    if secrets < MANY {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("resealing {wide_bar} {human_pos} of {human_len}, {eta} left")
        .map_err(Failure::failed)?;
    Ok(ProgressBar::new(secrets).with_style(style))
}
