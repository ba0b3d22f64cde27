//! `keydeck project …`: projects, which keys are assigned to, for scripts.

pub mod args;
mod edit;
mod remove;
mod session_token;

use futures_util::TryStreamExt;

use self::args::{OneProject, ProjectAddArgs, ProjectCommand, ProjectListArgs};
use super::{Failure, confirm, flags, output, pages, resolve};
use crate::api::{NewProject, Project, ProjectEdit};
use crate::client::Client;
use crate::deck::{self, Selection};

const HEADER: [&str; 6] = ["NAME", "DEPLOYED", "KEYS", "SESSION SERVER", "CREATOR", "ID"];

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
        ProjectCommand::Add(args) => add(client, args).await,
        ProjectCommand::List(args) => list(client, args).await,
        ProjectCommand::Edit(args) => edit::run(client, args).await,
        ProjectCommand::Deploy(args) => deploy(client, &args, true).await,
        ProjectCommand::Undeploy(args) => deploy(client, &args, false).await,
        ProjectCommand::SessionToken(args) => session_token::run(client, &args).await,
        ProjectCommand::Remove(args) => remove::run(client, &args).await,
    }
}

async fn add(client: &Client, args: ProjectAddArgs) -> Result<(), Failure> {
    flags::no_secrets([("NAME", args.name.as_str())])?;
    let new = NewProject {
        name: args.name,
        deployed: args.deployed,
    };
    let added = client.create_project(&new).await;
    let project = added.map_err(|error| flags::argument(error, "name", "NAME"))?;
    if args.json {
        return output::json(&project);
    }
    let state = if project.deployed {
        "deployed"
    } else {
        "not deployed"
    };
    output::notice(format!("added project \"{}\", {state}", project.name));
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
    output::table(&HEADER, projects.iter().map(row))
}

fn row(project: &Project) -> Vec<String> {
    let session_server = project.session_server.as_ref();
    vec![
        output::shown(&project.name),
        if project.deployed { "yes" } else { "no" }.to_owned(),
        project.keys.to_string(),
        session_server.map_or_else(|| "–".into(), |server| output::shown(&server.url)),
        output::shown(&project.creator.email),
        project.id.to_string(),
    ]
}

async fn deploy(client: &Client, args: &OneProject, deployed: bool) -> Result<(), Failure> {
    let id = resolve::project_id(client, &args.project).await?;
    let edit = ProjectEdit {
        deployed: Some(deployed),
        ..ProjectEdit::default()
    };
    let project = client.edit_project(id, &edit).await?;
    if args.json {
        return output::json(&project);
    }
    let what = if deployed { "deployed" } else { "undeployed" };
    output::notice(format!("{what} project \"{}\"", project.name));
    Ok(())
}
