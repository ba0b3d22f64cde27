//! `key create` and `key edit`.

use uuid::Uuid;

use super::args::{CreateArgs, KeyEditArgs};
use super::{preview, resolve};
use crate::api::{Created, Key, KeyEdit, KeyFields, NewPlan, PlanAction, ProblemType};
use crate::cli::resolve::project_id;
use crate::cli::{Failure, flags, once, output};
use crate::client::Client;
use crate::model::{Scope, UiDomain, token};

pub async fn create(client: &Client, args: CreateArgs) -> Result<(), Failure> {
    let domains = args.domains.iter().map(|domain| ("--domain", domain.as_str()));
    flags::no_secrets(
        domains
            .chain([("--name", args.name.as_str())])
            .chain(args.more.texts()),
    )?;
    let project = match &args.project {
        Some(text) => Some(project_id(client, text).await?),
        None => None,
    };
    let mut fields = KeyFields {
        name: args.name,
        project,
        ui_domains: (!args.domains.is_empty()).then(|| args.domains.clone()),
        local_development: args.local_address,
        ..KeyFields::blank(args.scope)
    };
    args.more.fill(&mut fields);
    once::possible()?;
    let created = client
        .create(&fields, Uuid::new_v4())
        .await
        .map_err(|error| flags::failure(error, &args.domains))?;
    warn_of(&created.key);
    let printed = match args.json {
        true => output::json(&created),
        false => told(&created),
    };
    let Key { id, name, .. } = &created.key;
    once::arrived(printed, || match created.key.scope.is_viewable() {
        true => format!("the key \"{name}\" was created; print its secret with keydeck key reveal {id}"),
        false => format!(
            "the key \"{name}\" was created, but its secret is lost; revoke it with keydeck key revoke {id} and create another"
        ),
    })
}

fn told(created: &Created) -> Result<(), Failure> {
    let key = &created.key;
    let note = match key.scope.is_viewable() {
        true => "",
        false => "; this is the only time that its secret is shown",
    };
    output::notice(format!(
        "created {} key \"{}\" ({}){note}",
        key.scope, key.name, key.id
    ));
    if key.settings.expires_at.is_some() {
        output::notice(ends(key));
    }
    if let Some(told) = local_ends(key) {
        output::notice(told);
    }
    match &created.secret {
        Some(secret) => {
            if token::names_no_server(secret) {
                output::notice(token::OF_LOCAL_DECK);
            }
            output::secret(secret)
        }
        None => Err(Failure::Failed(
            "the server sent no secret; is this server the right one?".into(),
        )),
    }
}

pub async fn edit(client: &Client, args: KeyEditArgs) -> Result<(), Failure> {
    let domains = args.domains.iter().map(|domain| ("--domain", domain.as_str()));
    let added = args
        .add_domains
        .iter()
        .map(|domain| ("--add-domain", domain.as_str()));
    let name = args.name.iter().map(|name| ("--name", name.as_str()));
    flags::no_secrets(domains.chain(added).chain(name).chain(args.more.texts()))?;
    let Some(key) = &args.key else {
        return args.many().run(client, for_many(&args)?).await;
    };
    let key = resolve::key(client, key).await?;
    let domains = new_domains(&key, &args)?;
    let mut edit = KeyEdit {
        name: args.name,
        local_development: match args.local_address {
            Some(address) => Some(Some(address)),
            None => args.no_local_development.then_some(None),
        },
        ui_domains: domains,
        ..KeyEdit::default()
    };
    args.more.change(&key, &mut edit)?;
    preview::confirm(client, &key, &edit, args.yes).await?;
    let is_renewed = edit.expires_at.is_some();
    let is_local = edit.local_development.is_some() || edit.local_development_ends_at.is_some();
    let edited = client.edit(key.id, key.version, &edit).await.map_err(|error| {
        if error.problem().is_some_and(|p| p.kind == ProblemType::Changed) {
            let name = &key.name;
            return Failure::Failed(format!(
                "someone else changed \"{name}\" at the same time; check it with key show and try again"
            ));
        }
        flags::failure(error, edit.ui_domains.as_deref().unwrap_or_default())
    })?;
    if edit.ui_domains.is_some() {
        warn_of(&edited);
    }
    if args.json {
        return output::json(&edited);
    }
    output::notice(format!("edited {} key \"{}\"", edited.scope, edited.name));
    if is_renewed {
        output::notice(ends(&edited));
    }
    if let Some(told) = local_ends(&edited).filter(|_| is_local) {
        output::notice(told);
    }
    Ok(())
}

/// What of an edit can be done to many keys. With a plan, it says what is done itself.
fn for_many(args: &KeyEditArgs) -> Result<NewPlan, Failure> {
    let is_of_one = args.name.is_some()
        || args.local_address.is_some()
        || args.no_local_development
        || [&args.domains, &args.add_domains, &args.remove_domains]
            .iter()
            .any(|domains| !domains.is_empty());
    match (args.more.for_many(), args.many.plan.is_some()) {
        (Some(new), false) if !is_of_one => Ok(new),
        (None, true) if !is_of_one && args.more.is_empty() => Ok(NewPlan::new(PlanAction::SetExpiry)),
        (_, true) => Err(Failure::Usage(
            "a plan says already what is done; give --plan alone".into(),
        )),
        _ => Err(Failure::Usage(
            "of many keys at once, give either --expires, or --add-label and --remove-label, and nothing else".into(),
        )),
    }
}

/// Told back, since what was typed may have been a date or a length of time.
fn ends(key: &Key) -> String {
    match key.settings.expires_at {
        Some(at) => format!("it is valid until {}", output::end(at)),
        None => "it never ends".into(),
    }
}

/// The same of local development, where it is on; an end that was left open is 8 hours ahead.
fn local_ends(key: &Key) -> Option<String> {
    let at = key.settings.local_development_ends_at?;
    Some(format!("local development ends at {}", output::end(at)))
}

fn warn_of(key: &Key) {
    let of = match key.settings.local_development {
        Some(_) => UiDomain::warning,
        None => UiDomain::warning_without_local_development,
    };
    for warning in key.settings.ui_domains.iter().filter_map(of) {
        output::notice(format!("warning: {warning}"));
    }
    if key.scope == Scope::Mobile && key.settings.ui_domains.is_empty() {
        output::notice(
            "any app may use this key; --domain com.acme.app lists the bundle identifiers of those that may",
        );
    }
}

/// The UI domains after the edit; `None` leaves them as they are.
fn new_domains(key: &Key, args: &KeyEditArgs) -> Result<Option<Vec<String>>, Failure> {
    if !args.domains.is_empty() {
        return Ok(Some(args.domains.clone()));
    }
    if args.add_domains.is_empty() && args.remove_domains.is_empty() {
        return Ok(None);
    }
    let mut domains: Vec<String> = key
        .settings
        .ui_domains
        .iter()
        .map(|d| d.as_str().to_owned())
        .collect();
    for typed in &args.remove_domains {
        let unwanted = normalised(key.scope, typed);
        let before = domains.len();
        domains.retain(|domain| *domain != unwanted);
        if domains.len() == before {
            return Err(Failure::Flags(vec![format!(
                "--remove-domain {typed}: The key has no such UI domain or bundle identifier."
            )]));
        }
    }
    for typed in &args.add_domains {
        let wanted = normalised(key.scope, typed);
        if !domains.contains(&wanted) {
            domains.push(wanted);
        }
    }
    Ok(Some(domains))
}

/// As the server keeps it; what it won't keep stays as typed, for the server to refuse.
fn normalised(scope: Scope, typed: &str) -> String {
    UiDomain::parse(scope, typed).map_or_else(|_| typed.to_owned(), |domain| domain.to_string())
}
