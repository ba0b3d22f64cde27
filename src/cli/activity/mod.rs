//! `keydeck activity …`: the activity log, and its verification.

pub mod args;
pub(super) mod list;
mod verify;

use self::args::ActivityCommand;
use super::Failure;
use crate::deck::{self, Selection};

pub use self::verify::{pages, prove};

pub fn run(selection: &Selection, command: ActivityCommand) -> Result<(), Failure> {
    let deck = deck::open(selection)?;
    let client = deck.client.clone().retrying();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::failed)?;
    let done = runtime.block_on(async {
        match command {
            ActivityCommand::List(args) => list::run(&client, args).await,
            ActivityCommand::Verify(args) => verify::run(&client, &args).await,
        }
    });
    done.map_err(|failure| deck.explain(failure))
}
