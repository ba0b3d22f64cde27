//! `key revoke`: names what will stop working, and asks for confirmation unless --yes is given. Many at once: `many`.

use jiff::Timestamp;

use super::args::RevokeArgs;
use super::{ended, resolve};
use crate::api::{Key, NewPlan, PlanAction, Revoking};
use crate::cli::{Failure, confirm, flags, lookup, output};
use crate::client::Client;

pub async fn run(client: &Client, args: &RevokeArgs) -> Result<(), Failure> {
    flags::no_secrets(args.reason.iter().map(|reason| ("--reason", reason.as_str())))?;
    let Some(key) = &args.key else {
        let plan = NewPlan {
            reason: args.reason.clone(),
            ..NewPlan::new(PlanAction::Revoke)
        };
        return args.many().run(client, plan).await;
    };
    let key = resolve::key(client, key).await?;
    if !args.yes && !confirmed(&key)? {
        return Err(Failure::Failed("nothing was revoked".into()));
    }
    let revoking = Revoking {
        reason: args.reason.clone(),
    };
    let revoked = client.revoke_for(key.id, &revoking).await;
    let revoked = revoked.map_err(|error| flags::argument(error, "reason", "--reason"))?;
    if args.json {
        return output::json(&revoked);
    }
    output::notice(format!("revoked {} key \"{}\"", key.scope, key.name));
    ended::prove(client, &revoked).await;
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
