//! `keydeck demo`: the dashboard with a temporary sample organisation.

use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, dashboard, values};
use crate::deck::bootstrap;
use crate::deck::embedded::EmbeddedServer;
use crate::demo::organisation;
use crate::demo::scratch::Scratch;
use crate::model::Role;
use crate::server::seal::RootKey;
use crate::tui::decks::{DeckSummary, Keep, Nowhere, Opened};

const DATABASE: &str = "keydeck.db";

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Generate this many keys instead of the hand-written sample
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub keys: Option<u64>,
    /// The role to sign in with
    #[arg(long, default_value = "owner", value_parser = values::word::<Role>())]
    pub role: Role,
}

pub fn run(args: &DemoArgs) -> Result<(), Failure> {
    dashboard::needs_terminal()?;
    let scratch = Scratch::create()
        .map_err(|error| Failure::Failed(format!("can't create a directory for the demo: {error}")))?;
    let root_key = RootKey::generate().map_err(Failure::failed)?;
    let store = match args.keys {
        None => organisation(&scratch.path().join(DATABASE), &root_key, None, |_| {})?,
        Some(count) => {
            let bar = progress_bar(count)?;
            let store = organisation(&scratch.path().join(DATABASE), &root_key, Some(count), |n| {
                bar.set_position(n)
            });
            bar.finish_and_clear();
            store?
        }
    };
    let (sealer, user) = bootstrap::unlock(&store, &root_key, args.role)?;
    let server = EmbeddedServer::start(Arc::new(store), sealer, user)?;
    let opened = Opened {
        client: server.client()?,
        deck: DeckSummary::plain("demo"),
        keep: Keep::new(()),
    };
    let outcome = dashboard::open(opened, Arc::new(Nowhere));
    // The directory first: when the terminal is gone, there may not be time for both.
    drop(scratch);
    outcome
}

fn progress_bar(count: u64) -> Result<ProgressBar, Failure> {
    let style = ProgressStyle::with_template("making keys {wide_bar} {human_pos} of {human_len}, {eta} left")
        .map_err(Failure::failed)?;
    Ok(ProgressBar::new(count).with_style(style))
}
