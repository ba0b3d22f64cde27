//! The counts that are kept: exact, and those of what the lists have, whatever becomes of the keys.

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{KeyFilter, Sort};
use keydeck::model::{Scope, StateFilter};
use keydeck::server::store::{Found, KeyQuery, Visible};
use strum::VariantArray;
use uuid::Uuid;

use super::deck::{Deck, actor, new_key, query};
use super::ends::end;
use super::engine;

/// Numbers that look like chance, the same ones each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % most
    }
}

/// Lately and long ago; and the same in the future.
const AGES: [i64; 6] = [1, 60, 4 * 24, 400 * 24, -2, -90 * 24];

fn ago(hours: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(hours)
}

async fn assert_counted(deck: &Deck, moment: &str) {
    let owned = [
        (None, None),
        (Some(deck.shop.id), None),
        (None, Some(deck.editor.id)),
        (Some(deck.kiosk.id), Some(deck.owner.id)),
    ];
    for state in [None, Some(StateFilter::Expired), Some(StateFilter::Revoked)] {
        for (project, creator) in owned {
            for (scope, visible) in [
                (None, Visible::All),
                (Some(Scope::Mobile), Visible::All),
                (None, Visible::CreatedBy(deck.editor.id)),
            ] {
                let filter = KeyFilter {
                    scope,
                    project,
                    creator,
                    state,
                    ..KeyFilter::default()
                };
                let all = KeyQuery {
                    visible,
                    filter: filter.clone(),
                    limit: 200,
                    ..query(Sort::CreatedAt)
                };
                let listed = deck.listing(&all).await;
                let counts = deck.store.count_keys(visible, &filter).await.unwrap();
                assert!(!counts.capped);
                for scope in [Scope::Web, Scope::Mobile, Scope::Analytics] {
                    let of_scope = listed.iter().filter(|key| key.scope == scope).count() as u64;
                    assert_eq!(
                        counts.of(scope),
                        of_scope,
                        "{moment}: {scope:?} {visible:?} {filter:?}"
                    );
                }
            }
        }
    }
}

/// One step in the life of a key.
async fn live(deck: &Deck, key: Uuid, chance: &mut Chance) {
    let by = actor(&deck.owner);
    match chance.below(7) {
        0 => end(deck, key, ago(AGES[chance.below(6) as usize])).await,
        1 => drop(deck.store.revoke_key(key, by).await.unwrap()),
        2 => drop(deck.store.disable_key(key, None, by).await.unwrap()),
        3 => drop(deck.store.enable_key(key, by).await.unwrap()),
        4 => drop(deck.store.set_marks().await.unwrap()),
        _ => {
            if let Some(Found::Active(record)) = deck.store.key(key, Visible::All).await.unwrap() {
                let mut settings = record.settings.clone();
                settings.expires_at = (chance.below(2) == 0).then(|| ago(-24 * 30));
                let edit = deck
                    .store
                    .edit_key(key, record.version, record.name, settings, by);
                drop(edit.await.unwrap());
            }
        }
    }
}

#[tokio::test]
async fn counts_are_those_of_the_lists_whatever_becomes_of_the_keys() {
    let deck = Deck::new().await;
    let mut chance = Chance(7);
    let mut keys = Vec::new();
    for n in 0..40 {
        let scope = Scope::VARIANTS[chance.below(3) as usize];
        let project = [deck.shop.id, deck.kiosk.id][chance.below(2) as usize];
        let mut new = new_key(scope, &format!("Key {n}"), scope.has_project().then_some(project));
        new.valid.settings.expires_at = (n % 3 == 0).then(|| ago(-24 * 10));
        let by = if n % 4 == 0 { &deck.editor } else { &deck.owner };
        keys.push(deck.create(new, by).await.id);
    }
    assert_counted(&deck, "new").await;
    for round in 0..4 {
        for _ in 0..25 {
            let key = keys[chance.below(keys.len() as u64) as usize];
            live(&deck, key, &mut chance).await;
        }
        assert_counted(&deck, &format!("after round {round}")).await;
    }
    let handed_over = format!(
        "UPDATE keys SET creator = (SELECT max(seq) FROM users) WHERE revoked_at IS NULL AND creator < (SELECT max(seq) FROM users)
            AND seq < {}",
        keys.len() / 2
    );
    engine::run(&deck.place, &handed_over).await.unwrap();
    assert_counted(&deck, "handed over").await;
    // Nothing is to run for it when time goes by.
    for days in [3, 20, 4000] {
        let kept = ago(-24 * days).as_microsecond();
        let sql = format!("DELETE FROM clock; INSERT INTO clock (one, at) VALUES (1, {kept})");
        engine::run(&deck.place, &sql).await.unwrap();
        assert_counted(&deck, &format!("{days} days later")).await;
    }
}
