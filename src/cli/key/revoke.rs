//! `key revoke`: names what will stop working, and asks unless told not to.

use std::io::{self, BufRead, IsTerminal, Write};

use jiff::Timestamp;

use super::args::RevokeArgs;
use super::resolve;
use crate::api::Key;
use crate::cli::{Failure, output};
use crate::client::Client;
use crate::model::Shown;

pub async fn run(client: &Client, args: &RevokeArgs) -> Result<(), Failure> {
    let key = resolve::key(client, &args.key).await?;
    if !args.yes && !confirmed(&key)? {
        return Err(Failure::Failed("nothing was revoked".into()));
    }
    client.revoke(key.id).await?;
    if args.json {
        return output::json(&key);
    }
    output::talk(format!("revoked {} key \"{}\"", key.scope, key.name));
    Ok(())
}

/// Refuses before anything is asked of a server when there is nobody to ask.
pub fn check_can_ask(args: &RevokeArgs) -> Result<(), Failure> {
    if args.yes || (io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Ok(());
    }
    Err(Failure::Usage(
        "revoking can't be undone, and there is no terminal to ask on; give --yes if you mean it".into(),
    ))
}

fn confirmed(key: &Key) -> Result<bool, Failure> {
    let of = key
        .project
        .as_ref()
        .map_or(String::new(), |project| format!(" of {}", project.name));
    output::talk(format!(
        "{} key \"{}\"{of}, created by {}",
        key.scope, key.name, key.creator.email
    ));
    output::talk(format!("last used: {}", output::last_used(key, Timestamp::now())));
    output::talk("Everything that presents this key stops working at once. This can't be undone.");
    let mut stderr = io::stderr().lock();
    write!(stderr, "Type yes to revoke \"{}\" [no]: ", Shown::new(&key.name))?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}
