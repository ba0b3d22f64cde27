//! `key rotate`: a new token beside which the old one is valid for a while, and what becomes of the two.

use jiff::Timestamp;

use super::args::KeyRotateArgs;
use super::resolve;
use crate::api::{
    KeptToken, Key, KeyRotation, NewRotation, ProblemType, RotationEnd, RotationExtension, RotationUsage,
};
use crate::cli::table::{Field, field};
use crate::cli::{Failure, confirm, flags, once, output};
use crate::client::{Client, Error};

/// What the flags ask for.
enum Asked {
    Rotate(u32),
    Extend(u32),
    End,
    Cancel,
}

impl Asked {
    fn of(args: &KeyRotateArgs) -> Result<Self, Failure> {
        match (args.overlap, args.extend, args.end, args.cancel) {
            (Some(overlap), ..) => Ok(Asked::Rotate(overlap)),
            (_, Some(seconds), ..) => Ok(Asked::Extend(seconds)),
            (_, _, true, _) => Ok(Asked::End),
            (.., true) => Ok(Asked::Cancel),
            _ => Err(Failure::Usage(
                "give --overlap, --extend, --end or --cancel".into(),
            )),
        }
    }
}

/// Before anything is asked of a server.
pub fn possible(args: &KeyRotateArgs) -> Result<(), Failure> {
    match Asked::of(args)? {
        Asked::Rotate(_) => once::possible(),
        Asked::Extend(_) => {
            confirm::possible_to_ask(args.yes, "extending an overlap keeps the old token valid")
        }
        Asked::End => confirm::possible(args.yes, "ending a rotation"),
        Asked::Cancel => confirm::possible(args.yes, "cancelling a rotation"),
    }
}

pub async fn run(client: &Client, args: &KeyRotateArgs) -> Result<(), Failure> {
    let key = resolve::key(client, &args.key).await?;
    let asked = Asked::of(args)?;
    if let Asked::Rotate(overlap_seconds) = asked {
        return rotate(client, args, &key, NewRotation { overlap_seconds }).await;
    }
    let rotation = key.rotation.as_ref();
    let rotation = rotation.ok_or_else(|| not_rotating(&key))?;
    if !args.yes && !confirmed(client, &key, rotation, &asked).await? {
        return Err(Failure::Failed("the rotation goes on as it was".into()));
    }
    let version = Some(key.version);
    let changed = match asked {
        Asked::Rotate(_) => return Ok(()),
        Asked::Extend(extend_seconds) => {
            let extension = RotationExtension { extend_seconds };
            client.extend_rotation(key.id, version, &extension).await
        }
        Asked::End => {
            client
                .finish_rotation(key.id, version, &RotationEnd { keep: KeptToken::New })
                .await
        }
        Asked::Cancel => {
            client
                .finish_rotation(key.id, version, &RotationEnd { keep: KeptToken::Old })
                .await
        }
    };
    let changed = changed.map_err(|error| failure(error, &key, &asked))?;
    if args.json {
        return output::json(&changed);
    }
    let (scope, name) = (changed.scope, &changed.name);
    output::notice(match (&asked, &changed.rotation) {
        (Asked::Cancel, _) => {
            format!("{scope} key \"{name}\" has its old token again; the new one is refused")
        }
        (Asked::Extend(_), Some(rotation)) => format!(
            "the old token of {scope} key \"{name}\" is valid until {}{}",
            output::time(rotation.ends_at),
            ends_with_key(&changed, rotation)
        ),
        _ => format!("the old token of {scope} key \"{name}\" is refused from now on"),
    });
    Ok(())
}

async fn rotate(client: &Client, args: &KeyRotateArgs, key: &Key, new: NewRotation) -> Result<(), Failure> {
    let rotated = client.rotate(key.id, key.version, &new).await;
    let rotated = rotated.map_err(|error| failure(error, key, &Asked::Rotate(new.overlap_seconds)))?;
    let printed = match args.json {
        true => output::json(&rotated),
        false => {
            talk_of(&rotated.key, key.rotation.is_some());
            match &rotated.secret {
                Some(secret) => output::secret(secret),
                None => Err(Failure::Failed(
                    "the server sent no secret; is this server the right one?".into(),
                )),
            }
        }
    };
    let Key { id, name, scope, .. } = &rotated.key;
    once::arrived(printed, || match scope.is_viewable() {
        true => format!("the key \"{name}\" was rotated; print its new secret with keydeck key reveal {id}"),
        false => format!(
            "the key \"{name}\" was rotated, but its new secret is lost; rotate it again, which replaces what nobody has used"
        ),
    })
}

fn talk_of(key: &Key, again: bool) {
    let (scope, name) = (key.scope, &key.name);
    let once = match scope.is_viewable() {
        true => "",
        false => "; this is the only time that its new secret is shown",
    };
    output::notice(format!("rotated {scope} key \"{name}\" ({}){once}", key.id));
    if again {
        output::notice(
            "it was being rotated already: the new token of before, which was never used, is refused",
        );
    }
    output::notice(match &key.rotation {
        Some(rotation) => format!(
            "the old token {} is valid until {}{}",
            rotation.old_hint,
            output::time(rotation.ends_at),
            ends_with_key(key, rotation)
        ),
        None => "the old token is refused from now on".into(),
    });
}

/// Where the overlap was cut short, since no token outlives its key.
fn ends_with_key(key: &Key, rotation: &KeyRotation) -> &'static str {
    match key.settings.expires_at == Some(rotation.ends_at) {
        true => "; the key itself expires then, and its new token with it",
        false => "",
    }
}

fn failure(error: Error, key: &Key, asked: &Asked) -> Failure {
    let kind = error.problem().map(|problem| problem.kind);
    match (kind, asked) {
        (Some(ProblemType::Changed), _) => Failure::Failed(format!(
            "someone else changed \"{}\" at the same moment; look at it with key show and try again",
            key.name
        )),
        (Some(ProblemType::NotRotating), _) => not_rotating(key),
        (Some(ProblemType::Rotating), Asked::Cancel) => Failure::Failed(format!(
            "the new token of \"{}\" is in use, so that it stays; if that one leaked, end this rotation with --end and rotate the key once more",
            key.name
        )),
        (Some(ProblemType::Rotating), _) => Failure::Failed(format!(
            "\"{}\" is being rotated, and its new token is in use; end that rotation first, with keydeck key rotate {} --end",
            key.name, key.id
        )),
        (Some(ProblemType::Expired), _) => Failure::Failed(format!(
            "\"{}\" has expired; renew it first, with keydeck key edit {} --expires WHEN",
            key.name, key.id
        )),
        _ if error
            .problem()
            .is_some_and(|problem| problem.errors.iter().any(|wrong| wrong.field == "expires_at")) =>
        {
            let problem = error.problem().into_iter().flat_map(|problem| &problem.errors);
            let why: Vec<&str> = problem.map(|wrong| wrong.message.as_str()).collect();
            Failure::Failed(format!(
                "\"{}\" can't be rotated as long as it has this expiry: {} Renew it first, with keydeck key edit {} --expires WHEN",
                key.name,
                why.join(" "),
                key.id
            ))
        }
        (_, Asked::Extend(_)) => flags::argument(error, "extend_seconds", "--extend"),
        _ => flags::argument(error, "overlap_seconds", "--overlap"),
    }
}

fn not_rotating(key: &Key) -> Failure {
    Failure::Failed(format!(
        "\"{}\" is not being rotated: it has one token only",
        key.name
    ))
}

/// Shows the uses of the old token.
async fn confirmed(
    client: &Client,
    key: &Key,
    rotation: &KeyRotation,
    asked: &Asked,
) -> Result<bool, Failure> {
    let now = Timestamp::now();
    let usage = client.usage(key.id).await?;
    output::notice(format!("{} key \"{}\" ({})", key.scope, key.name, key.id));
    for (label, cell) in rows(rotation, usage.rotation.as_ref(), now) {
        output::notice(format!("{}: {cell}", label.to_lowercase()));
    }
    let (what, act) = match asked {
        Asked::Extend(_) => ("The old token stays valid for longer.", "extend the overlap of"),
        Asked::Cancel => (
            "The new token is refused at once, and the old one stays. This can't be undone.",
            "cancel the rotation of",
        ),
        _ => (
            "Everything that presents the old token stops working at once. This can't be undone.",
            "end the rotation of",
        ),
    };
    output::notice(what);
    confirm::asked(&format!("{act} \"{}\" ({})", key.name, key.id))
}

/// The rotation and its meter, a line each.
pub fn rows(rotation: &KeyRotation, usage: Option<&RotationUsage>, now: Timestamp) -> Vec<Field> {
    let mut rows = vec![field(
        "Rotation",
        format!(
            "since {}; the old token {} is valid until {}",
            output::time(rotation.started_at),
            rotation.old_hint,
            output::time(rotation.ends_at)
        ),
    )];
    if let Some(RotationUsage { old, new }) = usage {
        for (label, used) in [("Old token", old), ("New token", new)] {
            let last = used
                .last_use
                .as_ref()
                .map_or_else(|| ", never used".into(), |last| output::last_use(last, now));
            let (all, day) = (used.allowed, used.last_day());
            rows.push(field(
                label,
                format!("{all} allowed, {day} in the last 24 h{last}"),
            ));
        }
    }
    rows
}
