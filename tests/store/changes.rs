//! Creating, editing, revoking and revealing keys, and what the log says of it.

use keydeck::api::{ActivityAction, ActivityQuery, KeyEventKind, KeyFilter, Sort};
use keydeck::model::{AllowedNetwork, Scope, TokenHash};
use keydeck::server::store::{
    Changed, Found, Idempotency, KeyChange, KeyCreation, KeyQuery, Position, Revocation, Visible,
};
use serde_json::json;
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::deck::{Deck, actor, new_key, query};

#[tokio::test]
async fn a_created_key_reads_back_as_it_was_given() {
    let deck = Deck::new().await;
    let new = new_key(Scope::Mobile, "Kiosk, Auckland", Some(deck.kiosk.id));
    let created = deck.create(new.clone(), &deck.editor).await;
    assert_eq!(created.settings, new.valid.settings);
    assert_eq!(
        created.created_at.as_microsecond(),
        new.created_at.as_microsecond()
    );
    assert_eq!((created.version, created.last_used_at), (1, None));
    assert_eq!(created.project.as_ref().unwrap().name, "Kiosk");
    assert_eq!(created.creator.email, "ed@acme.example");

    let by_id = deck.store.key(new.id, Visible::All).await.unwrap();
    assert!(matches!(by_id, Some(Found::Active(key)) if key == created));
    let by_hash = deck
        .store
        .key_by_hash(&new.token_hash, Visible::CreatedBy(deck.editor.id))
        .await
        .unwrap();
    assert!(matches!(by_hash.map(|by| by.found), Some(Found::Active(key)) if key == created));
    let not_seen = Visible::CreatedBy(deck.owner.id);
    assert!(deck.store.key(new.id, not_seen).await.unwrap().is_none());
    assert!(
        deck.store
            .key_by_hash(&new.token_hash, not_seen)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        deck.store
            .key_by_hash(&TokenHash::of("another"), Visible::All)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_name_is_taken_once_in_a_project_until_it_is_revoked() {
    let deck = Deck::new().await;
    let first = deck.web("Checkout").await;
    let create = async |scope, name, project| {
        deck.store
            .create_key(new_key(scope, name, project), actor(&deck.owner))
            .await
            .unwrap()
    };
    let (shop, kiosk) = (Some(deck.shop.id), Some(deck.kiosk.id));
    assert!(matches!(
        create(Scope::Mobile, "Checkout", shop).await,
        KeyCreation::NameTaken
    ));
    assert!(matches!(
        create(Scope::Web, "checkout", shop).await,
        KeyCreation::NameTaken
    ));
    assert!(matches!(
        create(Scope::Web, "Checkout", kiosk).await,
        KeyCreation::Created(_)
    ));
    assert!(matches!(
        create(Scope::Analytics, "Checkout", None).await,
        KeyCreation::Created(_)
    ));
    assert!(matches!(
        create(Scope::Analytics, "Checkout", None).await,
        KeyCreation::NameTaken
    ));
    deck.store.revoke_key(first.id, actor(&deck.owner)).await.unwrap();
    assert!(matches!(
        create(Scope::Web, "Checkout", shop).await,
        KeyCreation::Created(_)
    ));
}

#[tokio::test]
async fn a_key_needs_a_project_that_is_deployed() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let draft = deck
        .store
        .add_project("Draft".into(), false, by)
        .await
        .unwrap()
        .unwrap();
    let create = async |project| {
        deck.store
            .create_key(new_key(Scope::Web, "Key", Some(project)), by)
            .await
            .unwrap()
    };
    assert!(matches!(create(draft.id).await, KeyCreation::ProjectNotDeployed));
    assert!(matches!(create(Uuid::nil()).await, KeyCreation::ProjectMissing));
    deck.store
        .edit_project(draft.id, None, Some(true), Visible::All, by)
        .await
        .unwrap();
    assert!(matches!(create(draft.id).await, KeyCreation::Created(_)));
}

#[tokio::test]
async fn an_idempotency_key_makes_one_key() {
    let deck = Deck::new().await;
    let (owner, editor) = (actor(&deck.owner), actor(&deck.editor));
    let attempt = |name, fingerprint| {
        let mut new = new_key(Scope::Web, name, Some(deck.shop.id));
        new.idempotency = Some(Idempotency {
            key: "once".into(),
            fingerprint: [fingerprint; 32],
        });
        new
    };
    let KeyCreation::Created(first) = deck.store.create_key(attempt("One", 1), owner).await.unwrap() else {
        panic!("not created");
    };
    let again = deck.store.create_key(attempt("One", 1), owner).await.unwrap();
    assert!(matches!(again, KeyCreation::Replayed(Some(key)) if key == first));
    let other = deck.store.create_key(attempt("Two", 2), owner).await.unwrap();
    assert!(matches!(other, KeyCreation::Mismatch));
    let of_another_user = deck.store.create_key(attempt("Two", 2), editor).await.unwrap();
    assert!(matches!(of_another_user, KeyCreation::Created(_)));
    deck.store.revoke_key(first.id, owner).await.unwrap();
    let revoked_since = deck.store.create_key(attempt("One", 1), owner).await.unwrap();
    assert!(matches!(revoked_since, KeyCreation::Replayed(None)));
    let counts = deck
        .store
        .count_keys(Visible::All, &KeyFilter::default())
        .await
        .unwrap();
    assert_eq!(counts.total(), 1);
}

#[tokio::test]
async fn the_second_of_two_edits_sees_what_the_first_changed() {
    let deck = Deck::new().await;
    let key = deck.web("Checkout").await;
    let edit = async |version, name: &str, settings: &_| {
        let settings: keydeck::model::Settings = Clone::clone(settings);
        deck.store
            .edit_key(key.id, version, name.into(), settings, actor(&deck.owner))
            .await
            .unwrap()
    };
    let mut settings = key.settings.clone();
    settings.cross_page_persistence = true;
    let KeyChange::Changed(changed) = edit(1, "Till", &settings).await else {
        panic!("not changed");
    };
    assert_eq!((changed.version, changed.name.as_str()), (2, "Till"));
    let read = deck.store.key(key.id, Visible::All).await.unwrap();
    assert!(matches!(read, Some(Found::Active(now)) if now == changed));
    assert!(matches!(edit(1, "Desk", &settings).await, KeyChange::Conflict(now) if now == changed));
    let row = &deck
        .store
        .activity(&ActivityQuery::default(), Visible::All)
        .await
        .unwrap()
        .items[0];
    assert_eq!(row.action, ActivityAction::KeyEdited);
    assert_eq!(
        row.changes,
        json!({"name": ["Checkout", "Till"], "cross_page_persistence": [false, true]})
    );
}

#[tokio::test]
async fn a_note_is_kept_of_every_key_and_decides_nothing() {
    let deck = Deck::new().await;
    for (scope, project) in [(Scope::Web, Some(deck.shop.id)), (Scope::Analytics, None)] {
        let mut new = new_key(scope, "Noted", project);
        new.valid.settings.note = Some("Ask Mira.".into());
        let hash = new.token_hash;
        let created = deck.store.create_key(new, actor(&deck.owner)).await.unwrap();
        let KeyCreation::Created(key) = created else {
            panic!("not created");
        };
        assert_eq!(key.settings.note.as_deref(), Some("Ask Mira."));
        let mut settings = key.settings.clone();
        settings.note = None;
        let edited = deck
            .store
            .edit_key(key.id, 1, key.name.clone(), settings, actor(&deck.owner));
        assert!(matches!(edited.await.unwrap(), KeyChange::Changed(now) if now.settings.note.is_none()));
        let rows = deck
            .store
            .activity(&ActivityQuery::default(), Visible::All)
            .await
            .unwrap()
            .items;
        assert_eq!(rows[0].changes, json!({"note": ["Ask Mira.", null]}));
        assert_eq!(rows[1].changes["note"], json!([null, "Ask Mira."]));
        let checked = deck.store.check(&hash, None).await.unwrap();
        assert!(
            checked
                .key
                .is_some_and(|key| key.settings.note.is_none() && !key.standing.revoked)
        );
    }
}

#[tokio::test]
async fn an_edit_that_changes_nothing_writes_nothing() {
    let deck = Deck::new().await;
    let key = deck.web("Checkout").await;
    let before = deck.store.last_seq().await.unwrap();
    let same = deck.store.edit_key(
        key.id,
        1,
        key.name.clone(),
        key.settings.clone(),
        actor(&deck.owner),
    );
    assert!(matches!(same.await.unwrap(), KeyChange::Changed(now) if now == key));
    assert_eq!(deck.store.last_seq().await.unwrap(), before);
}

#[tokio::test]
async fn an_edit_can_not_take_a_taken_name() {
    let deck = Deck::new().await;
    let key = deck.web("Checkout").await;
    deck.web("Till").await;
    let edit = deck
        .store
        .edit_key(key.id, 1, "Till".into(), key.settings.clone(), actor(&deck.owner));
    assert!(matches!(edit.await.unwrap(), KeyChange::NameTaken));
}

#[tokio::test]
async fn a_revoked_key_leaves_a_tombstone_and_nothing_else() {
    let deck = Deck::new().await;
    let new = new_key(Scope::Web, "Checkout", Some(deck.shop.id));
    let key = deck.create(new.clone(), &deck.editor).await;
    let by = actor(&deck.owner);
    assert!(matches!(
        deck.store.revoke_key(key.id, by).await.unwrap(),
        Revocation::Revoked
    ));

    let found = deck
        .store
        .key_by_hash(&new.token_hash, Visible::All)
        .await
        .unwrap();
    let Some(Found::Revoked(tombstone)) = found.clone().map(|by| by.found) else {
        panic!("no tombstone: {found:?}");
    };
    assert_eq!((tombstone.id, tombstone.revoked_by.id), (key.id, deck.owner.id));
    let again = deck.store.revoke_key(key.id, actor(&deck.editor)).await.unwrap();
    assert!(matches!(again, Revocation::AlreadyRevoked(t) if t.revoked_at == tombstone.revoked_at));
    assert!(matches!(
        deck.store.revoke_key(Uuid::nil(), by).await.unwrap(),
        Revocation::Missing
    ));
    assert!(deck.store.reveal_key(key.id, by).await.unwrap().is_none());
    let edit = deck
        .store
        .edit_key(key.id, 1, "Till".into(), key.settings.clone(), by);
    assert!(matches!(edit.await.unwrap(), KeyChange::Missing));
    for sort in Sort::iter() {
        assert!(deck.page(&query(sort)).await.items.is_empty());
    }
    for q in [None, Some("check".to_owned())] {
        let filter = KeyFilter {
            q,
            ..KeyFilter::default()
        };
        assert_eq!(
            deck.store
                .count_keys(Visible::All, &filter)
                .await
                .unwrap()
                .total(),
            0
        );
    }
}

#[tokio::test]
async fn a_revelation_is_in_the_log() {
    let deck = Deck::new().await;
    let new = new_key(Scope::Web, "Checkout", Some(deck.shop.id));
    deck.create(new.clone(), &deck.owner).await;
    let revealed = deck.store.reveal_key(new.id, actor(&deck.owner)).await.unwrap();
    assert_eq!(revealed, new.sealed);
    let log = deck
        .store
        .activity(&ActivityQuery::default(), Visible::All)
        .await
        .unwrap();
    assert_eq!(log.items[0].action, ActivityAction::KeyRevealed);
    assert_eq!(log.items[0].key, Some(new.id));

    let shown_once = new_key(Scope::Analytics, "Board", None);
    deck.create(shown_once.clone(), &deck.owner).await;
    let before = deck.store.last_seq().await.unwrap();
    assert_eq!(
        deck.store
            .reveal_key(shown_once.id, actor(&deck.owner))
            .await
            .unwrap(),
        None
    );
    assert_eq!(deck.store.last_seq().await.unwrap(), before);
}

#[tokio::test]
async fn the_log_pages_backwards_and_hides_the_keys_of_others() {
    let deck = Deck::new().await;
    let keys = deck.sixty().await;
    let read = async |key, visible| {
        let mut query = ActivityQuery {
            key,
            limit: Some(7),
            before: None,
            ..ActivityQuery::default()
        };
        let mut rows = Vec::new();
        loop {
            let page = deck.store.activity(&query, visible).await.unwrap();
            rows.extend(page.items);
            match page.next {
                Some(next) => query.before = Some(next),
                None => return rows,
            }
        }
    };
    let all = read(None, Visible::All).await;
    assert_eq!(all.len(), 1 + 2 + 60);
    assert!(all.is_sorted_by(|newer, older| newer.seq > older.seq));
    let of_editor = keys.iter().filter(|key| key.creator.id == deck.editor.id).count();
    assert_eq!(
        read(None, Visible::CreatedBy(deck.editor.id)).await.len(),
        of_editor
    );
    assert_eq!(read(Some(keys[1].id), Visible::All).await.len(), 1);
    assert!(
        read(Some(keys[1].id), Visible::CreatedBy(deck.editor.id))
            .await
            .is_empty()
    );
    assert!(read(Some(Uuid::nil()), Visible::All).await.is_empty());
}

#[tokio::test]
async fn events_tell_the_changes_of_keys_in_order() {
    let deck = Deck::new().await;
    let from = deck.store.last_seq().await.unwrap();
    let key = deck.web("Checkout").await;
    let by = actor(&deck.owner);
    deck.store.reveal_key(key.id, by).await.unwrap();
    deck.store
        .edit_key(key.id, 1, "Till".into(), key.settings.clone(), by)
        .await
        .unwrap();
    deck.store.revoke_key(key.id, by).await.unwrap();
    let events = deck.store.changes_since(from, 10).await.unwrap();
    let what: Vec<_> = events.iter().map(|event| event.what).collect();
    let (key, creator) = (key.id, deck.owner.id);
    let kinds = [KeyEventKind::Created, KeyEventKind::Edited, KeyEventKind::Revoked];
    let [created, edited, revoked] = kinds.map(|kind| Changed::Key { kind, key, creator });
    assert_eq!(what, [created, Changed::Log, edited, revoked]);
    assert_eq!(events[3].seq, deck.store.last_seq().await.unwrap());
    let rest = deck.store.changes_since(events[0].seq, 1).await.unwrap();
    assert_eq!(rest, events[1..2]);
}

#[tokio::test]
async fn pages_skip_and_repeat_nothing_while_keys_come_and_go() {
    let deck = Deck::new().await;
    let throughout = deck.sixty().await;
    for (sort, descending) in Sort::iter().flat_map(|sort| [(sort, false), (sort, true)]) {
        let mut going = Vec::new();
        for n in 0..10 {
            going.push(deck.web(&format!("Guest {n} {sort:?} {descending}")).await);
        }
        let all = KeyQuery {
            descending,
            limit: 9,
            ..query(sort)
        };
        let mut query = all.clone();
        let mut seen = Vec::new();
        loop {
            let page = deck.page(&query).await;
            seen.extend(page.items.iter().map(|(key, _)| key.id));
            // Between any two pages one goes, perhaps the very one that the next page begins behind, and one comes.
            let boundary = page
                .items
                .iter()
                .rev()
                .find_map(|(key, _)| going.iter().position(|g| g.id == key.id));
            if let Some(gone) = boundary.or(going.len().checked_sub(1)) {
                deck.store
                    .revoke_key(going.swap_remove(gone).id, actor(&deck.owner))
                    .await
                    .unwrap();
            }
            deck.web(&format!("Comer {} {sort:?} {descending}", seen.len()))
                .await;
            match page.items.last() {
                Some((_, place)) if page.more_after => query.position = Position::After(place.clone()),
                _ => break,
            }
        }
        for key in &throughout {
            assert_eq!(
                seen.iter().filter(|id| **id == key.id).count(),
                1,
                "{sort:?} {descending}"
            );
        }
    }
}

#[tokio::test]
async fn networks_are_kept_read_with_a_check_and_told_in_the_log() {
    let deck = Deck::new().await;
    let networks = |networks: &[&str]| -> Vec<AllowedNetwork> {
        let parsed = networks.iter().map(|text| AllowedNetwork::parse(text));
        parsed.collect::<Result<_, _>>().unwrap()
    };
    let many: Vec<String> = (0..64).map(|n| format!("2001:db8:{n}:ffff::/64")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let projects = [
        (Scope::Web, Some(deck.shop.id)),
        (Scope::Mobile, Some(deck.shop.id)),
        (Scope::Analytics, None),
    ];
    for (scope, project) in projects {
        let mut new = new_key(scope, &scope.to_string(), project);
        let hash = new.token_hash;
        new.valid.settings.allowed_networks = networks(&["10.0.0.0/8", "2001:db8::7"]);
        let created = deck.store.create_key(new, actor(&deck.owner)).await.unwrap();
        let KeyCreation::Created(key) = created else {
            panic!("not created");
        };
        let checked = async || {
            let checked = deck.store.check(&hash, None).await.unwrap().key.unwrap();
            let domains = (checked.settings.ui_domains == key.settings.ui_domains).then_some(());
            domains.map(|()| checked.settings.allowed_networks)
        };
        assert_eq!(
            key.settings.allowed_networks,
            networks(&["10.0.0.0/8", "2001:db8::7"])
        );
        assert_eq!(checked().await.as_ref(), Some(&key.settings.allowed_networks));
        for (version, (after, changes)) in [
            (&many[..], json!([["10.0.0.0/8", "2001:db8::7"], many])),
            (&[][..], json!([many, []])),
        ]
        .into_iter()
        .enumerate()
        {
            let mut settings = key.settings.clone();
            settings.allowed_networks = networks(after);
            let edited = deck.store.edit_key(
                key.id,
                version as u64 + 1,
                key.name.clone(),
                settings.clone(),
                actor(&deck.owner),
            );
            assert!(matches!(edited.await.unwrap(), KeyChange::Changed(now) if now.settings == settings));
            assert_eq!(checked().await, Some(networks(after)));
            let newest = ActivityQuery::default();
            let rows = deck.store.activity(&newest, Visible::All).await.unwrap();
            let row = &rows.items[0];
            assert_eq!(row.changes, json!({"allowed_networks": changes}));
        }
    }
}

#[tokio::test]
async fn labels_are_kept_as_they_were_given_and_found_until_the_key_is_revoked() {
    let deck = Deck::new().await;
    let labels = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
    let found = async |label: &str| {
        let filter = KeyFilter {
            label: Some(label.into()),
            ..KeyFilter::default()
        };
        let counts = deck.store.count_keys(Visible::All, &filter).await.unwrap();
        let query = KeyQuery {
            filter,
            ..query(Sort::Name)
        };
        let listed = deck.listing(&query).await;
        assert_eq!(counts.total(), listed.len() as u64, "{label}");
        listed.into_iter().map(|key| key.name).collect::<Vec<_>>()
    };
    for (scope, project) in [(Scope::Web, Some(deck.shop.id)), (Scope::Analytics, None)] {
        let name = scope.to_string();
        let mut new = new_key(scope, &name, project);
        new.valid.settings.labels = labels(&["Team A", "eu"]);
        let created = deck.store.create_key(new, actor(&deck.owner)).await.unwrap();
        let KeyCreation::Created(key) = created else {
            panic!("not created");
        };
        assert_eq!(key.settings.labels, labels(&["Team A", "eu"]));
        assert!(found("team a").await.contains(&name) && found("EU").await.contains(&name));
        let mut settings = key.settings.clone();
        settings.labels = labels(&["us", "Team A"]);
        let edited = deck
            .store
            .edit_key(key.id, 1, key.name.clone(), settings, actor(&deck.owner));
        assert!(
            matches!(edited.await.unwrap(), KeyChange::Changed(now) if now.settings.labels == labels(&["us", "Team A"]))
        );
        let rows = deck
            .store
            .activity(&ActivityQuery::default(), Visible::All)
            .await
            .unwrap()
            .items;
        assert_eq!(
            rows[0].changes,
            json!({"labels": [["Team A", "eu"], ["us", "Team A"]]})
        );
        assert_eq!(rows[1].changes["labels"], json!([null, ["Team A", "eu"]]));
        assert_eq!(found("eu").await, [""; 0]);
        assert_eq!(found("us,team a").await, std::slice::from_ref(&name));
        deck.store.revoke_key(key.id, actor(&deck.owner)).await.unwrap();
        assert_eq!(found("us").await, [""; 0]);
    }
}
