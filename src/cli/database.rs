//! The database that a command is given, and its root key.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::config;
use crate::deck::database::Database;
use crate::deck::local;

#[derive(Debug, Args)]
pub struct DatabaseArgs {
    /// The database, as sqlite:PATH or postgres://USER@HOST/DATABASE
    #[arg(long, env = "KEYDECK_DATABASE", value_name = "URL")]
    pub database: String,
    /// The file of the root key [default for sqlite: PATH.root-key; or the key itself in KEYDECK_ROOT_KEY]
    #[arg(long, env = "KEYDECK_ROOT_KEY_FILE", value_name = "FILE")]
    pub root_key_file: Option<PathBuf>,
}

impl DatabaseArgs {
    pub fn named(&self) -> Result<Database, Failure> {
        Database::at(&self.database, self.root_key_file.as_deref())
    }
}

/// The same of a command that works on the local deck unless it is given another.
#[derive(Debug, Args)]
pub struct DatabaseOrLocalArgs {
    /// The database, as sqlite:PATH or postgres://USER@HOST/DATABASE, instead of the local deck
    #[arg(long, env = "KEYDECK_DATABASE", value_name = "URL")]
    pub database: Option<String>,
    /// The file of the root key [default for sqlite: PATH.root-key; or the key itself in KEYDECK_ROOT_KEY]
    #[arg(
        long,
        env = "KEYDECK_ROOT_KEY_FILE",
        value_name = "FILE",
        requires = "database"
    )]
    pub root_key_file: Option<PathBuf>,
}

impl DatabaseOrLocalArgs {
    pub fn named(&self) -> Result<Database, Failure> {
        match &self.database {
            Some(url) => Database::at(url, self.root_key_file.as_deref()),
            None => local::database(&config::data_directory()?),
        }
    }
}
