//! `key revoke`: names what will stop working, and asks for confirmation unless --yes is given.

use jiff::Timestamp;

use super::args::RevokeArgs;
use super::resolve;
use crate::api::Key;
use crate::cli::{Failure, confirm, lookup, output};
use crate::client::Client;

pub async fn run(client: &Client, args: &RevokeArgs) -> Result<(), Failure> {
    let key = resolve::key(client, &args.key).await?;
    if !args.yes && !confirmed(&key)? {
        return Err(Failure::Failed("nothing was revoked".into()));
    }
    client.revoke(key.id).await?;
    if args.json {
        return output::json(&key);
    }
    output::notice(format!("revoked {} key \"{}\"", key.scope, key.name));
    Ok(())
}

fn confirmed(key: &Key) -> Result<bool, Failure> {
    output::notice(lookup::active(key));
    output::notice(format!("id: {}, token: {}", key.id, key.hint));
    output::notice(format!("last used: {}", output::last_used(key, Timestamp::now())));
    output::notice("Everything that uses this key stops working immediately. This can't be undone.");
    let project = key.project.as_ref();
    let of = project.map_or(String::new(), |project| format!(" of {}", project.name));
    confirm::asked(&format!("revoke \"{}\"{of} ({})", key.name, key.id))
}
