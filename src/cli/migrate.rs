//! `keydeck migrate`: moves a deck from SQLite to PostgreSQL.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, output, proof};
use crate::deck::bootstrap::block_on;
use crate::deck::database::Location;
use crate::server::store::sqlite::{self, Closed};
use crate::server::store::transfer::{self, Progress};

#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// The SQLite database, as sqlite:PATH; its server must be stopped
    #[arg(long, value_name = "URL")]
    pub from: String,
    /// An empty database, as postgres://USER@HOST/DATABASE
    #[arg(long, env = "KEYDECK_DATABASE", value_name = "URL")]
    pub to: String,
}

pub fn run(args: &MigrateArgs) -> Result<(), Failure> {
    let (Location::Sqlite(from), Location::Postgres(to)) = (
        Location::parse(&args.from, "--from")?,
        Location::parse(&args.to, "--to")?,
    ) else {
        return Err(Failure::Usage(
            "a deck moves from a file to a server: --from sqlite:PATH --to postgres://USER@HOST/DATABASE"
                .into(),
        ));
    };
    let nothing_moved =
        |error: &dyn std::fmt::Display| Failure::Failed(format!("{error}; nothing was moved"));
    sqlite::prepare(&from).map_err(|error| nothing_moved(&error))?;
    if let Some(closed) = Closed::at(&from).map_err(|error| nothing_moved(&error))? {
        proof::log(&closed).map_err(|failure| nothing_moved(&failure))?;
    }
    let bar = progress_bar()?;
    let shown = |Progress { done, of }| {
        bar.set_length(of);
        bar.set_position(done);
        if done == of / 2 {
            bar.set_message("comparing");
        }
    };
    let moved = block_on(async {
        let moved = transfer::move_deck(&from, &to, shown).await;
        moved.map_err(|error| nothing_moved(&error))
    });
    bar.finish_and_clear();
    let moved = moved?;
    output::line(format!(
        "moved {} keys, {} rows in all, each read back and the same as it was; {} stays as it is, so stop what still \
         serves it, and serve {to} with the same root key",
        moved.keys,
        moved.rows,
        from.display()
    ));
    Ok(())
}

/// Drawn only on a terminal.
fn progress_bar() -> Result<ProgressBar, Failure> {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}, {eta} left")
        .map_err(Failure::failed)?;
    Ok(ProgressBar::new(0).with_style(style).with_message("moving"))
}
