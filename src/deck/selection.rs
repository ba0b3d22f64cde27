//! Which deck a command works on, as flags, environment and `config.toml` choose it.

use std::path::PathBuf;

use clap::Args;

use crate::config::Config;
use crate::credentials;
use crate::failure::Failure;

/// What a command works on.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Server (not for demo, init and serve)")]
pub struct Selection {
    /// Use this key server instead of the default profile; repeatable, for several servers of one database
    /// [env: KEYDECK_SERVER, separated by commas]
    #[arg(
        long = "server",
        global = true,
        value_name = "URL",
        value_delimiter = ',',
        display_order = 900
    )]
    pub servers: Vec<String>,
    /// Use this profile of config.toml; "local" is the local deck [env: KEYDECK_PROFILE]
    #[arg(long, global = true, value_name = "NAME", display_order = 901)]
    pub profile: Option<String>,
    /// Sign in with the token in this file, or from standard input with - [env: KEYDECK_TOKEN, the token
    /// itself]
    #[arg(long, global = true, value_name = "FILE", display_order = 902)]
    pub token_file: Option<PathBuf>,
}

/// What the command line chooses, and all that could be switched to: the configuration, and the name
/// of the profile in it. Tokens that are given to this run belong to that profile alone.
pub fn choose(selection: &Selection) -> Result<(Config, String), Failure> {
    let mut config = Config::load()?;
    let mut profile = config.choose(&selection.servers, selection.profile.as_deref())?;
    if profile.servers.is_some() {
        profile.given = credentials::given(selection.token_file.as_deref())?;
    } else if selection.token_file.is_some() {
        return Err(Failure::Usage(
            "the local deck takes no token; leave out --token-file, or name a server".into(),
        ));
    }
    let name = profile.name.clone();
    config.begin_with(profile);
    Ok((config, name))
}
