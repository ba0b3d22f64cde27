//! `keydeck gateway …`: gateways, which check keys. Owners only.

pub mod args;

use uuid::Uuid;

use self::args::{GatewayAddArgs, GatewayCommand, GatewayListArgs, GatewayRemoveArgs};
use super::choose::{self, Candidate};
use super::{Failure, confirm, flags, once, output, resolve};
use crate::api::{Gateway, NewGateway};
use crate::client::Client;
use crate::deck::{self, Selection};
use crate::model::{are_alike, pasted};

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

async fn add(client: &Client, args: GatewayAddArgs) -> Result<(), Failure> {
    once::possible()?;
    flags::no_secrets([("NAME", args.name.as_str())])?;
    let added = client.add_gateway(&NewGateway { name: args.name }).await;
    let created = added.map_err(|error| flags::argument(error, "name", "NAME"))?;
    let Gateway { id, name, .. } = &created.gateway;
    let printed = match &created.token {
        _ if args.json => output::json(&created),
        Some(token) => {
            output::notice(format!(
                "added gateway \"{name}\"; this is the only time that its token is shown"
            ));
            output::secret(token)
        }
        None => Err(Failure::Failed("the server sent no token".into())),
    };
    once::arrived(printed, || {
        format!(
            "gateway \"{name}\" was added, but its token is lost; remove it with keydeck gateway remove {id} and add it again"
        )
    })
}

async fn list(client: &Client, args: &GatewayListArgs) -> Result<(), Failure> {
    let gateways = client.gateways().await?;
    if args.json {
        return output::json(&gateways);
    }
    if gateways.is_empty() {
        output::notice("no gateways");
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

async fn remove(client: &Client, args: &GatewayRemoveArgs) -> Result<(), Failure> {
    let gateway = find(client, &args.gateway).await?;
    let name = &gateway.name;
    if !args.yes {
        let (by, id) = (&gateway.added_by.email, gateway.id);
        output::notice(format!("gateway \"{name}\", added by {by}, id {id}"));
        output::notice("Every request that it checks is refused immediately. This can't be undone.");
        if !confirm::asked(&format!("remove \"{name}\" ({id})"))? {
            return Err(Failure::Failed("nothing was removed".into()));
        }
    }
    client.remove_gateway(gateway.id).await?;
    if args.json {
        return output::json(&gateway);
    }
    output::notice(format!("removed gateway \"{name}\""));
    Ok(())
}

/// The gateway with this id or name.
async fn find(client: &Client, text: &str) -> Result<Gateway, Failure> {
    if pasted::is_in(text) {
        return Err(resolve::is_a_secret());
    }
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
