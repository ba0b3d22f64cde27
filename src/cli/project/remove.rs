//! `project remove`: names what is removed, and asks for confirmation unless --yes is given.

use super::args::ProjectRemoveArgs;
use crate::cli::{Failure, confirm, output, resolve};
use crate::client::Client;

pub async fn run(client: &Client, args: &ProjectRemoveArgs) -> Result<(), Failure> {
    let project = resolve::project(client, &args.project).await?;
    let name = &project.name;
    if !args.yes {
        output::notice(format!(
            "project \"{name}\", created by {}, id {}",
            project.creator.email, project.id
        ));
        if !confirm::asked(&format!("remove \"{name}\" ({})", project.id))? {
            return Err(Failure::Failed("nothing was removed".into()));
        }
    }
    client.remove_project(project.id).await?;
    if args.json {
        return output::json(&project);
    }
    output::notice(format!("removed project \"{name}\""));
    Ok(())
}
