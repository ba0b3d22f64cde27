//! Keys by what they, their projects and creators are called, by the day on which they were created, and by a text among
//! those that were revoked.

use jiff::{Timestamp, ToSpan};
use keydeck::api::{KeyFilter, Sort};
use keydeck::model::{Role, Scope, StateFilter};
use keydeck::server::store::{KeyQuery, KeyRecord, NewUserRecord, Visible};
use uuid::Uuid;

use super::deck::{Deck, actor, new_key, query, text};

fn ids(keys: &[KeyRecord]) -> Vec<Uuid> {
    keys.iter().map(|key| key.id).collect()
}

impl Deck {
    async fn found(&self, filter: KeyFilter, sort: Sort, descending: bool) -> Vec<KeyRecord> {
        let query = KeyQuery {
            filter: filter.clone(),
            descending,
            limit: 7,
            ..query(sort)
        };
        let found = self.listing(&query).await;
        let counts = self.store.count_keys(Visible::All, &filter).await.unwrap();
        assert_eq!(counts.total(), found.len() as u64, "{filter:?}");
        found
    }

    async fn revoke(&self, key: &KeyRecord) {
        self.store.revoke_key(key.id, actor(&self.owner)).await.unwrap();
    }

    /// The names of the projects that are called so, each with how well it fits.
    async fn projects_called(&self, text: &str, visible: Visible) -> Vec<(String, i64)> {
        let called = self.store.projects_called(text, visible).await.unwrap();
        called
            .into_iter()
            .map(|project| (project.name, project.rank))
            .collect()
    }

    async fn creators_called(&self, text: &str, visible: Visible) -> Vec<(String, i64)> {
        let called = self.store.creators_called(text, visible).await.unwrap();
        called
            .into_iter()
            .map(|person| (person.name, person.rank))
            .collect()
    }
}

#[tokio::test]
async fn a_text_finds_revoked_keys_as_it_finds_others() {
    let deck = Deck::new().await;
    let all = deck.sixty().await;
    let key = new_key(Scope::Mobile, "キオスク 🥝 駅", Some(deck.kiosk.id));
    let kiosk = deck.create(key, &deck.owner).await;
    let texts = [
        "checkout",
        "CHECK",
        "ko",
        "1",
        "über 100%",
        "100%",
        "\"a\"",
        "storefront",
        "kiosk",
        "shop.acme",
        "https://shop.acme.example",
        "http",
        "com.Acme.Shop",
        "キオスク",
        "キオ",
        "🥝",
        "zzz",
        "_",
        "x y",
    ];
    let found = async |state: Option<StateFilter>| {
        let mut found = Vec::new();
        for q in texts {
            let filter = KeyFilter { state, ..text(q) };
            let mut keys = ids(&deck.found(filter, Sort::CreatedAt, true).await);
            keys.sort_unstable();
            found.push(keys);
        }
        found
    };
    let before = found(None).await;
    assert!(
        before.iter().filter(|keys| keys.is_empty()).count() <= 4,
        "{before:?}"
    );
    for key in all.iter().chain([&kiosk]) {
        deck.revoke(key).await;
    }
    assert_eq!(found(Some(StateFilter::Revoked)).await, before);
    assert!(found(None).await.iter().all(Vec::is_empty));
}

#[tokio::test]
async fn a_whole_name_finds_no_other() {
    let deck = Deck::new().await;
    let board = async |name: &str, project: Uuid| {
        deck.create(new_key(Scope::Web, name, Some(project)), &deck.owner)
            .await
    };
    let named = [
        board("Straße A", deck.shop.id).await,
        board("STRASSE a", deck.kiosk.id).await,
    ];
    for other in ["Straße A 2", "Straße", "A", "Das Straße A"] {
        board(other, deck.shop.id).await;
    }
    let name = |state| KeyFilter {
        name: Some("strasse A".into()),
        state,
        ..KeyFilter::default()
    };
    for sort in [Sort::Name, Sort::CreatedAt, Sort::Scope, Sort::LastUsedAt] {
        let mut found = ids(&deck.found(name(None), sort, false).await);
        found.sort_unstable();
        let mut expected = ids(&named);
        expected.sort_unstable();
        assert_eq!(found, expected, "{sort:?}");
    }
    deck.revoke(&named[0]).await;
    let left = deck.found(name(None), Sort::Name, false).await;
    assert_eq!(ids(&left), [named[1].id]);
    let gone = deck
        .found(name(Some(StateFilter::Revoked)), Sort::CreatedAt, true)
        .await;
    assert_eq!(ids(&gone), [named[0].id]);
}

#[tokio::test]
async fn keys_that_were_created_since_are_those_from_that_instant_on() {
    let deck = Deck::new().await;
    let start = Timestamp::now().saturating_sub(100.hours()).unwrap();
    let mut all = Vec::new();
    for n in 0..20_i64 {
        let mut key = new_key(Scope::Web, &format!("Till {n}"), Some(deck.shop.id));
        key.created_at = start.saturating_add(n.hours()).unwrap();
        all.push(deck.create(key, &deck.owner).await);
    }
    let since = |n: usize| KeyFilter {
        created_since: Some(all[n].created_at),
        ..KeyFilter::default()
    };
    for sort in [Sort::CreatedAt, Sort::Name, Sort::LastUsedAt, Sort::ExpiresAt] {
        for descending in [false, true] {
            let mut found = ids(&deck.found(since(13), sort, descending).await);
            if sort == Sort::CreatedAt && descending {
                found.reverse();
            }
            if sort != Sort::CreatedAt {
                found.sort_by_key(|id| all.iter().position(|key| key.id == *id));
            }
            assert_eq!(found, ids(&all[13..]), "{sort:?} {descending}");
        }
    }
    for key in &all[10..15] {
        deck.revoke(key).await;
    }
    let revoked = KeyFilter {
        state: Some(StateFilter::Revoked),
        ..since(13)
    };
    assert_eq!(deck.found(revoked, Sort::CreatedAt, true).await.len(), 2);
}

#[tokio::test]
async fn projects_and_people_are_found_by_their_whole_name_first() {
    let deck = Deck::new().await;
    for name in ["Store", "Bookstore", "店頭 キオスク", "Straße"] {
        deck.store
            .add_project(name.into(), true, actor(&deck.owner))
            .await
            .unwrap()
            .unwrap();
    }
    let pairs = |pairs: &[(&str, i64)]| -> Vec<(String, i64)> {
        pairs
            .iter()
            .map(|(name, rank)| ((*name).to_owned(), *rank))
            .collect()
    };
    for (text, found) in [
        ("STORE", &[("Store", 0), ("Bookstore", 2), ("Storefront", 2)][..]),
        ("front", &[("Storefront", 2)]),
        ("strasse", &[("Straße", 0)]),
        ("キオスク", &[("店頭 キオスク", 2)]),
        ("nothing", &[]),
        ("%", &[]),
    ] {
        assert_eq!(
            deck.projects_called(text, Visible::All).await,
            pairs(found),
            "{text}"
        );
    }
    let theirs = Visible::CreatedBy(deck.editor.id);
    assert_eq!(deck.projects_called("o", theirs).await, pairs(&[("Kiosk", 2)]));

    // Whose keys nobody has seen is told to nobody.
    let mut people = Vec::new();
    for email in ["ed@shop.example", "ted@acme.example", "fred@acme.example"] {
        let new = NewUserRecord {
            email: email.into(),
            role: Role::Editor,
            token: None,
        };
        people.push(
            deck.store
                .add_user(new, actor(&deck.owner))
                .await
                .unwrap()
                .unwrap(),
        );
    }
    assert_eq!(deck.creators_called("ed", Visible::All).await, pairs(&[]));
    let kiosk = new_key(Scope::Analytics, "Ed's", None);
    deck.create(kiosk, &deck.editor).await;
    for person in &people[..2] {
        let key = deck
            .create(new_key(Scope::Analytics, &person.email, None), person)
            .await;
        deck.revoke(&key).await;
    }
    let found = deck.creators_called("ED", Visible::All).await;
    assert_eq!(
        found,
        pairs(&[
            ("ed@acme.example", 1),
            ("ed@shop.example", 1),
            ("ted@acme.example", 2)
        ])
    );
    assert_eq!(
        deck.creators_called("ed@acme.example", Visible::All).await,
        pairs(&[("ed@acme.example", 0), ("ted@acme.example", 2)])
    );
    assert_eq!(
        deck.creators_called("ed", theirs).await,
        pairs(&[("ed@acme.example", 1)])
    );
}
