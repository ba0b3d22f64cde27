//! `keydeck logout`: takes a profile's token out of the keyring and out of its file.

use super::{Failure, output};
use crate::config::{Config, LOCAL, check_name};
use crate::credentials::{self, TokenSource};
use crate::deck::Selection;

pub fn run(selection: &Selection) -> Result<(), Failure> {
    if selection.token_file.is_some() {
        return Err(Failure::Usage(
            "logout removes a stored token and reads none; leave out --token-file".into(),
        ));
    }
    let name = profile(selection)?;
    let (from, why) = credentials::remove(&name)?;
    let places: Vec<String> = from.iter().map(TokenSource::to_string).collect();
    output::notice(match places.as_slice() {
        [] => format!("no token was stored for profile {name}"),
        places => format!(
            "removed the token of profile {name} from {}; the server still accepts it",
            places.join(" and ")
        ),
    });
    if let Some(why) = why {
        output::notice(format!("{why}; a token that is in it stays"));
    }
    Ok(())
}

/// The profile whose token is to go. A name is enough: the token may be kept though its profile could not be written,
/// or the file can't be read.
fn profile(selection: &Selection) -> Result<String, Failure> {
    if let (Some(name), []) = (&selection.profile, selection.servers.as_slice())
        && name != LOCAL
    {
        return check_name(name).map(|()| name.clone()).map_err(Failure::Usage);
    }
    let profile = Config::load()?.choose(&selection.servers, selection.profile.as_deref())?;
    match profile.servers {
        Some(_) => Ok(profile.name),
        None => Err(Failure::Usage(
            "the local deck has no stored token; name a profile with --profile".into(),
        )),
    }
}
