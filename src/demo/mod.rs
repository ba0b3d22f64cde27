//! The temporary organisation of `keydeck demo`: sample or generated keys, in a database that is removed at the end.

mod generate;
mod random;
mod sample;
pub mod scratch;
mod usage;

use std::path::Path;

use jiff::Timestamp;
use uuid::Uuid;

use self::sample::{Draft, Sample, SampleFile};
use crate::api::{KeyFilter, SessionServer, Sort};
use crate::deck::bootstrap;
use crate::failure::Failure;
use crate::model::{Role, Secret};
use crate::server::seal::{RootKey, Sealer};
use crate::server::store::sqlite::{SampleProject, SqliteStore};
use crate::server::store::{Actor, KeyQuery, KeyStore, NewSessionServer, Position, ProjectStore, Visible};

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
            bootstrap::block_on(disable(&store, owner, &sample.keys))?;
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

/// Those that are to be disabled.
async fn disable(store: &SqliteStore, owner: Uuid, keys: &[Draft]) -> Result<(), Failure> {
    for key in keys {
        let Some(reason) = &key.disabled else { continue };
        let named = KeyQuery {
            visible: Visible::All,
            filter: KeyFilter {
                q: Some(key.fields.name.clone()),
                ..KeyFilter::default()
            },
            sort: Sort::Name,
            descending: false,
            position: Position::Start,
            limit: 1,
        };
        let found = store.keys(&named).await.map_err(Failure::failed)?;
        for (key, _) in found.into_iter().flat_map(|page| page.items) {
            let disabled = store.disable_key(key.id, Some(reason.clone()), acting(owner));
            disabled.await.map_err(Failure::failed)?;
        }
    }
    Ok(())
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
