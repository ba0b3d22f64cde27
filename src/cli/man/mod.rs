//! `keydeck man`: a page for each command, made from the declaration of the command line, and one for `config.toml`.

pub mod args;
mod config;
mod page;

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use clap::Command;

use self::args::ManArgs;
use super::{Failure, help, output};

pub fn run(args: &ManArgs) -> Result<(), Failure> {
    let directory = &args.directory;
    let cannot = |path: &Path, error: io::Error| {
        Failure::Failed(format!(
            "can't write {}: {error}; choose a directory that you can write to",
            path.display()
        ))
    };
    // Pages are for everybody, unlike other files of keydeck.
    if !directory.exists() {
        fs::create_dir_all(directory).map_err(|error| cannot(directory, error))?;
        fs::set_permissions(directory, Permissions::from_mode(0o755))
            .map_err(|error| cannot(directory, error))?;
    }
    let pages = pages()?;
    for (name, text) in &pages {
        let path = directory.join(name);
        fs::write(&path, text).map_err(|error| cannot(&path, error))?;
        fs::set_permissions(&path, Permissions::from_mode(0o644)).map_err(|error| cannot(&path, error))?;
    }
    output::notice(format!(
        "wrote {} to {}; read one with man -l {}",
        output::counted(pages.len() as u64, "page"),
        directory.display(),
        directory.join("keydeck.1").display()
    ));
    Ok(())
}

/// Each with the name of its file.
fn pages() -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut command = help::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    add(&command, "", &mut pages)?;
    pages.push(config::page()?);
    Ok(pages)
}

/// `path` is `key create` of `keydeck key create`.
fn add(command: &Command, path: &str, pages: &mut Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
    pages.push(page::of(command, path)?);
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let path = format!("{path} {}", sub.get_name());
        add(sub, path.trim_start(), pages)?;
    }
    Ok(())
}
