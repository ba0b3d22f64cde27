//! The temporary organisation of `keydeck demo`: sample or generated keys, in a database that is removed at the end.

mod generate;
mod random;
mod sample;
pub mod scratch;
mod usage;

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use self::sample::{Draft, Sample, SampleFile, SampleRevocation};
use crate::api::{KeyFilter, SessionServer, Sort};
use crate::deck::bootstrap;
use crate::failure::Failure;
use crate::model::{Role, Rule, Secret, TokenHash};
use crate::server::new_token;
use crate::server::seal::{RootKey, Sealer};
use crate::server::store::sqlite::{SampleProject, SqliteStore};
use crate::server::store::{
    Actor, KeyQuery, KeyRecord, KeyStore, NewSessionServer, Position, ProjectStore, Tally, Use, Visible,
    WorkStore, hour_of,
};

/// Where lately counted requests come from.
const VISITOR: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

/// A new database at `path` with the sample organisation: its own keys, or `count` generated ones.
pub fn organisation(
    path: &Path,
    root_key: &RootKey,
    count: Option<u64>,
    progress: impl FnMut(u64),
) -> Result<SqliteStore, Failure> {
    let now = Timestamp::now();
    let file = SampleFile::read()?;
    let store = bootstrap::create(path, file.founding(now)?, root_key)?;
    let (sealer, owner) = bootstrap::unlock(&store, root_key, Role::Owner)?;
    let sample = file.at(now, owner)?;
    match count {
        None => {
            let keys = sample.keys.iter().cloned();
            fill(&store, &sealer, &sample, keys, progress)?;
            bootstrap::block_on(serve_sessions(&store, &sealer, owner, &sample.projects))?;
            bootstrap::block_on(revoke(&store, owner, &sample.keys))?;
            bootstrap::block_on(disable(&store, owner, &sample.keys))?;
            bootstrap::block_on(rotate(&store, &sealer, owner, &sample.keys))?;
        }
        Some(count) => {
            let sample = generate::organisation(sample, count);
            let keys = generate::keys(&sample, count, now);
            fill(&store, &sealer, &sample, keys, progress)?;
        }
    }
    Ok(store)
}

/// Seals the keys one by one as the store takes them, so that a million need no memory.
fn fill(
    store: &SqliteStore,
    sealer: &Sealer,
    sample: &Sample,
    drafts: impl Iterator<Item = Draft>,
    progress: impl FnMut(u64),
) -> Result<(), Failure> {
    let mut unsealed = None;
    let keys = drafts.map_while(|draft| {
        draft
            .sealed(sealer)
            .map_err(|failure| unsealed = Some(failure))
            .ok()
    });
    store
        .bulk_load(sample.people.clone(), sample.projects.clone(), keys, progress)
        .map_err(Failure::failed)?;
    unsealed.map_or(Ok(()), Err)
}

/// Those that are to have ended, and who still presents them.
async fn revoke(store: &SqliteStore, owner: Uuid, keys: &[Draft]) -> Result<(), Failure> {
    for draft in keys {
        let Some(SampleRevocation { reason, attempts }) = &draft.revoked else {
            continue;
        };
        for key in named(store, &draft.fields.name).await? {
            let tokens = store.valid_tokens(key.id).await.map_err(Failure::failed)?;
            let revoked = store.revoke_key_for(key.id, Some(reason.clone()), acting(owner));
            revoked.await.map_err(Failure::failed)?;
            let origin = draft
                .fields
                .ui_domains
                .as_ref()
                .and_then(|domains| domains.first());
            for token in tokens.iter().filter(|_| *attempts > 0) {
                count(store, token, |number| refused(number, *attempts, origin)).await?;
            }
        }
    }
    Ok(())
}

/// So many requests with the token of a revoked key, all of them from one page.
fn refused(key: i64, times: u32, origin: Option<&String>) -> Tally {
    let now = Timestamp::now();
    let mut tally = Tally::of(key, hour_of(now));
    let used = Use::new(now, Some(VISITOR), origin.map(String::as_str));
    (0..times).for_each(|_| tally.refuse_from(Rule::KeyRevoked, used.clone()));
    tally
}

/// Those that are to be disabled.
async fn disable(store: &SqliteStore, owner: Uuid, keys: &[Draft]) -> Result<(), Failure> {
    for key in keys {
        let Some(reason) = &key.disabled else { continue };
        for key in named(store, &key.fields.name).await? {
            let disabled = store.disable_key(key.id, Some(reason.clone()), acting(owner));
            disabled.await.map_err(Failure::failed)?;
        }
    }
    Ok(())
}

/// Those that are to be half-way through a rotation: most requests come with the new token, some still with the old one.
async fn rotate(store: &SqliteStore, sealer: &Sealer, owner: Uuid, keys: &[Draft]) -> Result<(), Failure> {
    let now = Timestamp::now();
    for draft in keys {
        let Some(ends) = draft.rotating else { continue };
        let overlap = u32::try_from(ends.duration_since(now).as_secs()).unwrap_or_default();
        for key in named(store, &draft.fields.name).await? {
            let (new, _) = new_token(sealer, key.id, key.scope).map_err(Failure::failed)?;
            let old = store.valid_tokens(key.id).await.map_err(Failure::failed)?;
            let tokens = old
                .into_iter()
                .zip([new.hash])
                .flat_map(|(old, new)| [(old, 3), (new, 1_204)]);
            let tokens: Vec<_> = tokens.collect();
            let rotated = store.rotate_key(key.id, key.version, new, overlap, acting(owner));
            rotated.await.map_err(Failure::failed)?;
            for (token, times) in tokens {
                count(store, &token, |number| allowed(number, &token, times, now)).await?;
            }
        }
    }
    Ok(())
}

/// Adds to the usage of the key that has this token; its number is given to `tally`.
async fn count(
    store: &SqliteStore,
    token: &TokenHash,
    tally: impl FnOnce(i64) -> Tally,
) -> Result<(), Failure> {
    let checked = store.check(token, None).await.map_err(Failure::failed)?;
    let counted = checked.key.map(|key| tally(key.number));
    let recorded = store.record_usage(Arc::new(vec![counted.into_iter().collect()]));
    recorded.await.map_err(Failure::failed)?;
    Ok(())
}

/// So many requests by this token, all of them lately.
fn allowed(key: i64, token: &TokenHash, times: u32, now: Timestamp) -> Tally {
    let mut tally = Tally::of(key, hour_of(now));
    (0..times).for_each(|_| tally.allow_by(token.mark(), Use::new(now, Some(VISITOR), None)));
    tally
}

async fn named(store: &SqliteStore, name: &str) -> Result<Vec<KeyRecord>, Failure> {
    let named = KeyQuery {
        visible: Visible::All,
        filter: KeyFilter {
            q: Some(name.to_owned()),
            ..KeyFilter::default()
        },
        sort: Sort::Name,
        descending: false,
        position: Position::Start,
        limit: 1,
        week: false,
    };
    let found = store.keys(&named).await.map_err(Failure::failed)?;
    Ok(found
        .into_iter()
        .flat_map(|page| page.items)
        .map(|(key, _)| key)
        .collect())
}

fn acting(owner: Uuid) -> Actor {
    Actor {
        user: owner,
        role: Role::Owner,
        token: None,
        address: None,
        visible: Visible::All,
    }
}

/// Deployed projects get a session server, so that their keys could connect.
async fn serve_sessions(
    store: &SqliteStore,
    sealer: &Sealer,
    owner: Uuid,
    projects: &[SampleProject],
) -> Result<(), Failure> {
    let by = acting(owner);
    for project in projects.iter().filter(|project| project.deployed) {
        let private_key = Secret::new(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()));
        let sealed = sealer.seal_session_key(project.id, &private_key);
        let new = NewSessionServer {
            server: SessionServer {
                url: "wss://sessions.acme.example".into(),
                key_name: "sample".into(),
            },
            private_key: Some(sealed.map_err(Failure::failed)?),
        };
        let set = store.set_session_server(project.id, new, by);
        set.await.map_err(Failure::failed)?;
    }
    Ok(())
}
