//! What an edit would refuse of what the key was used from recently: it is said, and asked about.

use strum::IntoEnumIterator;

use crate::api::{Key, KeyEdit};
use crate::cli::{Failure, confirm, output};
use crate::client::Client;
use crate::model::KeyField;

/// Returns when the edit may be sent. One that is not valid the server refuses.
pub async fn confirm(client: &Client, key: &Key, edit: &KeyEdit, yes: bool) -> Result<(), Failure> {
    let before = &key.settings;
    let Ok((_, after)) = edit.apply(key.scope, &key.name, before) else {
        return Ok(());
    };
    let mut restricting = KeyField::iter().filter(|field| field.restricts());
    if restricting.all(|field| before.value(field) == after.value(field)) {
        return Ok(());
    }
    let usage = client.usage(key.id).await?;
    let refused = usage.would_refuse(key.scope, before, &after);
    for refused in &refused {
        output::notice(format!("warning: {}", output::shown(&refused.to_string())));
    }
    if refused.is_empty() || yes {
        return Ok(());
    }
    confirm::possible_to_ask(yes, "this would refuse what the key was used from recently")?;
    match confirm::asked(&format!("change \"{}\" ({})", key.name, key.id))? {
        true => Ok(()),
        false => Err(Failure::Failed("nothing was changed".into())),
    }
}
