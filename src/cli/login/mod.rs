//! `keydeck login`: checks a token with its server, keeps it, and writes the profile.

pub mod args;

use std::path::Path;

use self::args::LoginArgs;
use super::{Failure, ask, output};
use crate::api::Me;
use crate::client::{Client, Endpoint, Error};
use crate::config::{self, Config, ConfigError, Profile, ProfileEdit};
use crate::credentials::{self, CredentialError, StoredIn, StoredToken, TokenSource};
use crate::deck::{Selection, bootstrap};
use crate::model::{Secret, ServerAddress, Servers};

pub fn run(selection: &Selection, args: &LoginArgs) -> Result<(), Failure> {
    if !selection.servers.is_empty() {
        return Err(Failure::Usage(
            "login takes the server as its argument; leave out --server".into(),
        ));
    }
    let mut edit = edit(selection, args)?;
    let config = Config::load_to_make(&edit.name)?;
    let before = config.profile(&edit.name).ok().cloned();
    if let Some(before) = &before {
        edit.servers = its_servers(&config, before, edit.servers)?;
    }
    let token = token(selection.token_file.as_deref(), &edit.servers)?;
    let ca_file = edit.ca_file.clone().or_else(|| before.as_ref()?.ca_file.clone());
    let (me, server) = check(&edit.servers, &token, ca_file.as_deref())?;
    // The token first: a profile without one would be chosen, and could not be opened.
    let kept = StoredToken::new(&edit.servers, token);
    let stored_in = credentials::store(&edit.name, &kept, !args.no_keyring)?;
    let is_default = config.write(&edit).map_err(|error| {
        Failure::Failed(format!(
            "{error}; the token is stored in {} anyway: sign in again when the file can be written, or remove the \
             token with keydeck logout --profile {}",
            stored_in.place, edit.name
        ))
    })?;
    signed_in(&server, &me);
    where_it_is(&stored_in, !args.no_keyring);
    what_goes_before_it(&stored_in, before.as_ref())?;
    what_it_means(&edit, before.as_ref(), is_default);
    Ok(())
}

/// What the flags say of the profile; without `--profile` it goes by the first server's host.
fn edit(selection: &Selection, args: &LoginArgs) -> Result<ProfileEdit, Failure> {
    let servers = Servers::parse(&args.urls).map_err(ConfigError::from)?;
    let name = match &selection.profile {
        Some(name) => name.clone(),
        None => servers.first().host(),
    };
    let ca_file = match &args.ca_file {
        Some(file) => Some(std::path::absolute(file).map_err(Failure::failed)?),
        None => None,
    };
    let edit = ProfileEdit {
        name,
        servers,
        colour: args.colour,
        read_only: args.read_only,
        ca_file,
    };
    edit.check()
        .map_err(|why| Failure::Usage(format!("--profile: {why}")))?;
    Ok(edit)
}

/// The servers of a profile that was there before. Its `token_command` and CA file are for them: neither
/// may be used for another. Naming some of its servers signs in to all of them.
fn its_servers(config: &Config, before: &Profile, named: Servers) -> Result<Servers, Failure> {
    let Some(old) = &before.servers else {
        return Ok(named);
    };
    let origins: Vec<String> = old.iter().map(ServerAddress::origin).collect();
    if !named.iter().all(|server| origins.contains(&server.origin())) {
        return Err(Failure::Usage(format!(
            "profile {} is {old}; choose another name with --profile, or change its server in {}",
            before.name,
            config.path().display()
        )));
    }
    Ok(match old.contains_all(&named) {
        true => old.clone(),
        false => named,
    })
}

/// The token from `--token-file`, the terminal or standard input. What can't be a sign-in token is
/// not sent to anyone.
fn token(file: Option<&Path>, servers: &Servers) -> Result<Secret, Failure> {
    let token = match file {
        Some(path) => credentials::read(path),
        None => {
            let given = ask::secret(&format!("Sign-in token for {servers}: "))?.ok_or_else(|| {
                Failure::SignIn("there was no token, so nothing was stored; paste it, or pipe it in".into())
            })?;
            credentials::sign_in_token(&given, "what was given")
        }
    };
    token.map_err(|error| match error {
        CredentialError::NotAToken { why, .. } => Failure::SignIn(format!(
            "this is not a sign-in token, so nothing was sent or stored: {why}"
        )),
        other => other.into(),
    })
}

/// The signed-in person according to the server, and the server that answered.
fn check(servers: &Servers, token: &Secret, ca_file: Option<&Path>) -> Result<(Me, ServerAddress), Failure> {
    let mut endpoint = Endpoint::new(servers.clone(), token.clone());
    endpoint.ca_file = ca_file.map(Path::to_owned);
    let client = Client::new(endpoint)?;
    bootstrap::block_on(async move {
        let me = client.me().await.map_err(|error| match error {
            Error::SignIn => Failure::SignIn(format!(
                "{} does not know this sign-in token; nothing was stored",
                client.server()
            )),
            other => other.into(),
        })?;
        Ok((me, client.server().clone()))
    })
}

fn signed_in(server: &ServerAddress, me: &Me) {
    output::notice(format!(
        "signed in to {server} as {}, {} of {}",
        me.user.email, me.user.role, me.organisation.name
    ));
}

fn where_it_is(stored_in: &StoredIn, asked_keyring: bool) {
    let place = &stored_in.place;
    output::notice(match &stored_in.without_keyring {
        Some(why) if asked_keyring => format!("{why}; the token is stored in {place}"),
        _ => format!("the token is stored in {place}"),
    });
}

/// Other tokens that the profile's commands take before the kept one.
fn what_goes_before_it(stored_in: &StoredIn, before: Option<&Profile>) -> Result<(), Failure> {
    if stored_in
        .without_keyring
        .as_ref()
        .is_some_and(|keyring| keyring.may_open)
    {
        output::notice(
            "an older token in the keyring, if there is one, takes precedence over the stored one once the keyring is unlocked",
        );
    }
    if config::variable(config::TOKEN)?.is_some() {
        output::notice(format!(
            "{} is set, and takes precedence over the stored token",
            config::TOKEN
        ));
    }
    let has_command = before.is_some_and(|profile| profile.token_command.is_some());
    if has_command && stored_in.place != TokenSource::Keyring {
        output::notice(
            "the profile's token_command takes precedence over the stored token; remove it from config.toml to use that",
        );
    }
    Ok(())
}

/// What is different from now on.
fn what_it_means(edit: &ProfileEdit, before: Option<&Profile>, is_default: bool) {
    let name = &edit.name;
    if edit.servers.iter().len() > 1 {
        output::notice(format!("the token is valid for all of {}", edit.servers));
    }
    let old_servers = before.and_then(|profile| profile.servers.as_ref());
    if let Some(old) = old_servers.filter(|old| **old != edit.servers) {
        output::notice(format!("profile {name} was {old} before"));
    }
    if is_default {
        output::notice(format!(
            "profile {name} is now the default; open the local deck with keydeck --profile {}",
            config::LOCAL
        ));
    } else {
        output::notice(format!("open it with keydeck --profile {name}"));
    }
}
