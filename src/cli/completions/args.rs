//! `keydeck completions`: the shells, and what their scripts send.

use std::ffi::OsString;

use clap::Args;
use strum::{EnumIter, IntoStaticStr};

use crate::cli::values;

/// A shell for which there is a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_parser = values::word::<Shell>())]
    pub shell: Shell,
}

/// What a script sends.
#[derive(Debug, Args)]
pub struct CompleteArgs {
    #[arg(value_parser = values::word::<Shell>())]
    pub shell: Shell,
    /// Which word is completed, counted from 0 [default: the last]
    #[arg(long)]
    pub index: Option<usize>,
    /// The characters that part words besides spaces, as bash has them
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    pub breaks: String,
    /// The words, unquoted; of bash, the line up to the cursor
    #[arg(last = true, allow_hyphen_values = true)]
    pub words: Vec<OsString>,
}
