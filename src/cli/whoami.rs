//! `keydeck whoami`: who is signed in, where, by which token, and what they may do.

use clap::Args;
use serde::Serialize;

use super::table::{self, Field, field};
use super::{Failure, output};
use crate::api::{Me, Organisation, Permissions, User};
use crate::deck::{self, Deck, Selection, bootstrap};
use crate::model::{Role, ServerAddress, Servers};

#[derive(Serialize)]
struct Whoami<'a> {
    user: &'a User,
    organisation: &'a Organisation,
    may: &'a Permissions,
    profile: &'a str,
    /// The one that answered; null for the local deck.
    server: Option<&'a str>,
    /// All of the profile; empty for the local deck.
    servers: Vec<&'a str>,
    token_from: String,
    read_only: bool,
}

#[derive(Debug, Args)]
pub struct WhoamiArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

pub fn run(selection: &Selection, args: &WhoamiArgs) -> Result<(), Failure> {
    let deck = deck::open(selection)?;
    let client = deck.client.clone().retrying();
    let me = bootstrap::block_on(async move { Ok(client.me().await?) });
    let me = me.map_err(|failure| deck.explain(failure))?;
    if args.json {
        return output::json(&document(&deck, &me));
    }
    table::fields(rows(&deck, &me))
}

fn document<'a>(deck: &'a Deck, me: &'a Me) -> Whoami<'a> {
    let servers = deck.profile.servers.as_ref();
    Whoami {
        user: &me.user,
        organisation: &me.organisation,
        may: &me.may,
        profile: &deck.profile.name,
        server: servers.map(|_| deck.client.server().as_str()),
        servers: servers
            .into_iter()
            .flat_map(Servers::iter)
            .map(ServerAddress::as_str)
            .collect(),
        token_from: deck.token_from.to_string(),
        read_only: deck.profile.read_only,
    }
}

fn rows(deck: &Deck, me: &Me) -> Vec<Field> {
    let profile = &deck.profile;
    let note = if profile.read_only {
        " (read-only: nothing is changed from here)"
    } else {
        ""
    };
    let mut rows = vec![
        ("Signed in as", me.user.email.clone()),
        ("Role", me.user.role.label().to_owned()),
        ("Organisation", me.organisation.name.clone()),
        ("Server", server(deck)),
        ("Profile", format!("{}{note}", profile.name)),
        ("Token from", deck.token_from.to_string()),
    ];
    let label = if profile.read_only {
        "Your role may"
    } else {
        "You may"
    };
    rows.extend(duties(me).into_iter().map(|duty| (label, duty)));
    rows.into_iter()
        .map(|(label, value)| field(label, value))
        .collect()
}

/// The one that answered, and those that may answer for it.
fn server(deck: &Deck) -> String {
    match &deck.profile.servers {
        None => "the local deck".into(),
        Some(all) if deck.client.has_several_servers() => format!("{} (of {all})", deck.client.server()),
        Some(_) => deck.client.server().to_string(),
    }
}

/// What the role may do with what, as the server decides it (`server::policy`).
fn duties(me: &Me) -> Vec<String> {
    let scopes: Vec<&str> = me.may.create_keys.iter().map(|scope| scope.label()).collect();
    let (seen, changed) = match (me.user.role, me.may.see_all_keys) {
        (Role::Analytics, _) => ("all keys and all activity", "your own keys"),
        (_, true) => ("all keys and all activity", "all keys"),
        (_, false) => ("your own keys, and their activity", "your own keys"),
    };
    let created = match scopes.as_slice() {
        [] => None,
        [one] => Some(format!("create {one} keys")),
        [others @ .., last] => Some(format!("create {} and {last} keys", others.join(", "))),
    };
    let projects = match (me.may.create_projects, me.may.see_all_keys) {
        (false, _) => None,
        (true, true) => Some("create, deploy and remove projects".to_owned()),
        (true, false) => Some("create projects; deploy and remove your own".to_owned()),
    };
    [
        Some(format!("see {seen}")),
        created,
        Some(format!("edit and revoke {changed}")),
        projects,
        me.may
            .manage_users
            .then(|| "manage people, and set session servers".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::server::policy;

    fn may(role: Role) -> Vec<String> {
        let user = User {
            id: Uuid::nil(),
            email: "mira@acme.example".into(),
            role,
            created_at: Timestamp::UNIX_EPOCH,
        };
        duties(&Me {
            may: policy::permissions(&user),
            user,
            organisation: Organisation {
                id: Uuid::nil(),
                name: "Acme Studios".into(),
            },
        })
    }

    #[test]
    fn what_a_role_may_do_is_told_in_words() {
        assert_eq!(
            may(Role::Owner),
            [
                "see all keys and all activity",
                "create Web, Mobile and Analytics keys",
                "edit and revoke all keys",
                "create, deploy and remove projects",
                "manage people, and set session servers"
            ]
        );
        assert_eq!(
            may(Role::Analytics),
            [
                "see all keys and all activity",
                "create Analytics keys",
                "edit and revoke your own keys"
            ]
        );
        assert_eq!(
            may(Role::Editor),
            [
                "see your own keys, and their activity",
                "create Web and Mobile keys",
                "edit and revoke your own keys",
                "create projects; deploy and remove your own"
            ]
        );
    }
}
