//! `keydeck gateway …`: gateways, which check keys. Owners only.

pub mod args;

use uuid::Uuid;

use self::args::{GatewayCommand, GatewayCreateArgs, GatewayListArgs, GatewayRemoveArgs};
use super::choose::{self, Candidate};
use super::table::{self, Cell, TableColumn};
use super::{Failure, confirm, flags, once, output, resolve};
use crate::api::{Gateway, NewGateway};
use crate::client::Client;
use crate::deck::{self, Selection};
use crate::model::{are_alike, pasted};

const COLUMNS: [TableColumn; 4] = [
    TableColumn::name("NAME"),
    TableColumn::word("CREATED"),
    TableColumn::text("CREATED BY"),
    TableColumn::word("ID"),
];

pub fn run(selection: &Selection, command: GatewayCommand) -> Result<(), Failure> {
    if let GatewayCommand::Remove(args) = &command {
        confirm::possible(args.yes, "removing")?;
    }
    deck::ask(selection, async |client| dispatch(client, command).await)
}

async fn dispatch(client: &Client, command: GatewayCommand) -> Result<(), Failure> {
    match command {
        GatewayCommand::Create(args) => create(client, args).await,
        GatewayCommand::List(args) => list(client, &args).await,
        GatewayCommand::Remove(args) => remove(client, &args).await,
    }
}

async fn create(client: &Client, args: GatewayCreateArgs) -> Result<(), Failure> {
    once::possible()?;
    flags::no_secrets([("NAME", args.name.as_str())])?;
    let created = client.add_gateway(&NewGateway { name: args.name }).await;
    let created = created.map_err(|error| flags::argument(error, "name", "NAME"))?;
    let Gateway { id, name, .. } = &created.gateway;
    let printed = match &created.token {
        _ if args.json => output::json(&created),
        Some(token) => {
            output::notice(format!(
                "created gateway \"{name}\"; this is the only time that its token is shown"
            ));
            output::secret(token)
        }
        None => Err(Failure::Failed(
            "the server sent no token; is this server the right one?".into(),
        )),
    };
    once::arrived(printed, || {
        format!(
            "gateway \"{name}\" was created, but its token is lost; remove it with keydeck gateway remove {id} and create it again"
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
    table::print(&COLUMNS, gateways.iter().map(row))
}

fn row(gateway: &Gateway) -> Vec<Cell> {
    vec![
        Cell::from(&gateway.name),
        Cell::from(output::date(gateway.added_at)),
        Cell::from(&gateway.added_by.email),
        Cell::from(gateway.id.to_string()),
    ]
}

async fn remove(client: &Client, args: &GatewayRemoveArgs) -> Result<(), Failure> {
    let gateway = find(client, &args.gateway).await?;
    let name = &gateway.name;
    if !args.yes {
        let (by, id) = (&gateway.added_by.email, gateway.id);
        output::notice(format!("gateway \"{name}\", created by {by}, id {id}"));
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
        about: format!("\"{}\", created by {}", gateway.name, gateway.added_by.email),
    })?;
    chosen.ok_or_else(|| {
        Failure::Failed(format!(
            "no gateway is called \"{text}\"; keydeck gateway list shows them"
        ))
    })
}
