//! The temporary organisation of `keydeck demo`: sample or generated keys, in a database that is removed at the end.

mod deed;
mod generate;
mod life;
mod random;
mod sample;
pub mod scratch;
mod secrets;
mod times;
mod usage;
mod week;

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

pub use self::life::{LEAKED, Life};
use self::sample::{Draft, Sample, SampleFile, SampleRevocation};
use self::secrets::Secrets;
use self::week::{acting, named};
use crate::api::{KeyFilter, SessionServer, Sort};
use crate::deck::bootstrap;
use crate::failure::Failure;
use crate::model::{Role, Rule, Secret, Token, TokenHash};
use crate::server::seal::{RootKey, Sealer};
use crate::server::store::sqlite::{SampleProject, SqliteStore};
use crate::server::store::{
    KeyQuery, KeyRecord, KeyStore, NewSessionServer, Position, ProjectStore, Tally, Use, Visible, WorkStore,
    hour_of,
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
    let Some(count) = count else {
        return lived_in(path, root_key).map(|(store, _)| store);
    };
    let (store, sealer, sample) = founded(path, root_key)?;
    let now = Timestamp::now();
    let sample = generate::organisation(sample.0, count);
    let keys = generate::keys(&sample, count, now);
    fill(&store, &sealer, &sample, keys, |_, _| {}, progress)?;
    Ok(store)
}

/// The hand-written sample organisation, and what is to go on in it.
pub fn lived_in(path: &Path, root_key: &RootKey) -> Result<(SqliteStore, Life), Failure> {
    let (store, sealer, (sample, owner)) = founded(path, root_key)?;
    let life = bootstrap::block_on(live(&store, &sealer, owner, sample))?;
    Ok((store, life))
}

/// An empty database, what opens its secrets, and the sample with its owner.
fn founded(path: &Path, root_key: &RootKey) -> Result<(SqliteStore, Sealer, (Sample, Uuid)), Failure> {
    let now = Timestamp::now();
    let file = SampleFile::read()?;
    let store = bootstrap::create(path, file.founding(now)?, root_key)?;
    let (sealer, owner) = bootstrap::unlock(&store, root_key, Role::Owner)?;
    let sample = file.at(now, owner)?;
    Ok((store, sealer, (sample, owner)))
}

/// Seals the keys one by one as the store takes them, so that a million need no memory.
fn fill(
    store: &SqliteStore,
    sealer: &Sealer,
    sample: &Sample,
    drafts: impl Iterator<Item = Draft>,
    mut sealed: impl FnMut(&str, Token),
    progress: impl FnMut(u64),
) -> Result<(), Failure> {
    let mut unsealed = None;
    let keys = drafts.map_while(|draft| {
        let (key, token) = draft
            .sealed(sealer)
            .map_err(|failure| unsealed = Some(failure))
            .ok()?;
        sealed(&key.new.valid.name, token);
        Some(key)
    });
    store
        .bulk_load(sample.people.clone(), sample.projects.clone(), keys, progress)
        .map_err(Failure::failed)?;
    unsealed.map_or(Ok(()), Err)
}

/// What was done in it so far: its people and projects have been there from the beginning, then come
/// its keys, and in the last week people did something with them.
async fn live(store: &SqliteStore, sealer: &Sealer, owner: Uuid, sample: Sample) -> Result<Life, Failure> {
    let Sample {
        people,
        projects,
        keys,
        week,
    } = sample;
    let nobody = Sample {
        people: Vec::new(),
        projects: Vec::new(),
        keys: Vec::new(),
        week: Vec::new(),
    };
    let founders = Sample {
        people: people.clone(),
        projects: projects.clone(),
        ..nobody.clone()
    };
    fill(store, sealer, &founders, std::iter::empty(), |_, _| {}, |_| {})?;
    serve_sessions(store, sealer, owner, &projects).await?;
    let mut secrets = Secrets::default();
    let keep = |name: &str, token| secrets.add(name, token);
    fill(store, sealer, &nobody, keys.iter().cloned(), keep, |_| {})?;
    let tokens = revoked_tokens(store, &keys).await?;
    let old = rotating_tokens(store, &keys).await?;
    week::carry_out(store, sealer, &people, owner, week, &mut secrets).await?;
    present_revoked(store, &tokens).await?;
    present_both(store, &old).await?;
    let all = KeyQuery {
        visible: Visible::All,
        filter: KeyFilter::default(),
        sort: Sort::LastUsedAt,
        descending: true,
        position: Position::Start,
        limit: keys.len() as u32,
        week: false,
    };
    let found = store.keys(&all).await.map_err(Failure::failed)?;
    let items = found.into_iter().flat_map(|page| page.items);
    let all: Vec<KeyRecord> = items.map(|(key, _)| key).collect();
    Ok(Life::of(&all, &secrets, people, owner))
}

/// The token of each key that is to be revoked, which is no longer found by its name then, and how it is presented.
async fn revoked_tokens(
    store: &SqliteStore,
    keys: &[Draft],
) -> Result<Vec<(TokenHash, u32, Option<String>)>, Failure> {
    let mut tokens = Vec::new();
    for draft in keys {
        let Some(SampleRevocation { attempts, .. }) = draft.revoked else {
            continue;
        };
        let domains = draft.fields.ui_domains.as_ref();
        let origin = domains.and_then(|domains| domains.first()).cloned();
        for token in valid_tokens(store, &draft.fields.name).await? {
            tokens.push((token, attempts, origin.clone()));
        }
    }
    Ok(tokens)
}

/// The tokens of the keys that are to be half-way through a rotation, by their names.
async fn rotating_tokens(store: &SqliteStore, keys: &[Draft]) -> Result<Vec<(String, TokenHash)>, Failure> {
    let mut tokens = Vec::new();
    for draft in keys.iter().filter(|draft| draft.rotating.is_some()) {
        let name = &draft.fields.name;
        let old = valid_tokens(store, name).await?;
        tokens.extend(old.into_iter().map(|token| (name.clone(), token)));
    }
    Ok(tokens)
}

async fn valid_tokens(store: &SqliteStore, name: &str) -> Result<Vec<TokenHash>, Failure> {
    match named(store, name).await? {
        None => Ok(Vec::new()),
        Some(key) => store.valid_tokens(key.id).await.map_err(Failure::failed),
    }
}

/// Who still presents keys that were revoked.
async fn present_revoked(
    store: &SqliteStore,
    tokens: &[(TokenHash, u32, Option<String>)],
) -> Result<(), Failure> {
    for (token, attempts, origin) in tokens.iter().filter(|(_, attempts, _)| *attempts > 0) {
        count(store, token, |number| refused(number, *attempts, origin.as_ref())).await?;
    }
    Ok(())
}

/// Most requests come with the new token, some still with the old one.
async fn present_both(store: &SqliteStore, old: &[(String, TokenHash)]) -> Result<(), Failure> {
    let now = Timestamp::now();
    for (name, old) in old {
        for token in valid_tokens(store, name).await? {
            let times = if token == *old { 3 } else { 1_204 };
            count(store, &token, |number| allowed(number, &token, times, now)).await?;
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

/// Deployed projects get a session server, so that their keys could connect.
async fn serve_sessions(
    store: &SqliteStore,
    sealer: &Sealer,
    owner: Uuid,
    projects: &[SampleProject],
) -> Result<(), Failure> {
    let by = acting(&[], owner, owner);
    let mut projects: Vec<_> = projects.iter().filter(|project| project.deployed).collect();
    projects.sort_by_key(|project| project.created_at);
    for project in projects {
        // When it was made, and not when the demo begins.
        store.make_changes_at(Some(project.created_at));
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
    store.make_changes_at(None);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::api::{ActivityAction, ActivityQuery};
    use crate::server::store::{ActivityStore, Cursor};

    /// The first of its log, newest first, and what the log doesn't explain of its tables.
    async fn shown(store: &SqliteStore) -> Result<(Vec<crate::api::Activity>, Option<String>), Failure> {
        let newest = ActivityQuery {
            limit: Some(24),
            ..ActivityQuery::default()
        };
        let page = store
            .activity(&newest, Visible::All)
            .await
            .map_err(Failure::failed)?;
        let mut next = Some(Cursor::START);
        while let Some(from) = next {
            let compared = store.compare(from).await.map_err(Failure::failed)?;
            if compared.unexplained.is_some() {
                return Ok((page.items, compared.unexplained));
            }
            next = compared.next;
        }
        Ok((page.items, None))
    }

    #[test]
    fn its_log_is_a_week_of_several_people_and_nothing_of_its_own_set_up() {
        let directory = tempfile::tempdir().expect("made");
        let root_key = RootKey::generate().expect("made");
        let path = directory.path().join("keydeck.db");
        let (store, life) = lived_in(&path, &root_key).expect("a demo");
        assert!(life.leaked.is_some());
        let (rows, unexplained) = bootstrap::block_on(shown(&store)).expect("shown");
        assert_eq!(unexplained, None);
        assert!(
            rows.windows(2).all(|pair| pair[0].at >= pair[1].at),
            "the newest first"
        );
        let kinds: HashSet<ActivityAction> = rows.iter().map(|row| row.action).collect();
        assert!(kinds.len() >= 6, "{kinds:?}");
        let people: HashSet<&str> = rows.iter().map(|row| row.who()).collect();
        assert!(people.len() >= 5, "{people:?}");
        assert!(!kinds.contains(&ActivityAction::SessionServerSet), "{kinds:?}");
        let (first, last) = (rows[0].at, rows[rows.len() - 2].at);
        let hours = first.duration_since(last).as_hours();
        assert!((24 * 4..24 * 7).contains(&hours), "{hours}");
    }
}
