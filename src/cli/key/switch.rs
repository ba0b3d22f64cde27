//! `key disable` and `key enable`.

use super::args::{DisableArgs, EnableArgs};
use super::resolve;
use crate::api::{Disabling, Key, NewPlan, PlanAction};
use crate::cli::{Failure, flags, output};
use crate::client::Client;
use crate::model::Scope;

pub async fn disable(client: &Client, args: DisableArgs) -> Result<(), Failure> {
    flags::no_secrets(args.reason.iter().map(|reason| ("--reason", reason.as_str())))?;
    let Some(key) = &args.key else {
        let new = NewPlan {
            reason: args.reason.clone(),
            ..NewPlan::new(PlanAction::Disable)
        };
        return args.many().run(client, new).await;
    };
    let key = resolve::key(client, key).await?;
    let disabling = Disabling { reason: args.reason };
    let key = client.disable(key.id, &disabling).await;
    let key = key.map_err(|error| flags::argument(error, "reason", "--reason"))?;
    let until = match key.scope {
        Scope::Web | Scope::Mobile => {
            "; sessions that have begun go on for up to 30 min, unless their session server asks keydeck"
        }
        Scope::Analytics => "",
    };
    told(
        &key,
        args.json,
        &format!("disabled, and refused from now on{until}"),
    )
}

pub async fn enable(client: &Client, args: &EnableArgs) -> Result<(), Failure> {
    let Some(key) = &args.key else {
        return args.many().run(client, NewPlan::new(PlanAction::Enable)).await;
    };
    let key = resolve::key(client, key).await?;
    let key = client.enable(key.id).await?;
    told(&key, args.json, "enabled")
}

fn told(key: &Key, as_json: bool, what: &str) -> Result<(), Failure> {
    if as_json {
        return output::json(key);
    }
    output::notice(format!("{} key \"{}\" is {what}", key.scope, key.name));
    Ok(())
}
