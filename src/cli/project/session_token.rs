//! `project session-token`: what a project's session server asks with whether a connection token is still good.

use super::args::SessionTokenArgs;
use crate::cli::{Failure, confirm, once, output, resolve};
use crate::client::Client;

pub async fn run(client: &Client, args: &SessionTokenArgs) -> Result<(), Failure> {
    let project = resolve::project(client, &args.project).await?;
    if args.revoke {
        return revoke(client, args, &project).await;
    }
    once::possible()?;
    let issued = client.issue_session_token(project.id).await?;
    let printed = match &issued.token {
        _ if args.json => output::json(&issued),
        Some(token) => {
            output::notice(format!(
                "issued a token to the session server of project \"{}\"; this is the only time that it is shown, and the \
                 previous one is no longer valid",
                project.name
            ));
            output::secret(token)
        }
        None => Err(Failure::Failed(
            "the server sent no token; is this server the right one?".into(),
        )),
    };
    once::arrived(printed, || {
        format!(
            "the token is lost, and the previous one is no longer valid; run keydeck project session-token {} again",
            project.id
        )
    })
}

async fn revoke(
    client: &Client,
    args: &SessionTokenArgs,
    project: &crate::api::Project,
) -> Result<(), Failure> {
    let name = &project.name;
    if !args.yes {
        output::notice(format!(
            "The session server of project \"{name}\" can no longer ask whether a connection token is still valid."
        ));
        if !confirm::asked(&format!("revoke its token for \"{name}\""))? {
            return Err(Failure::Failed("nothing was revoked".into()));
        }
    }
    client.revoke_session_token(project.id).await?;
    if args.json {
        return output::json(project);
    }
    output::notice(format!(
        "revoked the token of the session server of project \"{name}\""
    ));
    Ok(())
}
