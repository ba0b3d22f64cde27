//! `keydeck logout`: takes a profile's token out of the keyring and out of its file.

use super::args::Selection;
use super::{Failure, output};
use crate::config::Config;
use crate::credentials::{self, Source};

pub fn run(selection: &Selection) -> Result<(), Failure> {
    if selection.token_file.is_some() {
        return Err(Failure::Usage(
            "logout takes a kept token away and reads none; leave out --token-file".into(),
        ));
    }
    let profile = Config::load()?.choose(&selection.servers, selection.profile.as_deref())?;
    if profile.servers.is_none() {
        return Err(Failure::Usage(
            "the local deck has no kept token; name a profile with --profile".into(),
        ));
    }
    let (from, why) = credentials::forget(&profile.name)?;
    let places: Vec<String> = from.iter().map(Source::to_string).collect();
    output::talk(match places.as_slice() {
        [] => format!("no token was kept for profile {}", profile.name),
        places => format!(
            "took the token of profile {} out of {}; the server still knows it",
            profile.name,
            places.join(" and ")
        ),
    });
    if let Some(why) = why {
        output::talk(format!("{why}; a token that is in it stays"));
    }
    Ok(())
}
