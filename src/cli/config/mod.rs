//! `keydeck config`: the whole configuration file with its defaults, and what is wrong in the one that is there.

pub mod args;
pub mod default;

use self::args::{ConfigArgs, ConfigCommand};
use super::{Failure, output};
use crate::config::{Config, LoadedSettings, WrongLine};
use crate::tui::keymap::Keymap;

pub fn run(args: &ConfigArgs) -> Result<(), Failure> {
    match args.command {
        ConfigCommand::Default => {
            default::file().lines().for_each(output::line);
            Ok(())
        }
        ConfigCommand::Check => check(),
        ConfigCommand::Path => {
            output::line(LoadedSettings::load().path.display());
            Ok(())
        }
    }
}

/// Names each line that is wrong: of those about servers the first, as every command does that needs them.
fn check() -> Result<(), Failure> {
    let loaded = LoadedSettings::load();
    let told: Vec<String> = passed_over(&loaded)
        .iter()
        .map(|problem| told(&loaded, problem))
        .collect();
    told.iter().for_each(output::line);
    Config::load()?;
    let path = loaded.path.display();
    match told.len() {
        0 if loaded.path.exists() => output::line(format!("{path}: nothing is wrong in it")),
        0 => output::line(format!("{path}: there is no such file; the defaults apply")),
        1 => return Err(Failure::Failed("1 line is passed over; the rest applies".into())),
        lines => {
            let words = format!("{lines} lines are passed over; the rest applies");
            return Err(Failure::Failed(words));
        }
    }
    Ok(())
}

/// Says what is passed over of the file that a command reads.
pub fn warn() {
    let loaded = LoadedSettings::load();
    for problem in passed_over(&loaded) {
        output::notice(told(&loaded, &problem));
    }
}

fn passed_over(loaded: &LoadedSettings) -> Vec<WrongLine> {
    let (_, refused) = Keymap::with(&loaded.settings.keys);
    let mut problems: Vec<WrongLine> = loaded.problems.iter().cloned().chain(refused).collect();
    problems.sort_by_key(|problem| problem.line);
    problems
}

fn told(loaded: &LoadedSettings, problem: &WrongLine) -> String {
    format!(
        "{}, line {}: {}",
        loaded.path.display(),
        problem.line,
        problem.why
    )
}
