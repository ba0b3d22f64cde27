//! Pages: total orders, positions, filters, counts.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{KeyFilter, Sort};
use keydeck::model::{Scope, TokenHash, are_alike, compared};
use keydeck::server::store::{
    KeyQuery, KeyRecord, NewKeyToken, PlaceValue, Position, RotationChange, Sealed, Tally, Use, Visible,
    hour_of,
};
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::deck::{Deck, actor, new_key, query, text};

/// The order that the contract names, worked out without the store.
fn sorted(mut keys: Vec<KeyRecord>, sort: Sort, descending: bool) -> Vec<Uuid> {
    keys.sort_by_key(|key| {
        let name = compared(&key.name);
        let none = || (0, String::new(), Uuid::nil());
        let timed = |time: Option<Timestamp>| (none(), String::new(), time);
        let ends = Some(key.settings.expires_at.unwrap_or(Timestamp::MAX));
        let value = match sort {
            Sort::Scope => ((key.scope as i64, String::new(), Uuid::nil()), name, None),
            Sort::Name => (none(), name, None),
            Sort::CreatedAt => timed(Some(key.created_at)),
            Sort::LastUsedAt => timed(key.last_used_at),
            Sort::LastRefusedAt => timed(key.last_refused_at),
            Sort::ExpiresAt => timed(ends),
            Sort::Project => match &key.project {
                Some(project) => ((0, compared(&project.name), project.id), name, None),
                None => ((1, String::new(), Uuid::nil()), name, None),
            },
            Sort::Creator => ((0, compared(&key.creator.email), Uuid::nil()), name, None),
            Sort::State => {
                let rank = match (&key.disabled, &key.rotation) {
                    (Some(_), _) => 0,
                    (None, Some(_)) => 1,
                    (None, None) => 2,
                };
                ((rank, String::new(), Uuid::nil()), String::new(), ends)
            }
            Sort::Requests => {
                let requests: u64 = key.week.map_or(0, |week| week.allowed.iter().sum());
                (
                    (requests as i64, String::new(), Uuid::nil()),
                    String::new(),
                    key.last_used_at,
                )
            }
        };
        (value, key.id)
    });
    if descending {
        keys.reverse();
    }
    ids(&keys)
}

/// The sixty keys, of which some are disabled, some are being rotated, and some were refused; and a second project of one name.
async fn stocked(deck: &Deck) -> Vec<KeyRecord> {
    let by = actor(&deck.owner);
    let of_editor = deck
        .store
        .add_project("storefront".into(), true, actor(&deck.editor));
    let storefront = of_editor.await.unwrap().unwrap();
    let keys = deck.sixty().await;
    for n in 0..3 {
        let new = new_key(Scope::Web, &format!("Front {n}"), Some(storefront.id));
        deck.create(new, &deck.editor).await;
    }
    let mut tallies = Vec::new();
    for (n, key) in keys.iter().enumerate() {
        if n % 9 == 2 {
            deck.store.disable_key(key.id, None, by).await.unwrap();
        }
        if n % 7 == 3 {
            let token = NewKeyToken {
                hash: TokenHash::of(&format!("new token of {}", key.id)),
                hint: "kdw_…newT".into(),
                sealed: key.scope.is_viewable().then(|| Sealed {
                    data_key: 1,
                    bytes: vec![8; 72],
                }),
            };
            let version = if n % 9 == 2 { 2 } else { 1 };
            let change = deck
                .store
                .rotate_key(key.id, version, token, 3_600, by)
                .await
                .unwrap();
            assert!(matches!(change, RotationChange::Changed(_)), "{change:?}");
        }
        if n % 4 != 0 {
            // Some on the same days, so often, and some long ago.
            let days = [0, 2, 30][n % 3];
            let at = Timestamp::now()
                .saturating_sub(SignedDuration::from_hours(24 * days))
                .unwrap();
            let (hash, _) = deck.store.tokens(key.id).await.unwrap()[0].clone();
            let number = deck.store.check(&hash, None).await.unwrap().key.unwrap().number;
            let mut tally = Tally::of(number, hour_of(at));
            (0..n % 6).for_each(|_| tally.allow(Use::new(at, None, None)));
            tallies.push(tally);
        }
        if n % 5 == 1 {
            let (hash, _) = deck.store.tokens(key.id).await.unwrap()[0].clone();
            let number = deck.store.check(&hash, None).await.unwrap().key.unwrap().number;
            // Some at the same instant.
            let at = key.created_at + SignedDuration::from_secs(n as i64 % 3);
            let mut tally = Tally::of(number, hour_of(at));
            tally.refuse(at, "origin-foreign");
            tallies.push(tally);
        }
    }
    deck.store.record_usage(Arc::new(vec![tallies])).await.unwrap();
    let with_weeks = KeyQuery {
        week: true,
        ..query(Sort::CreatedAt)
    };
    deck.listing(&with_weeks).await
}

fn ids(keys: &[KeyRecord]) -> Vec<Uuid> {
    keys.iter().map(|key| key.id).collect()
}

fn matches(key: &KeyRecord, filter: &KeyFilter, visible: Visible) -> bool {
    let has = |q: &String| {
        let q = compared(q);
        let project = key
            .project
            .as_ref()
            .is_some_and(|project| compared(&project.name).contains(&q));
        let domain = key
            .settings
            .ui_domains
            .iter()
            .any(|domain| compared(domain.as_str()).contains(&q));
        compared(&key.name).contains(&q) || project || domain
    };
    let labelled = |labels: &String| {
        let has = |label: &str| key.settings.labels.iter().any(|of| are_alike(of, label));
        labels.split(',').all(has)
    };
    filter.label.as_ref().is_none_or(labelled)
        && filter.scope.is_none_or(|scope| scope == key.scope)
        && filter
            .project
            .is_none_or(|id| key.project.as_ref().is_some_and(|project| project.id == id))
        && filter.creator.is_none_or(|id| key.creator.id == id)
        && filter.q.as_ref().is_none_or(has)
        && (visible == Visible::All || visible == Visible::CreatedBy(key.creator.id))
}

/// Every condition alone and in the company of others, with texts that mean something to SQL, FTS5,
/// LIKE and GLOB.
fn filters(deck: &Deck) -> Vec<KeyFilter> {
    let texts = [
        "c",
        "ch",
        "CHECKOUT",
        "über",
        "100%",
        "%",
        "_",
        "\"A\"",
        "\"",
        "*",
        "NEAR(a b)",
        "out 1",
        "' OR 1=1",
        "kiosk",
        "shop.acme",
        "acme.shop",
        "store",
        "e\ncom",
        "https://",
        "no such key",
        "{",
        "-",
        "a AND b",
        "\u{130}",
    ];
    let mut filters: Vec<KeyFilter> = texts.into_iter().map(text).collect();
    let labels = [
        "production",
        "TEAM A",
        "production,team a",
        "team a,prod",
        "STRASSE",
        "eu\"x\\n\"",
        "x\\n",
        "team",
        "x%_'",
        "a",
        "no such label",
    ];
    filters.extend(labels.map(|label| KeyFilter {
        label: Some(label.into()),
        ..KeyFilter::default()
    }));
    filters.push(KeyFilter {
        label: Some("production".into()),
        scope: Some(Scope::Web),
        creator: Some(deck.editor.id),
        ..text("check")
    });
    for scope in [None, Some(Scope::Web), Some(Scope::Analytics)] {
        for project in [None, Some(deck.kiosk.id), Some(Uuid::nil())] {
            for creator in [None, Some(deck.editor.id)] {
                for q in [None, Some("check".to_owned()), Some("o".to_owned())] {
                    filters.push(KeyFilter {
                        scope,
                        project,
                        creator,
                        q,
                        ..KeyFilter::default()
                    });
                }
            }
        }
    }
    filters
}

#[tokio::test]
async fn every_sort_and_filter_lists_what_matches_in_its_order() {
    let deck = Deck::new().await;
    let keys = stocked(&deck).await;
    for (n, filter) in filters(&deck).into_iter().enumerate() {
        for visible in [Visible::All, Visible::CreatedBy(deck.editor.id)] {
            let expected: Vec<KeyRecord> = keys
                .iter()
                .filter(|key| matches(key, &filter, visible))
                .cloned()
                .collect();
            for (sort, descending) in Sort::iter().flat_map(|sort| [(sort, false), (sort, true)]) {
                // Of the sorts by groups, which take several statements, each filter has one direction.
                if matches!(sort, Sort::Project | Sort::Creator | Sort::State | Sort::Requests)
                    && descending == n.is_multiple_of(2)
                {
                    continue;
                }
                let filter = filter.clone();
                let query = KeyQuery {
                    visible,
                    filter,
                    descending,
                    limit: 7,
                    ..query(sort)
                };
                let listed = deck.listing(&query).await;
                assert_eq!(
                    ids(&listed),
                    sorted(expected.clone(), sort, descending),
                    "{query:?}"
                );
            }
            let counts = deck.store.count_keys(visible, &filter).await.unwrap();
            for scope in Scope::iter() {
                let of_scope = expected.iter().filter(|key| key.scope == scope).count();
                assert_eq!(counts.of(scope), of_scope as u64, "{filter:?} {visible:?}");
            }
            assert!(!counts.capped);
        }
    }
}

#[tokio::test]
async fn every_position_shows_its_part_of_the_order() {
    let deck = Deck::new().await;
    let keys = stocked(&deck).await;
    for (sort, descending) in Sort::iter().flat_map(|sort| [(sort, false), (sort, true)]) {
        let all = KeyQuery {
            descending,
            limit: 63,
            ..query(sort)
        };
        let rows = deck.page(&all).await.items;
        let order: Vec<Uuid> = rows.iter().map(|(key, _)| key.id).collect();
        assert_eq!(order, sorted(keys.clone(), sort, descending));
        let show = async |position, expected: std::ops::Range<usize>| {
            let query = KeyQuery {
                position,
                limit: 10,
                ..all.clone()
            };
            let page = deck.page(&query).await;
            let shown: Vec<Uuid> = page.items.iter().map(|(key, _)| key.id).collect();
            assert_eq!(shown, order[expected.clone()], "{query:?}");
            assert_eq!(page.more_before, expected.start > 0, "{query:?}");
            assert_eq!(page.more_after, expected.end < 63, "{query:?}");
        };
        let place = |n: usize| rows[n].1.clone();
        show(Position::Start, 0..10).await;
        show(Position::End, 53..63).await;
        show(Position::After(place(19)), 20..30).await;
        show(Position::After(place(55)), 56..63).await;
        show(Position::At(place(20)), 20..30).await;
        show(Position::At(place(0)), 0..10).await;
        show(Position::Before(place(20)), 10..20).await;
        show(Position::Before(place(4)), 0..4).await;
        show(Position::Around(order[30]), 25..35).await;
        show(Position::Around(order[2]), 0..10).await;
        show(Position::Around(order[62]), 57..63).await;
        for behind in [Position::After(place(62)), Position::Before(place(0))] {
            let nothing = KeyQuery {
                position: behind,
                ..all.clone()
            };
            let page = deck.page(&nothing).await;
            assert!(page.items.is_empty() && !page.more_before && !page.more_after);
        }
    }
}

#[tokio::test]
async fn around_a_key_that_is_not_among_the_filtered_is_nothing() {
    let deck = Deck::new().await;
    let keys = deck.sixty().await;
    let of_owner = keys
        .iter()
        .find(|key| key.creator.id == deck.owner.id && key.scope == Scope::Web)
        .unwrap();
    let around = KeyQuery {
        position: Position::Around(of_owner.id),
        ..query(Sort::Name)
    };
    assert!(deck.store.keys(&around).await.unwrap().is_some());
    let hidden = KeyQuery {
        visible: Visible::CreatedBy(deck.editor.id),
        ..around.clone()
    };
    assert!(deck.store.keys(&hidden).await.unwrap().is_none());
    let filtered = KeyQuery {
        filter: text("no such"),
        ..around.clone()
    };
    assert!(deck.store.keys(&filtered).await.unwrap().is_none());
    let missing = KeyQuery {
        position: Position::Around(Uuid::nil()),
        ..around
    };
    assert!(deck.store.keys(&missing).await.unwrap().is_none());
}

#[tokio::test]
async fn a_place_in_another_scope_is_before_or_behind_the_filtered_one() {
    let deck = Deck::new().await;
    deck.sixty().await;
    let scope = query(Sort::Scope);
    let mobile = KeyFilter {
        scope: Some(Scope::Mobile),
        ..KeyFilter::default()
    };
    for (descending, limit) in [(false, 60), (true, 60)] {
        let all = deck
            .page(&KeyQuery {
                descending,
                limit,
                ..scope.clone()
            })
            .await
            .items;
        let place = |scope| {
            let of_scope = |place: &&_| matches!(place, &&keydeck::server::store::Place { value: PlaceValue::Scope(s, _), .. } if s == scope);
            all.iter().map(|(_, place)| place).find(of_scope).unwrap().clone()
        };
        let after = async |scope_of_place| {
            let position = Position::After(place(scope_of_place));
            let query = KeyQuery {
                descending,
                limit,
                position,
                filter: mobile.clone(),
                ..scope.clone()
            };
            deck.page(&query).await.items.len()
        };
        let (before, behind) = if descending {
            (Scope::Analytics, Scope::Web)
        } else {
            (Scope::Web, Scope::Analytics)
        };
        assert_eq!(after(before).await, 20);
        assert_eq!(after(behind).await, 0);
    }
}
