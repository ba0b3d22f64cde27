//! `keydeck gateway …`: who may ask whether a key is allowed through. Only an Owner may.

pub mod args;

use uuid::Uuid;

use self::args::{AddArgs, GatewayCommand, ListArgs, RemoveArgs};
use super::args::Selection;
use super::choose::{self, Candidate};
use super::{Failure, confirm, deck, flags, output};
use crate::api::{Gateway, NewGateway};
use crate::client::Client;
use crate::model::are_alike;

const HEADER: [&str; 4] = ["NAME", "ADDED", "ADDED BY", "ID"];

pub fn run(selection: &Selection, command: GatewayCommand) -> Result<(), Failure> {
    if let GatewayCommand::Remove(args) = &command {
        confirm::possible(args.yes, "removing")?;
    }
    deck::ask(selection, async |client| dispatch(client, command).await)
}

async fn dispatch(client: &Client, command: GatewayCommand) -> Result<(), Failure> {
    match command {
        GatewayCommand::Add(args) => add(client, args).await,
        GatewayCommand::List(args) => list(client, &args).await,
        GatewayCommand::Remove(args) => remove(client, &args).await,
    }
}

async fn add(client: &Client, args: AddArgs) -> Result<(), Failure> {
    let added = client.add_gateway(&NewGateway { name: args.name }).await;
    let created = added.map_err(|error| flags::argument(error, "name", "NAME"))?;
    if args.json {
        return output::json(&created);
    }
    output::talk(format!(
        "added gateway \"{}\"; this is the only time that its token is shown",
        created.gateway.name
    ));
    match &created.token {
        Some(token) => output::secret(token),
        None => Err(Failure::Failed("the server sent no token".into())),
    }
}

async fn list(client: &Client, args: &ListArgs) -> Result<(), Failure> {
    let gateways = client.gateways().await?;
    if args.json {
        return output::json(&gateways);
    }
    if gateways.is_empty() {
        output::talk("no gateways");
        return Ok(());
    }
    output::table(&HEADER, gateways.iter().map(row))
}

fn row(gateway: &Gateway) -> Vec<String> {
    vec![
        output::shown(&gateway.name),
        output::date(gateway.added_at),
        output::shown(&gateway.added_by.email),
        gateway.id.to_string(),
    ]
}

async fn remove(client: &Client, args: &RemoveArgs) -> Result<(), Failure> {
    let gateway = find(client, &args.gateway).await?;
    let name = &gateway.name;
    if !args.yes {
        output::talk(format!("gateway \"{name}\", added by {}", gateway.added_by.email));
        output::talk("Every request that it asks about is refused at once. This can't be undone.");
        if !confirm::asked(&format!("remove \"{name}\""))? {
            return Err(Failure::Failed("nothing was removed".into()));
        }
    }
    client.remove_gateway(gateway.id).await?;
    if args.json {
        return output::json(&gateway);
    }
    output::talk(format!("removed gateway \"{name}\""));
    Ok(())
}

/// The gateway with this id or name.
async fn find(client: &Client, text: &str) -> Result<Gateway, Failure> {
    let id: Option<Uuid> = text.parse().ok();
    let gateways = client.gateways().await?.into_iter();
    let matches = gateways.filter(|gateway| match id {
        Some(id) => gateway.id == id,
        None => are_alike(&gateway.name, text),
    });
    let chosen = choose::one("gateways", text, matches.collect(), |gateway| Candidate {
        id: gateway.id.to_string(),
        about: format!("\"{}\", added by {}", gateway.name, gateway.added_by.email),
    })?;
    chosen.ok_or_else(|| Failure::Failed(format!("no gateway is called \"{text}\"")))
}
