//! `keydeck whoami`: who is signed in, where, by which token, and what they may do.

use serde::Serialize;

use super::args::{Selection, WhoamiArgs};
use super::deck::{self, Deck};
use super::{Failure, founding, output};
use crate::api::{Me, Organisation, Permissions, User};

#[derive(Serialize)]
struct Whoami<'a> {
    user: &'a User,
    organisation: &'a Organisation,
    may: &'a Permissions,
    profile: &'a str,
    /// Null for the local deck.
    server: Option<&'a str>,
    token_from: String,
    read_only: bool,
}

pub fn run(selection: &Selection, args: &WhoamiArgs) -> Result<(), Failure> {
    let deck = deck::open(selection)?;
    let client = deck.client.clone().retrying();
    let me = founding::block_on(async move { Ok(client.me().await?) });
    let me = me.map_err(|failure| deck.explain(failure))?;
    if args.json {
        return output::json(&document(&deck, &me));
    }
    output::table(&[], rows(&deck, &me))
}

fn document<'a>(deck: &'a Deck, me: &'a Me) -> Whoami<'a> {
    Whoami {
        user: &me.user,
        organisation: &me.organisation,
        may: &me.may,
        profile: &deck.profile.name,
        server: deck.profile.server.as_deref(),
        token_from: deck.token_from.to_string(),
        read_only: deck.profile.read_only,
    }
}

fn rows(deck: &Deck, me: &Me) -> Vec<Vec<String>> {
    let profile = &deck.profile;
    let note = if profile.read_only {
        " (read-only: nothing is changed from here)"
    } else {
        ""
    };
    let mut rows = vec![
        ("Signed in as", output::shown(&me.user.email)),
        ("Role", me.user.role.label().to_owned()),
        ("Organisation", output::shown(&me.organisation.name)),
        (
            "Server",
            profile.server.clone().unwrap_or_else(|| "the local deck".into()),
        ),
        ("Profile", format!("{}{note}", profile.name)),
        ("Token from", deck.token_from.to_string()),
    ];
    rows.extend(sentences(&me.may).into_iter().map(|may| ("You may", may)));
    rows.into_iter()
        .map(|(label, value)| vec![label.to_owned(), value])
        .collect()
}

/// What the permissions mean.
fn sentences(may: &Permissions) -> Vec<String> {
    let scopes: Vec<&str> = may.create_keys.iter().map(|scope| scope.label()).collect();
    let keys = match scopes.as_slice() {
        [] => None,
        [one] => Some(format!("create {one} keys")),
        [others @ .., last] => Some(format!("create {} and {last} keys", others.join(", "))),
    };
    let see = if may.see_all_keys {
        "see all keys of the organisation"
    } else {
        "see the keys that you created"
    };
    [
        Some(see.to_owned()),
        keys,
        may.create_projects.then(|| "create projects".to_owned()),
        may.manage_users.then(|| "manage people".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scope;

    #[test]
    fn permissions_are_told_in_words() {
        let owner = Permissions {
            see_all_keys: true,
            create_keys: vec![Scope::Web, Scope::Mobile, Scope::Analytics],
            create_projects: true,
            manage_users: true,
        };
        assert_eq!(
            sentences(&owner),
            [
                "see all keys of the organisation",
                "create Web, Mobile and Analytics keys",
                "create projects",
                "manage people"
            ]
        );
        let nobody = Permissions {
            see_all_keys: false,
            create_keys: vec![],
            create_projects: false,
            manage_users: false,
        };
        assert_eq!(sentences(&nobody), ["see the keys that you created"]);
    }
}
