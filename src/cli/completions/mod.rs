//! `keydeck completions`: scripts for shells, which ask `keydeck complete` what could be typed next. The answer comes
//! from the command line's own declaration, and from the server that the typed line chooses.

pub mod args;
mod candidates;
mod line;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use self::args::{CompleteArgs, CompletionsArgs, Shell};
use self::candidates::{Chosen, NameKind};
use super::{Failure, help};

pub fn print(args: CompletionsArgs) -> Result<(), Failure> {
    let script = match args.shell {
        Shell::Bash => include_str!("../../../assets/completions/keydeck.bash"),
        Shell::Zsh => include_str!("../../../assets/completions/keydeck.zsh"),
        Shell::Fish => include_str!("../../../assets/completions/keydeck.fish"),
        Shell::Powershell => include_str!("../../../assets/completions/keydeck.ps1"),
    };
    let mut stdout = io::stdout().lock();
    stdout.write_all(script.as_bytes())?;
    Ok(stdout.flush()?)
}

/// Never fails aloud: a shell would show it amid what is being typed.
pub fn complete(args: CompleteArgs) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    for offer in offers(args) {
        writeln!(stdout, "{offer}")?;
    }
    Ok(stdout.flush()?)
}

/// The lines for the shell.
fn offers(args: CompleteArgs) -> Vec<String> {
    match args.shell {
        Shell::Bash => {
            let typed = args
                .words
                .first()
                .and_then(|line| line.to_str())
                .unwrap_or_default();
            let typed = line::TypedLine::parse(typed, &args.breaks);
            let words: Vec<OsString> = typed.words.iter().map(OsString::from).collect();
            let found = candidates(words, typed.words.len().saturating_sub(1));
            line::closest(&found, typed.last())
                .into_iter()
                .filter_map(|found| typed.completed(found))
                .collect()
        }
        shell => {
            let mut words = args.words;
            let index = args.index.unwrap_or_else(|| words.len().saturating_sub(1));
            words.truncate(index + 1);
            if words.len() == index {
                words.push(OsString::new());
            }
            if let (Shell::Fish, Some(last)) = (shell, words.last_mut()) {
                *last = OsString::from(line::unquoted(&last.to_string_lossy()));
            }
            let found = candidates(words, index);
            found.iter().map(|found| told(shell, found)).collect()
        }
    }
}

/// With what it is, in the form of the shell.
fn told(shell: Shell, found: &CompletionCandidate) -> String {
    let value = found.get_value().to_string_lossy();
    let about = found.get_help().map(ToString::to_string).unwrap_or_default();
    let about = about.lines().next().unwrap_or_default();
    match shell {
        Shell::Zsh => {
            let value = value.replace('\\', "\\\\").replace(':', "\\:");
            match about {
                "" => value,
                about => format!("{value}:{about}"),
            }
        }
        Shell::Bash | Shell::Fish | Shell::Powershell => format!("{value}\t{about}"),
    }
}

/// What could stand in place of `words[index]`.
fn candidates(words: Vec<OsString>, index: usize) -> Vec<CompletionCandidate> {
    let before = words.get(..index).unwrap_or_default();
    let chosen = Chosen::by(before);
    let mut command = completing(help::command(), &chosen);
    let here = std::env::current_dir().ok();
    // An empty list is all that is said of a line that can't be completed.
    let found = clap_complete::engine::complete(&mut command, words, index, here.as_deref());
    let mut found = found.unwrap_or_default();
    found.retain(|found| candidates::is_plain(&found.get_value().to_string_lossy()));
    found
}

/// Each argument knows where its values come from.
fn completing(command: Command, chosen: &Chosen) -> Command {
    command
        .mut_args(|arg| match NameKind::of(&arg) {
            Some(kind) => with_values(arg, kind, chosen),
            None => arg,
        })
        .mut_subcommands(|sub| completing(sub, chosen))
}

fn with_values(arg: Arg, kind: NameKind, chosen: &Chosen) -> Arg {
    let chosen = chosen.clone();
    match kind {
        NameKind::Profile => arg.add(ArgValueCandidates::new(candidates::profiles)),
        kind => arg.add(ArgValueCompleter::new(move |typed: &std::ffi::OsStr| {
            let typed = typed.to_str().unwrap_or_default();
            chosen.ask(kind, typed)
        })),
    }
}

#[cfg(test)]
mod tests;
