//! How a command fails: a message for people, an exit code for scripts; and messages on standard error.

pub mod flags;
mod unsaid;

use std::io::{self, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use anstyle::AnsiColor;

use self::unsaid::without_secrets;
use crate::client;
use crate::config::ConfigError;
use crate::credentials::CredentialError;
use crate::model::Shown;
use crate::tui::RunError;
use crate::tui::terminal::TerminalError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Exit code 1.
    #[error("{0}")]
    Failed(String),
    /// The command line can't be obeyed as it is. Exit code 2.
    #[error("{0}")]
    Usage(String),
    /// It was done, except for what is said. Exit code 3.
    #[error("{0}")]
    Partly(String),
    /// Exit code 4.
    #[error("{0}")]
    SignIn(String),
    /// What is wrong with the values of single flags, one line each. Exit code 1.
    #[error("{}", .0.join("; "))]
    Flags(Vec<String>),
    /// It was done, and the answer that standard output has is no. Exit code 1.
    #[error("the answer is no")]
    Answered,
    /// The dashboard was ended by this signal, and has given the terminal back.
    #[error("ended by signal {0}")]
    Signal(i32),
    /// The reader of the output is gone; there is nobody left to tell.
    #[error("the output was closed")]
    BrokenPipe,
}

impl Failure {
    pub fn failed(sentence: impl std::fmt::Display) -> Self {
        Failure::Failed(sentence.to_string())
    }

    /// Prints the error on stderr. Text from a server can't move the cursor, and a secret that was given as a name or a path is not
    /// repeated.
    pub fn report(&self) {
        let mut stderr = io::stderr().lock();
        let red = match AutoStream::choice(&stderr) {
            ColorChoice::Never => anstyle::Style::new(),
            _ => AnsiColor::Red.on_default().bold(),
        };
        // When stderr is closed, the exit code still tells.
        let _ = match self {
            Failure::BrokenPipe | Failure::Signal(_) | Failure::Answered => Ok(()),
            Failure::Flags(lines) => lines
                .iter()
                .try_for_each(|line| writeln!(stderr, "{red}error:{red:#} {}", sayable(line))),
            other => writeln!(stderr, "{red}error:{red:#} {}", sayable(&other.to_string())),
        };
    }

    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::BrokenPipe => 0,
            Failure::Failed(_) | Failure::Flags(_) | Failure::Answered => 1,
            Failure::Usage(_) => 2,
            Failure::Partly(_) => 3,
            Failure::SignIn(_) => 4,
            Failure::Signal(number) => u8::try_from(128 + number).unwrap_or(1),
        })
    }
}

/// A sentence for the person at the terminal. When stderr is closed, nobody is.
pub fn notice(sentence: impl std::fmt::Display) {
    let text = sentence.to_string();
    let _ = writeln!(io::stderr().lock(), "{}", sayable(&text));
}

/// What may be on the screen and in a log.
pub fn sayable(message: &str) -> String {
    Shown::new(&without_secrets(message)).into_string()
}

impl From<client::Error> for Failure {
    fn from(error: client::Error) -> Self {
        match &error {
            client::Error::SignIn => Failure::SignIn(error.to_string()),
            client::Error::Unusable(sentence) => Failure::Usage(sentence.clone()),
            client::Error::Refused(problem) if !problem.errors.is_empty() => {
                Failure::Flags(flags::lines(&problem.errors, &[]))
            }
            _ => Failure::Failed(error.to_string()),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match &error {
            ConfigError::Contradiction(..) | ConfigError::Unknown { .. } | ConfigError::Servers(_) => {
                Failure::Usage(error.to_string())
            }
            _ => Failure::Failed(error.to_string()),
        }
    }
}

impl From<CredentialError> for Failure {
    fn from(error: CredentialError) -> Self {
        match error {
            CredentialError::Config(error) => error.into(),
            CredentialError::Terminal => Failure::Usage(error.to_string()),
            _ => Failure::SignIn(error.to_string()),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match &error {
            RunError::Terminal(TerminalError::NotATerminal(_)) => Failure::Usage(error.to_string()),
            RunError::Terminal(TerminalError::Io(_)) | RunError::Io(_) => Failure::Failed(error.to_string()),
        }
    }
}

/// A failure to write the output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
            _ => Failure::Failed(format!("can't write the output: {error}")),
        }
    }
}
