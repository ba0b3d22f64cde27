//! The week before the demo: what people did, each at its time, by the operations of the store that do it at any other time.

use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use uuid::Uuid;

use super::deed::{Deed, DeedKind, KeyDeed};
use super::secrets::Secrets;
use crate::api::{KeyFilter, Sort};
use crate::failure::Failure;
use crate::model::Role;
use crate::server::new_token;
use crate::server::seal::Sealer;
use crate::server::store::sqlite::{SampleUser, SqliteStore};
use crate::server::store::{ActivityStore, Actor, KeyQuery, KeyRecord, KeyStore, Position, Visible};

/// Carries them out, oldest first, in the name of these people and the owner.
pub async fn carry_out(
    store: &SqliteStore,
    sealer: &Sealer,
    people: &[SampleUser],
    owner: Uuid,
    mut deeds: Vec<Deed>,
    secrets: &mut Secrets,
) -> Result<(), Failure> {
    deeds.sort_by_key(|deed| deed.at);
    for Deed { at, what } in deeds {
        store.make_changes_at(Some(at));
        match what {
            DeedKind::SignInRefused(address) => {
                let refused = store.refuse_sign_in(Some(address));
                refused.await.map_err(Failure::failed)?;
            }
            DeedKind::ToKey { by, key, did } => {
                let found = named(store, &key).await?;
                let key = found.ok_or_else(|| Failure::failed(format!("there is no key {key}")))?;
                let by = acting(people, owner, by);
                do_to(store, sealer, &key, did, by, secrets).await?;
            }
        }
    }
    store.make_changes_at(None);
    Ok(())
}

async fn do_to(
    store: &SqliteStore,
    sealer: &Sealer,
    key: &KeyRecord,
    did: KeyDeed,
    by: Actor,
    secrets: &mut Secrets,
) -> Result<(), Failure> {
    let done = match did {
        KeyDeed::Edit(edit) => {
            let edited = edit.apply(key.scope, &key.name, &key.settings);
            let (name, settings) = edited.map_err(|errors| Failure::failed(format!("{:?}", errors.0)))?;
            let edited = store.edit_key(key.id, key.version, name, settings, by);
            edited.await.map(drop)
        }
        KeyDeed::Disable(reason) => store.disable_key(key.id, Some(reason), by).await.map(drop),
        KeyDeed::Enable => store.enable_key(key.id, by).await.map(drop),
        KeyDeed::Revoke(reason) => store.revoke_key_for(key.id, Some(reason), by).await.map(drop),
        KeyDeed::Rotate(ends) => {
            let (new, token) = new_token(sealer, key.id, key.scope).map_err(Failure::failed)?;
            match ends {
                Some(_) => secrets.add(&key.name, token),
                None => secrets.replace(&key.name, token),
            }
            // The database says by its own clock when an overlap ends.
            let left = ends.map_or(0, |ends| ends.duration_since(Timestamp::now()).as_secs());
            let overlap = u32::try_from(left).unwrap_or_default();
            let rotated = store.rotate_key(key.id, key.version, new, overlap, by);
            rotated.await.map(drop)
        }
        KeyDeed::Reveal => store.reveal_key(key.id, by).await.map(drop),
    };
    done.map_err(Failure::failed)
}

/// The key of this name.
pub async fn named(store: &(impl KeyStore + ?Sized), name: &str) -> Result<Option<KeyRecord>, Failure> {
    let named = KeyQuery {
        visible: Visible::All,
        filter: KeyFilter {
            name: Some(name.to_owned()),
            ..KeyFilter::default()
        },
        sort: Sort::Name,
        descending: false,
        position: Position::Start,
        limit: 1,
        week: false,
    };
    let found = store.keys(&named).await.map_err(Failure::failed)?;
    let mut keys = found.into_iter().flat_map(|page| page.items);
    Ok(keys.next().map(|(key, _)| key))
}

/// One of these people, or the owner, at their desk.
pub fn acting(people: &[SampleUser], owner: Uuid, user: Uuid) -> Actor {
    let place = people.iter().position(|person| person.id == user);
    let role = place
        .and_then(|place| people.get(place))
        .map_or(Role::Owner, |person| person.role);
    let last = place.map_or(10, |place| 20 + place as u8);
    Actor {
        user: if place.is_some() { user } else { owner },
        role,
        token: None,
        address: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))),
        visible: match role {
            Role::Editor => Visible::CreatedBy(user),
            _ => Visible::All,
        },
    }
}
