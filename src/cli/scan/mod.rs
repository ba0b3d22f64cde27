//! `keydeck scan`: finds leaked keys in files, and says which of them are active. What is found stays
//! here; the server is asked by hashes.

mod archive;
pub mod args;
mod find;
mod found_in;
mod gap;
mod git;
mod names;
mod report;
mod reporting;
mod state;
mod walk;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use self::args::ScanArgs;
use self::state::TokenStates;
use super::{Failure, ask, output};
use crate::deck::{self, Selection};

pub fn run(selection: &Selection, args: ScanArgs) -> Result<(), Failure> {
    let paths = paths(args.paths, args.git.is_some())?;
    if paths.iter().any(|path| path == Path::new(walk::STDIN)) {
        ask::possible(selection)?;
    }
    let mut result = walk::search(&paths, args.gitignore)?;
    if let Some(repository) = &args.git {
        result.add(git::search(repository)?);
    }
    let mut states = TokenStates::new();
    let hashes = state::key_hashes(&result);
    // Reporting needs no sign-in; looking them up does.
    let cant_ask = args.offline || (args.report && !reporting::is_signed_in(selection));
    let asked = match cant_ask || hashes.is_empty() {
        true => Ok(()),
        false => deck::ask(selection, async |client| {
            state::ask(client, hashes, &mut states).await
        }),
    };
    let summary = report::sum(&result, &states);
    // A finding is reported also when nothing more is known of it.
    match report::print(&result, &states, &summary, args.json) {
        // The exit code matters, even if only the first lines were read.
        Ok(()) | Err(Failure::BrokenPipe) => {}
        Err(failure) => return Err(failure),
    }
    for (source, found) in &result.matches {
        for partly in found.gaps.in_words(&source.in_words()) {
            output::notice(partly);
        }
    }
    if !args.json {
        output::notice(summary.in_words());
    }
    if args.report {
        reporting::report(selection, &result)?;
    }
    asked?;
    summary
        .alarm()
        .map_or(Ok(()), |alarm| Err(Failure::Failed(alarm)))
}

/// Standard input where nothing is named, unless someone would have to type it.
fn paths(given: Vec<PathBuf>, is_repository_named: bool) -> Result<Vec<PathBuf>, Failure> {
    match given.is_empty() && !is_repository_named {
        false => Ok(given),
        true if io::stdin().is_terminal() => Err(Failure::Usage(
            "name files or directories to search, or pipe in the text to search".into(),
        )),
        true => Ok(vec![PathBuf::from(walk::STDIN)]),
    }
}
