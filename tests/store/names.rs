//! Names that look alike are one name, whoever spells it how; and what somebody does not see takes no name from them.

use keydeck::api::{ActivityAction, ActivityQuery, KeyFilter, ProjectQuery, Sort, UserQuery};
use keydeck::model::{Role, Scope, TokenHash, compared};
use keydeck::server::store::{
    Fate, KeyChange, KeyCreation, NewGatewayRecord, NewUserRecord, Removal, Taken, Visible,
};
use serde_json::json;
use uuid::Uuid;

use super::activity::{assert_chained, log};
use super::deck::{Deck, actor, new_key, query};

/// Each with other spellings of it.
const ALIKE: [(&str, [&str; 2]); 7] = [
    ("Café Nord", ["Cafe\u{301} Nord", "CAFÉ\u{a0}NORD"]),
    ("Straße", ["STRASSE", "strasse"]),
    ("İzmir", ["i\u{307}zmir", "IZMIR"]),
    ("ΟΔΟΣ", ["οδος", "οδοσ"]),
    ("oﬃce", ["office", "OF\u{ad}FICE"]),
    ("Ｋｉｏｓｋ １", ["kiosk 1", "Kiosk\u{3000}  ①"]),
    ("Pay\u{200b}pal", ["paypal", "Pay\u{2060}Pal"]),
];

fn email(name: &str) -> String {
    format!("{}@acme.example", name.replace([' ', '\u{a0}', '\u{3000}'], "."))
}

#[tokio::test]
async fn a_name_is_taken_however_it_is_spelled() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    for (name, spellings) in ALIKE {
        deck.web(name).await;
        deck.create(new_key(Scope::Analytics, name, None), &deck.owner)
            .await;
        deck.store
            .add_project(name.into(), true, by)
            .await
            .unwrap()
            .unwrap();
        let gateway = |name: &str| NewGatewayRecord {
            id: Uuid::now_v7(),
            name: name.into(),
            token: TokenHash::of(&format!("{name}{}", Uuid::new_v4())),
            added_at: jiff::Timestamp::now(),
        };
        deck.store.add_gateway(gateway(name), by).await.unwrap().unwrap();
        let person = |name: &str| NewUserRecord {
            email: email(name),
            role: Role::Editor,
            token: None,
        };
        deck.store.add_user(person(name), by).await.unwrap().unwrap();
        for spelling in spellings {
            for (scope, project) in [(Scope::Mobile, Some(deck.shop.id)), (Scope::Analytics, None)] {
                let created = deck.store.create_key(new_key(scope, spelling, project), by).await;
                assert!(matches!(created.unwrap(), KeyCreation::NameTaken), "{spelling}");
            }
            let added = deck.store.add_project(spelling.into(), true, by).await.unwrap();
            assert_eq!(added.map(|project| project.name), Err(Taken), "{spelling}");
            let added = deck.store.add_gateway(gateway(spelling), by).await.unwrap();
            assert_eq!(added.map(|gateway| gateway.name), Err(Taken), "{spelling}");
            // Where the spaces of an address are dots, those that are several are not one.
            if compared(&email(spelling)) == compared(&email(name)) {
                let added = deck.store.add_user(person(spelling), by).await.unwrap();
                assert_eq!(added.map(|user| user.email), Err(Taken), "{spelling}");
            }
        }
    }
}

#[tokio::test]
async fn another_spelling_of_its_own_name_is_free() {
    let deck = Deck::new().await;
    let key = deck.web("Straße").await;
    let edit = deck.store.edit_key(
        key.id,
        1,
        "STRASSE".into(),
        key.settings.clone(),
        actor(&deck.owner),
    );
    assert!(matches!(edit.await.unwrap(), KeyChange::Changed(key) if key.name == "STRASSE"));
    let by = actor(&deck.owner);
    let named = Some("STOREFRONT".to_owned());
    let edited = deck
        .store
        .edit_project(deck.shop.id, named, None, Visible::All, by);
    assert_eq!(edited.await.unwrap().unwrap().unwrap().name, "STOREFRONT");
}

#[tokio::test]
async fn every_spelling_finds_what_it_names() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    for (name, spellings) in ALIKE {
        let key = deck.web(&format!("{name} desk")).await;
        deck.store
            .add_project(name.into(), true, by)
            .await
            .unwrap()
            .unwrap();
        let user = NewUserRecord {
            email: email(name),
            role: Role::Editor,
            token: None,
        };
        let user = deck.store.add_user(user, by).await.unwrap().unwrap();
        for spelling in spellings.into_iter().chain([name]) {
            let mut find = query(Sort::Name);
            find.filter.q = Some(format!("{spelling} D"));
            let found = deck.listing(&find).await;
            assert_eq!(
                found.iter().map(|key| key.id).collect::<Vec<_>>(),
                [key.id],
                "{spelling}"
            );
            let counted = KeyFilter {
                q: Some(spelling.into()),
                ..KeyFilter::default()
            };
            let counts = deck.store.count_keys(Visible::All, &counted).await.unwrap();
            assert_eq!(counts.total(), 1, "{spelling}");
            let projects = ProjectQuery {
                q: Some(spelling.into()),
                ..ProjectQuery::default()
            };
            let projects = deck.store.projects(&projects, Visible::All).await.unwrap();
            assert!(projects.iter().any(|project| project.name == name), "{spelling}");
            let typed = email(spelling);
            if compared(&typed) != compared(&user.email) {
                continue;
            }
            let people = UserQuery {
                q: Some(typed.clone()),
                ..UserQuery::default()
            };
            let people = deck.store.people(&people).await.unwrap();
            assert_eq!(people.len(), 1, "{typed}");
            assert_eq!(people[0].user.id, user.id, "{typed}");
        }
    }
}

#[tokio::test]
async fn what_somebody_does_not_see_takes_no_name() {
    let deck = Deck::new().await;
    let (owner, editor) = (actor(&deck.owner), actor(&deck.editor));
    // Projects: the owner's Storefront, the editor's Kiosk.
    let own = deck
        .store
        .add_project("storefront".into(), true, editor)
        .await
        .unwrap();
    let own = own.unwrap();
    let again = deck
        .store
        .add_project("STOREFRONT".into(), true, editor)
        .await
        .unwrap();
    assert_eq!(again.map(|project| project.name), Err(Taken));
    for name in ["kiosk", "Storefront"] {
        let seen = deck.store.add_project(name.into(), true, owner).await.unwrap();
        assert_eq!(seen.map(|project| project.name), Err(Taken), "{name}");
    }
    let mine = Visible::CreatedBy(deck.editor.id);
    let rename = async |name: &str, visible, by| {
        let renamed = deck
            .store
            .edit_project(own.id, Some(name.into()), None, visible, by);
        renamed.await.unwrap().unwrap().map(|project| project.name)
    };
    assert_eq!(rename("Kiosk", mine, editor).await, Err(Taken));
    assert_eq!(rename("Kiosk", Visible::All, owner).await, Err(Taken));
    // What stays as it is called can be changed, though another is called so.
    let deployed = deck
        .store
        .edit_project(own.id, None, Some(false), Visible::All, owner);
    assert!(deployed.await.unwrap().unwrap().is_ok());
    let deployed = deck.store.edit_project(own.id, None, Some(true), mine, editor);
    assert!(deployed.await.unwrap().unwrap().is_ok());

    // Keys: of the owner in the editor's project.
    let theirs = deck
        .create(new_key(Scope::Web, "Checkout", Some(deck.kiosk.id)), &deck.owner)
        .await;
    let mine = deck
        .create(new_key(Scope::Web, "checkout", Some(deck.kiosk.id)), &deck.editor)
        .await;
    let again = new_key(Scope::Mobile, "CHECKOUT", Some(deck.kiosk.id));
    let again = deck.store.create_key(again, editor).await.unwrap();
    assert!(matches!(again, KeyCreation::NameTaken));
    let till = deck
        .create(new_key(Scope::Web, "Till", Some(deck.kiosk.id)), &deck.editor)
        .await;
    let seen = new_key(Scope::Mobile, "till", Some(deck.kiosk.id));
    let seen = deck.store.create_key(seen, owner).await.unwrap();
    assert!(matches!(seen, KeyCreation::NameTaken));
    let edit = async |key: &keydeck::server::store::KeyRecord, name: &str, by| {
        let mut settings = key.settings.clone();
        settings.cross_page_persistence = !settings.cross_page_persistence;
        deck.store
            .edit_key(key.id, key.version, name.into(), settings, by)
            .await
            .unwrap()
    };
    assert!(matches!(edit(&theirs, "TILL", owner).await, KeyChange::NameTaken));
    assert!(matches!(
        edit(&till, "Checkout", editor).await,
        KeyChange::NameTaken
    ));
    assert!(matches!(
        edit(&theirs, "Checkout", owner).await,
        KeyChange::Changed(_)
    ));
    assert!(matches!(
        edit(&mine, "Checkout", editor).await,
        KeyChange::Changed(_)
    ));
}

#[tokio::test]
async fn what_is_handed_over_gets_a_number_where_the_heir_has_the_name() {
    let deck = Deck::new().await;
    let (owner, editor) = (&deck.owner, &deck.editor);
    let ada = NewUserRecord {
        email: "ada@acme.example".into(),
        role: Role::Editor,
        token: Some(TokenHash::of("ada")),
    };
    let ada = deck.store.add_user(ada, actor(owner)).await.unwrap().unwrap();
    let kiosk = Some(deck.kiosk.id);
    deck.create(new_key(Scope::Web, "Till", kiosk), &ada).await;
    let till = deck.create(new_key(Scope::Web, "TILL", kiosk), editor).await;
    deck.create(new_key(Scope::Web, "Till (2)", kiosk), editor).await;
    deck.create(new_key(Scope::Web, "Till", Some(deck.shop.id)), editor)
        .await;
    deck.create(new_key(Scope::Analytics, "Till", None), editor).await;
    deck.store
        .add_project("kiosk".into(), true, actor(&ada))
        .await
        .unwrap()
        .unwrap();
    let removed = deck
        .store
        .remove_user(editor.id, Some(Fate::HandOver(ada.id)), actor(owner));
    let Removal::Removed(removed) = removed.await.unwrap() else {
        panic!("not removed");
    };
    assert_eq!(
        (
            removed.keys_handed_over,
            removed.projects_handed_over,
            removed.renamed
        ),
        (4, 1, 2)
    );
    let hers = Visible::CreatedBy(ada.id);
    let mut listing = query(Sort::Name);
    listing.visible = hers;
    let names: Vec<String> = deck
        .listing(&listing)
        .await
        .into_iter()
        .map(|key| key.name)
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["TILL (3)", "Till", "Till", "Till", "Till (2)"]);
    let all = ProjectQuery::default();
    let projects = deck.store.projects(&all, hers).await.unwrap();
    let projects: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
    assert_eq!(projects, ["kiosk", "Kiosk (2)"]);
    let rows = log(&*deck.store, ActivityQuery::default(), Visible::All).await;
    let handed = rows.iter().find(|row| row.key == Some(till.id)).unwrap();
    assert_eq!(
        (handed.action, handed.subject.as_str(), &handed.changes),
        (
            ActivityAction::KeyHandedOver,
            "TILL (3)",
            &json!({"creator": ["ed@acme.example", "ada@acme.example"], "name": ["TILL", "TILL (3)"]})
        )
    );
    assert_chained(&*deck.store, rows.len() as u64).await;
    // The search has the new name.
    listing.filter.q = Some("till (3)".into());
    assert_eq!(deck.listing(&listing).await.len(), 1);
}
