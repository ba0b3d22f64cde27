//! `user remove`: says what happens to the person's keys, and asks for confirmation unless --yes is given.

use futures_util::TryStreamExt;
use indicatif::{ProgressBar, ProgressStyle};

use super::args::UserRemoveArgs;
use crate::api::{KeyDisposition, KeyList, OngoingRemoval, Person, RemovalProgress, Sort, UserRemoval};
use crate::cli::{Failure, confirm, output, pages, resolve};
use crate::client::Client;
use crate::model::Role;

/// How many keys are listed when no flag says what happens to them.
const NAMED: u32 = 20;

/// What happens to the keys.
enum Disposition {
    /// They have none.
    Nothing,
    Revoke,
    HandOver(Person),
}

pub async fn run(client: &Client, args: &UserRemoveArgs) -> Result<(), Failure> {
    let person = resolve::person(client, &args.user).await?;
    if is_last_owner(client, &person).await? {
        let email = &person.user.email;
        return Err(Failure::Failed(format!(
            "{email} is the last Owner; make someone else an Owner first: keydeck user edit EMAIL --role owner"
        )));
    }
    let disposition = match &args.hand_over_to {
        Some(text) => Disposition::HandOver(resolve::person(client, text).await?),
        None if args.revoke_keys => Disposition::Revoke,
        None if person.keys == 0 => Disposition::Nothing,
        None => return Err(undecided(client, &person).await?),
    };
    confirm::possible(args.yes, "removing")?;
    if !args.yes && !confirmed(&person, &disposition)? {
        return Err(Failure::Failed("nobody was removed".into()));
    }
    let bar = progress_bar(&disposition)?;
    let shown = |progress: RemovalProgress| {
        bar.set_length(progress.done() + progress.left);
        bar.set_position(progress.done());
    };
    let removed = client
        .remove_user_telling(person.user.id, &removal(&disposition), shown)
        .await;
    bar.finish_and_clear();
    let removed = removed?;
    if args.json {
        return match removed.is_finished() {
            true => output::json(&removed),
            false => output::json(&OngoingRemoval::new(person.user.id, removed)),
        };
    }
    let left = match removed.left {
        0 => String::new(),
        left => format!(
            "; the server is still processing {left} more (GET {} shows the progress)",
            OngoingRemoval::new(person.user.id, removed).progress
        ),
    };
    output::notice(format!(
        "removed {}{}{left}",
        person.user.email,
        done(&removed, &disposition)
    ));
    Ok(())
}

/// Drawn only on a terminal. Only very many keys take so long that it shows.
fn progress_bar(disposition: &Disposition) -> Result<ProgressBar, Failure> {
    let doing = match disposition {
        Disposition::HandOver(_) => "handing over",
        Disposition::Nothing | Disposition::Revoke => "revoking",
    };
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}, {eta} left")
        .map_err(Failure::failed)?;
    Ok(ProgressBar::new(0).with_style(style).with_message(doing))
}

/// Seen before anything is asked about their keys.
async fn is_last_owner(client: &Client, person: &Person) -> Result<bool, Failure> {
    if person.user.role != Role::Owner {
        return Ok(false);
    }
    let people: Vec<_> = pages::people(client, None).try_collect().await?;
    Ok(people
        .iter()
        .filter(|other| other.user.role == Role::Owner)
        .count()
        == 1)
}

fn removal(disposition: &Disposition) -> UserRemoval {
    let (keys, to) = match disposition {
        Disposition::Nothing => (None, None),
        Disposition::Revoke => (Some(KeyDisposition::Revoke), None),
        Disposition::HandOver(to) => (Some(KeyDisposition::HandOver), Some(to.user.id)),
    };
    UserRemoval { keys, to }
}

/// Shows the keys, and says how to decide.
async fn undecided(client: &Client, person: &Person) -> Result<Failure, Failure> {
    let page = client
        .keys(&KeyList {
            creator: Some(person.user.id),
            sort: Sort::Name,
            limit: Some(NAMED),
            ..KeyList::default()
        })
        .await?;
    output::notice(format!("{} has {}:", person.user.email, keys(person.keys)));
    for row in &page.items {
        let key = &row.key;
        let of = key.project.as_ref();
        let of = of.map_or(String::new(), |project| format!(" of {}", project.name));
        output::notice(format!("  {} key \"{}\"{of}", key.scope, key.name));
    }
    match person.keys.saturating_sub(page.items.len() as u64) {
        0 => {}
        more => output::notice(format!("  and {more} more")),
    }
    Ok(Failure::Usage(
        "say what happens to them: --hand-over-to EMAIL hands them over to another person, --revoke-keys revokes them"
            .into(),
    ))
}

fn confirmed(person: &Person, disposition: &Disposition) -> Result<bool, Failure> {
    let (email, keys) = (&person.user.email, keys(person.keys));
    output::notice(format!("{email}, {}, can no longer sign in.", person.user.role));
    match disposition {
        Disposition::Nothing => {}
        Disposition::Revoke => output::notice(format!(
            "{keys} will be revoked. Everything that uses them stops working immediately. This can't be undone."
        )),
        Disposition::HandOver(to) => output::notice(format!(
            "{keys} and their projects will be handed over to {}, and keep working.",
            to.user.email
        )),
    }
    confirm::asked(&format!("remove {email} ({})", person.user.id))
}

fn done(progress: &RemovalProgress, disposition: &Disposition) -> String {
    let removed = progress.removed;
    match disposition {
        Disposition::Nothing => String::new(),
        Disposition::Revoke => format!(", revoked {}", keys(removed.keys_revoked)),
        Disposition::HandOver(to) => format!(
            ", handed over {} and {} to {}{}",
            keys(removed.keys_handed_over),
            match removed.projects_handed_over {
                1 => "1 project".to_owned(),
                projects => format!("{projects} projects"),
            },
            to.user.email,
            renamed(removed.renamed)
        ),
    }
}

fn renamed(count: u64) -> String {
    match count {
        0 => String::new(),
        count => format!(
            "; {count} of these got a number appended to the name, as they already had one of the same name \
             (keydeck activity list says which)"
        ),
    }
}

fn keys(count: u64) -> String {
    match count {
        1 => "1 active key".into(),
        count => format!("{count} active keys"),
    }
}
