//! `keydeck demo`: the dashboard with a temporary sample organisation.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use ipnet::IpNet;

use super::dashboard::ShownArgs;
use super::{Failure, dashboard, values};
use crate::deck::bootstrap;
use crate::deck::embedded::EmbeddedServer;
use crate::demo::scratch::Scratch;
use crate::demo::{lived_in, organisation};
use crate::model::Role;
use crate::server::address::TrustedProxies;
use crate::server::seal::RootKey;
use crate::server::store::Store;
use crate::tui::ShownAs;
use crate::tui::decks::{DeckSummary, DemoMode, Keep, Nowhere, Opened};
use crate::tui::state::tour::Tour;

const DATABASE: &str = "keydeck.db";

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Generate this many keys instead of the hand-written sample
    #[arg(long, value_name = "N", value_parser = values::generated)]
    pub keys: Option<u64>,
    /// The role to sign in with
    #[arg(long, default_value = "owner", value_parser = values::word::<Role>())]
    pub role: Role,
    /// Keep still: no visitors, no colleagues who edit
    #[arg(long)]
    pub still: bool,
    /// Walk through the story of a leaked key, in eight steps; Esc leaves it
    #[arg(long, conflicts_with_all = ["keys", "role"])]
    pub tour: bool,
    #[command(flatten)]
    pub shown: ShownArgs,
}

/// `shown`: what stood before the command.
pub fn run(args: &DemoArgs, shown: ShownArgs) -> Result<(), Failure> {
    dashboard::needs_terminal()?;
    let shown = ShownArgs {
        plain: args.shown.plain || shown.plain,
    };
    let is_plain = shown.shown_as() != ShownAs::Screen;
    if args.tour && is_plain {
        return Err(Failure::Usage(
            "the tour is shown beside the whole screen, which plain text has none of; leave out --tour or --plain".into(),
        ));
    }
    let scratch = Scratch::create()
        .map_err(|error| Failure::Failed(format!("can't create a directory for the demo: {error}")))?;
    let root_key = RootKey::generate().map_err(Failure::failed)?;
    let path = scratch.path().join(DATABASE);
    let (store, life) = match args.keys {
        None => lived_in(&path, &root_key).map(|(store, life)| (store, Some(life)))?,
        Some(count) => {
            let bar = progress_bar(count, shown)?;
            let store = organisation(&path, &root_key, Some(count), |n| bar.set_position(n));
            bar.finish_and_clear();
            (store?, None)
        }
    };
    let (sealer, user) = bootstrap::unlock(&store, &root_key, args.role)?;
    let store: Arc<dyn Store> = Arc::new(store);
    // Visitors come through a proxy on this machine, which says where they are.
    let proxies = TrustedProxies::new(vec![IpNet::from(IpAddr::V4(Ipv4Addr::LOCALHOST))]);
    let server = EmbeddedServer::start_behind(store.clone(), sealer, user, proxies)?;
    let leaked = life.as_ref().and_then(|life| life.leaked.clone());
    let tour = leaked
        .filter(|_| args.tour)
        .map(|(key, secret)| Tour::of(key, secret));
    let life = life.filter(|_| !args.still);
    // In plain text, what changed is told when it is asked for.
    let lives = life.is_some() && !is_plain;
    if let Some(life) = life {
        server.beside(life.go_on(server.address(), store));
    }
    let opened = Opened {
        client: server.client()?,
        deck: DeckSummary::plain("demo"),
        demo: DemoMode { tour, lives },
        keep: Keep::new(()),
    };
    let outcome = dashboard::open(opened, Arc::new(Nowhere), shown);
    // The directory first: when the terminal is gone, there may not be time for both.
    drop(scratch);
    outcome
}

fn progress_bar(count: u64, shown: ShownArgs) -> Result<ProgressBar, Failure> {
    // A bar is drawn with escape sequences.
    if shown.shown_as() != ShownAs::Screen {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("making keys {wide_bar} {human_pos} of {human_len}, {eta} left")
        .map_err(Failure::failed)?;
    Ok(ProgressBar::new(count).with_style(style))
}
