//! `keydeck login`: checks a token with its server, keeps it, and writes the profile.

use std::path::Path;

use super::args::{LoginArgs, Selection};
use super::{Failure, ask, founding, output};
use crate::api::Me;
use crate::client::{Client, Endpoint, Error};
use crate::config::{self, Config, Profile, ProfileEdit};
use crate::credentials::{self, Keeping, Kept, Source};
use crate::model::token::NotAToken;
use crate::model::{Secret, Token, TokenKind};

pub fn run(selection: &Selection, args: &LoginArgs) -> Result<(), Failure> {
    if selection.server.is_some() {
        return Err(Failure::Usage(
            "login takes the server as its argument; leave out --server".into(),
        ));
    }
    let config = Config::load()?;
    let edit = edit(selection, args)?;
    let before = config.profile(&edit.name).ok().cloned();
    if let Some(before) = &before {
        check_server(&config, before, &edit.server)?;
    }
    let token = token(selection.token_file.as_deref(), &edit.server)?;
    let ca_file = edit.ca_file.clone().or_else(|| before.as_ref()?.ca_file.clone());
    let me = check(&edit.server, &token, ca_file.as_deref())?;
    // The token first: a profile without one would be chosen, and could not be opened.
    let kept = Kept::new(&edit.server, token);
    let keeping = credentials::keep(&edit.name, &kept, !args.no_keyring)?;
    let is_default = config.write(&edit)?;
    signed_in(&edit, &me);
    where_it_is(&keeping, !args.no_keyring);
    what_goes_before_it(&keeping, before.as_ref())?;
    what_it_means(&edit, before.as_ref(), is_default);
    Ok(())
}

/// What the flags say of the profile; without `--profile` it goes by the server's host.
fn edit(selection: &Selection, args: &LoginArgs) -> Result<ProfileEdit, Failure> {
    let server = Endpoint::address(&args.url)?;
    let name = match &selection.profile {
        Some(name) => name.clone(),
        None => config::host(&server),
    };
    let ca_file = match &args.ca_file {
        Some(file) => Some(std::path::absolute(file).map_err(Failure::failed)?),
        None => None,
    };
    let edit = ProfileEdit {
        name,
        server,
        colour: args.colour,
        read_only: args.read_only,
        ca_file,
    };
    edit.check()
        .map_err(|why| Failure::Usage(format!("--profile: {why}")))?;
    Ok(edit)
}

/// A profile's `token_command` and CA file are for its server: neither may come to count for another.
fn check_server(config: &Config, before: &Profile, server: &str) -> Result<(), Failure> {
    match &before.server {
        Some(old) if !credentials::same_origin(old, server) => Err(Failure::Usage(format!(
            "profile {} is {old}; choose another name with --profile, or change its server in {}",
            before.name,
            config.path().display()
        ))),
        _ => Ok(()),
    }
}

/// The token from `--token-file`, the terminal or standard input. What can be no sign-in token is
/// not sent to anyone.
fn token(file: Option<&Path>, server: &str) -> Result<Secret, Failure> {
    let token = match file {
        Some(path) => credentials::read(path)?,
        None => ask::secret(&format!("Sign-in token for {server}: "))?
            .ok_or_else(|| Failure::SignIn("there was no token; nothing was kept".into()))?,
    };
    let refusal = |why: &str| {
        Err(Failure::SignIn(format!(
            "this is no sign-in token, so nothing was sent or kept: {why}"
        )))
    };
    match Token::parse(token.expose()) {
        Ok(parsed) if parsed.kind() == TokenKind::User => Ok(token),
        Ok(parsed) if parsed.kind() == TokenKind::Gateway => {
            refusal("it is the token of a gateway; yours begins with kdu_")
        }
        Ok(_) => refusal("it is the token of an API key; yours begins with kdu_"),
        Err(NotAToken::Prefix) => refusal("it does not begin with kdu_"),
        Err(why) => refusal(&why.to_string()),
    }
}

/// Who the server says this is.
fn check(server: &str, token: &Secret, ca_file: Option<&Path>) -> Result<Me, Failure> {
    let mut endpoint = Endpoint::new(server, token.clone());
    endpoint.ca_file = ca_file.map(Path::to_owned);
    let client = Client::new(endpoint)?;
    founding::block_on(async move {
        client.me().await.map_err(|error| match error {
            Error::SignIn => Failure::SignIn(format!(
                "{server} does not know this sign-in token; nothing was kept"
            )),
            other => other.into(),
        })
    })
}

fn signed_in(edit: &ProfileEdit, me: &Me) {
    output::talk(format!(
        "signed in to {} as {}, {} of {}",
        edit.server, me.user.email, me.user.role, me.organisation.name
    ));
}

fn where_it_is(keeping: &Keeping, asked_keyring: bool) {
    let place = &keeping.place;
    output::talk(match &keeping.without_keyring {
        Some(why) if asked_keyring => format!("{why}; the token is kept in {place}"),
        _ => format!("the token is kept in {place}"),
    });
}

/// Other tokens that the profile's commands take before the kept one.
fn what_goes_before_it(keeping: &Keeping, before: Option<&Profile>) -> Result<(), Failure> {
    if keeping
        .without_keyring
        .as_ref()
        .is_some_and(|keyring| keyring.may_open)
    {
        output::talk(
            "an older token in the keyring, if there is one, goes before the kept one once that opens",
        );
    }
    if config::variable(config::TOKEN)?.is_some() {
        output::talk(format!(
            "{} is set, and goes before the kept token",
            config::TOKEN
        ));
    }
    let has_command = before.is_some_and(|profile| profile.token_command.is_some());
    if has_command && keeping.place != Source::Keyring {
        output::talk(
            "the profile's token_command goes before the kept token; take it out of config.toml to use that",
        );
    }
    Ok(())
}

/// What is different from now on.
fn what_it_means(edit: &ProfileEdit, before: Option<&Profile>, is_default: bool) {
    let name = &edit.name;
    let old_server = before.and_then(|profile| profile.server.as_deref());
    if let Some(old) = old_server.filter(|old| **old != edit.server) {
        output::talk(format!("profile {name} was {old} before"));
    }
    if is_default {
        output::talk(format!(
            "profile {name} is the default from now on; open the local deck with keydeck --profile {}",
            config::LOCAL
        ));
    } else {
        output::talk(format!("open it with keydeck --profile {name}"));
    }
}
