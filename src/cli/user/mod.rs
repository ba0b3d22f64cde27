//! `keydeck user …`: the people of the organisation, for scripts. Owners only.

pub mod args;
mod remove;

use futures_util::TryStreamExt;

use self::args::{NewTokenArgs, UserCommand, UserCreateArgs, UserListArgs};
use super::table::{self, Cell, TableColumn};
use super::{Failure, confirm, flags, once, output, pages, resolve};
use crate::api::{NewToken, NewUser, Person};
use crate::client::Client;
use crate::deck::{self, Selection};
use crate::model::Role;

const COLUMNS: [TableColumn; 5] = [
    TableColumn::name("EMAIL"),
    TableColumn::word("ROLE"),
    TableColumn::number("KEYS"),
    TableColumn::word("CREATED"),
    TableColumn::word("ID"),
];

pub fn run(selection: &Selection, command: UserCommand) -> Result<(), Failure> {
    deck::ask(selection, async |client| dispatch(client, command).await)
}

async fn dispatch(client: &Client, command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Create(args) => create(client, args).await,
        UserCommand::List(args) => list(client, args).await,
        UserCommand::Edit(args) => set_role(client, &args.user, args.role, args.json).await,
        UserCommand::SetRole(args) => set_role(client, &args.user, args.role, args.json).await,
        UserCommand::Remove(args) => remove::run(client, &args).await,
        UserCommand::NewToken(args) => new_token(client, &args).await,
    }
}

async fn create(client: &Client, args: UserCreateArgs) -> Result<(), Failure> {
    flags::no_secrets([("EMAIL", args.email.as_str())])?;
    let new = NewUser {
        email: args.email,
        role: args.role,
    };
    once::possible()?;
    let created = client.add_user(&new).await?;
    let email = &created.user.email;
    let printed = match &created.token {
        _ if args.json => output::json(&created),
        Some(token) => {
            output::notice(format!(
                "created the account of {email}, {}; this is the only time that their sign-in token is shown",
                created.user.role
            ));
            output::secret(token)
        }
        None => Err(Failure::Failed(
            "the server sent no token; is this server the right one?".into(),
        )),
    };
    once::arrived(printed, || {
        format!(
            "the account of {email} was created, but their sign-in token is lost; print a new one with keydeck user new-token {}",
            created.user.id
        )
    })
}

async fn list(client: &Client, args: UserListArgs) -> Result<(), Failure> {
    flags::no_secrets(args.filter.iter().map(|text| ("--filter", text.as_str())))?;
    let people: Vec<_> = pages::people(client, args.filter).try_collect().await?;
    if args.json {
        return output::json(&people);
    }
    if people.is_empty() {
        output::notice("nobody");
        return Ok(());
    }
    table::print(&COLUMNS, people.iter().map(row))
}

fn row(person: &Person) -> Vec<Cell> {
    let user = &person.user;
    vec![
        Cell::from(&user.email),
        Cell::from(user.role.to_string()),
        Cell::from(person.keys.to_string()),
        Cell::from(output::date(user.created_at)),
        Cell::from(user.id.to_string()),
    ]
}

async fn set_role(client: &Client, user: &str, role: Role, as_json: bool) -> Result<(), Failure> {
    let id = resolve::user_id(client, user).await?;
    let user = client.set_role(id, role).await?;
    if as_json {
        return output::json(&user);
    }
    output::notice(format!("{} is now {}", user.email, user.role));
    Ok(())
}

async fn new_token(client: &Client, args: &NewTokenArgs) -> Result<(), Failure> {
    let id = resolve::user_id(client, &args.user).await?;
    let told = format!("the present sign-in token of {} stops being valid", args.user);
    if !confirm::asked_where_possible(args.yes, &told, "issue a new one")? {
        return Err(Failure::Failed("the sign-in token stays as it is".into()));
    }
    once::possible()?;
    let token = client.new_token(id).await?;
    let printed = match args.json {
        true => output::json(&NewToken { token: Some(token) }),
        false => {
            output::notice("the previous sign-in token is no longer valid; this one is shown only once");
            output::secret(&token)
        }
    };
    once::arrived(printed, || {
        format!(
            "the new sign-in token is lost, and the previous one is no longer valid; run keydeck user new-token {id} again"
        )
    })
}
