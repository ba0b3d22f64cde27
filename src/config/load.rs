//! `config.toml` as it is on the disk.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::environment::directories;
use super::{Config, ConfigError, DashboardSettings, WrongLine, file, trust};

/// How the dashboard is to look, and its keys.
#[derive(Debug, Default)]
pub struct LoadedSettings {
    pub settings: DashboardSettings,
    /// What is wrong in the file, line by line.
    pub problems: Vec<WrongLine>,
    pub path: PathBuf,
}

impl LoadedSettings {
    /// Reads them, whatever else the file says; without one, or where it can't be read, there are the defaults.
    pub fn load() -> Self {
        let Ok(path) = path() else {
            return Self::default();
        };
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        Self::of_text(&text, path)
    }

    /// What a file with this text says.
    pub fn of_text(text: &str, path: PathBuf) -> Self {
        let (settings, problems) = file::settings_of(text);
        Self {
            settings,
            problems,
            path,
        }
    }

    /// A sentence on what is passed over of the file, `refused` with it.
    pub fn in_short(&self, refused: &[WrongLine]) -> Option<String> {
        let all = || self.problems.iter().chain(refused);
        let first = all().min_by_key(|problem| problem.line)?;
        let file = self.path.file_name().unwrap_or_default().display();
        Some(match all().count() {
            1 => format!("{file}, line {}: {}.", first.line, first.why),
            lines => format!(
                "{lines} lines of {file} are passed over, the first is line {}: keydeck config check.",
                first.line
            ),
        })
    }
}

/// Where `config.toml` is, or would be.
fn path() -> Result<PathBuf, ConfigError> {
    Ok(directories()?.config_dir().join("keydeck/config.toml"))
}

impl Config {
    /// What a file with this text says.
    pub fn of_text(text: &str, path: PathBuf) -> Result<Self, ConfigError> {
        file::parse(text, path)
    }

    /// Reads `config.toml`; without one there is only the local deck.
    pub fn load() -> Result<Self, ConfigError> {
        Self::load_for(None)
    }

    /// For the command that creates this profile: the file may already name it as the default.
    pub fn load_to_make(profile: &str) -> Result<Self, ConfigError> {
        Self::load_for(Some(profile))
    }

    fn load_for(made: Option<&str>) -> Result<Self, ConfigError> {
        let path = path()?;
        // Someone who can write the file could change it back after it was read, so this is checked first.
        let read =
            trust::untrusted(&path).and_then(|untrusted| Ok((std::fs::read_to_string(&path)?, untrusted)));
        match read {
            Ok((text, untrusted)) => {
                let mut config = file::parse_for(&text, path, made)?;
                let commands = config
                    .profiles
                    .iter_mut()
                    .filter_map(|p| p.token_command.as_mut());
                commands.for_each(|command| command.untrusted.clone_from(&untrusted));
                Ok(config)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => file::parse("", path),
            Err(source) => Err(ConfigError::Unreadable { path, source }),
        }
    }
}
