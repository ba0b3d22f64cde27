//! `keydeck project …`: projects, which keys are assigned to, for scripts.

pub mod args;
mod edit;
mod remove;
mod session_token;

use futures_util::TryStreamExt;
use uuid::Uuid;

use self::args::{ProjectCommand, ProjectCreateArgs, ProjectListArgs, UndeployArgs};
use super::colour::TextTone;
use super::output::NOTHING;
use super::table::{self, Cell, TableColumn};
use super::{Failure, confirm, flags, output, pages, resolve};
use crate::api::{NewProject, Project, ProjectEdit};
use crate::client::Client;
use crate::deck::{self, Selection};

const COLUMNS: [TableColumn; 6] = [
    TableColumn::name("NAME"),
    TableColumn::word("DEPLOYED"),
    TableColumn::number("KEYS"),
    TableColumn::text("SESSION SERVER"),
    TableColumn::text("CREATED BY"),
    TableColumn::word("ID"),
];

pub fn run(selection: &Selection, command: ProjectCommand) -> Result<(), Failure> {
    match &command {
        ProjectCommand::Remove(args) => confirm::possible(args.yes, "removing")?,
        ProjectCommand::Edit(args) => edit::check_input(selection, args)?,
        ProjectCommand::SessionToken(args) if args.revoke => confirm::possible(args.yes, "revoking")?,
        _ => {}
    }
    deck::ask(selection, async |client| dispatch(client, command).await)
}

async fn dispatch(client: &Client, command: ProjectCommand) -> Result<(), Failure> {
    match command {
        ProjectCommand::Create(args) => create(client, args).await,
        ProjectCommand::List(args) => list(client, args).await,
        ProjectCommand::Edit(args) => edit::run(client, args).await,
        ProjectCommand::Deploy(args) => {
            let id = resolve::project_id(client, &args.project).await?;
            set_deployed(client, id, true, args.json).await
        }
        ProjectCommand::Undeploy(args) => undeploy(client, &args).await,
        ProjectCommand::SessionToken(args) => session_token::run(client, &args).await,
        ProjectCommand::Remove(args) => remove::run(client, &args).await,
    }
}

async fn create(client: &Client, args: ProjectCreateArgs) -> Result<(), Failure> {
    flags::no_secrets([("NAME", args.name.as_str())])?;
    let new = NewProject {
        name: args.name,
        deployed: !args.not_deployed,
    };
    let created = client.create_project(&new).await;
    let project = created.map_err(|error| flags::argument(error, "name", "NAME"))?;
    if args.json {
        return output::json(&project);
    }
    let (name, id) = (&project.name, project.id);
    output::notice(match project.deployed {
        true => format!("created project \"{name}\", deployed: its keys may connect"),
        false => format!(
            "created project \"{name}\", not deployed: its keys can't connect until keydeck project deploy {id}"
        ),
    });
    output::line(project.id);
    Ok(())
}

async fn list(client: &Client, args: ProjectListArgs) -> Result<(), Failure> {
    flags::no_secrets(args.filter.iter().map(|text| ("--filter", text.as_str())))?;
    let projects: Vec<_> = pages::projects(client, args.filter).try_collect().await?;
    if args.json {
        return output::json(&projects);
    }
    if projects.is_empty() {
        output::notice("no projects");
        return Ok(());
    }
    table::print(&COLUMNS, projects.iter().map(row))
}

fn row(project: &Project) -> Vec<Cell> {
    let session_server = project.session_server.as_ref();
    let deployed = match project.deployed {
        true => Cell::from("yes"),
        false => Cell::from("no").toned(TextTone::Warning),
    };
    vec![
        Cell::from(&project.name),
        deployed,
        Cell::from(project.keys.to_string()),
        Cell::from(session_server.map_or(NOTHING, |server| &server.url)),
        Cell::from(&project.creator.email),
        Cell::from(project.id.to_string()),
    ]
}

async fn undeploy(client: &Client, args: &UndeployArgs) -> Result<(), Failure> {
    let project = resolve::project(client, &args.project.project).await?;
    let (name, keys) = (&project.name, output::counted(project.keys, "key"));
    let told = format!(
        "project \"{name}\" has {keys}, which connect no more and are refused at gateways until it is deployed again"
    );
    if project.keys > 0 && !confirm::asked_where_possible(args.yes, &told, &format!("undeploy \"{name}\""))? {
        return Err(Failure::Failed("nothing was undeployed".into()));
    }
    set_deployed(client, project.id, false, args.project.json).await
}

async fn set_deployed(client: &Client, id: Uuid, deployed: bool, as_json: bool) -> Result<(), Failure> {
    let edit = ProjectEdit {
        deployed: Some(deployed),
        ..ProjectEdit::default()
    };
    let project = client.edit_project(id, &edit).await?;
    if as_json {
        return output::json(&project);
    }
    let what = if deployed { "deployed" } else { "undeployed" };
    output::notice(format!("{what} project \"{}\"", project.name));
    Ok(())
}
