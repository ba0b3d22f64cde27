//! Signing in as people and scripts do: the real program, its profiles, and where tokens are kept.

mod keyring;
mod private_ca;
mod profiles;
mod replicas;
mod sign_in;
mod tokens;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::program::{Home, Ran, Served};

pub fn login(home: &Home, token: &str, args: &[&str]) -> Ran {
    Ran::given(home.command(&[&["login"], args].concat()), &format!("{token}\n"))
}

pub fn config(home: &Home) -> String {
    fs::read_to_string(home.path("config/keydeck/config.toml")).expect("written")
}

pub fn configure(home: &Home, text: &str) {
    fs::create_dir_all(home.path("config/keydeck")).expect("made");
    fs::write(home.path("config/keydeck/config.toml"), text).expect("written");
}

pub fn kept(home: &Home, profile: &str) -> PathBuf {
    home.path("data/keydeck/tokens").join(profile)
}

/// What `whoami` says of where the token came from.
pub fn token_from(ran: Ran) -> String {
    let said = ran.json();
    assert_eq!(said["user"]["email"], "mira@acme.example", "{said}");
    said["token_from"].as_str().expect("text").to_owned()
}

pub fn whoami(home: &Home) -> Command {
    home.command(&["whoami", "--json"])
}

/// A profile `acme` of this server with a kept token and these further lines.
pub fn signed_in(home: &Home, server: &Served, token: &str, lines: &str) {
    login(home, token, &[&server.url, "--profile", "acme"]).succeeded();
    let text = config(home);
    configure(home, &format!("{text}{lines}\n"));
}
