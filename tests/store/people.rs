//! The people: finding, adding and changing them.

use keydeck::api::{ActivityAction, ActivityQuery, UserQuery};
use keydeck::model::{Role, TokenHash};
use keydeck::server::store::{NewUserRecord, RoleChange, Taken, Visible};
use serde_json::json;
use uuid::Uuid;

use super::deck::{Deck, actor};

#[tokio::test]
async fn a_user_signs_in_by_token_and_has_an_address_of_their_own() {
    let deck = Deck::new().await;
    let found = deck
        .store
        .user_by_token(&TokenHash::of("kdu_editor"))
        .await
        .unwrap();
    assert_eq!(found.as_ref(), Some(&deck.editor));
    assert_eq!(
        deck.store
            .user_by_token(&TokenHash::of("kdu_nobody"))
            .await
            .unwrap(),
        None
    );
    let same_address = NewUserRecord {
        email: " ED@acme.example ".into(),
        role: Role::Support,
        token: None,
    };
    assert_eq!(
        deck.store
            .add_user(same_address, actor(&deck.owner))
            .await
            .unwrap(),
        Err(Taken)
    );
}

#[tokio::test]
async fn the_last_owner_stays_owner() {
    let deck = Deck::new().await;
    let set = async |id, role| {
        let by = deck.store.first_user(Role::Owner).await.unwrap().unwrap();
        deck.store.set_role(id, role, actor(&by)).await.unwrap()
    };
    assert!(matches!(
        set(deck.owner.id, Role::Editor).await,
        RoleChange::LastOwner
    ));
    assert!(matches!(
        set(Uuid::nil(), Role::Editor).await,
        RoleChange::Missing
    ));
    assert!(
        matches!(set(deck.editor.id, Role::Owner).await, RoleChange::Changed(u) if u.role == Role::Owner)
    );
    assert!(matches!(
        set(deck.owner.id, Role::Editor).await,
        RoleChange::Changed(_)
    ));
    assert!(matches!(
        set(deck.editor.id, Role::Support).await,
        RoleChange::LastOwner
    ));
    let log = deck
        .store
        .activity(&ActivityQuery::default(), Visible::All)
        .await
        .unwrap();
    assert_eq!(log.items[0].action, ActivityAction::UserEdited);
    assert_eq!(log.items[0].subject, "mira@acme.example");
    assert_eq!(log.items[0].changes, json!({"role": ["owner", "editor"]}));
}

#[tokio::test]
async fn people_are_paged_by_address_and_found_by_a_part_of_it() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let mut added = Vec::new();
    for email in ["Zoe@acme.example", "ana@other.example", "Bo@acme.example"] {
        let new = NewUserRecord {
            email: email.into(),
            role: Role::Analytics,
            token: None,
        };
        added.push(deck.store.add_user(new, by).await.unwrap().unwrap());
    }
    let emails = async |query| {
        let people = deck.store.people(&query).await.unwrap();
        people
            .into_iter()
            .map(|person| person.user.email)
            .collect::<Vec<_>>()
    };
    let all = UserQuery::default;
    let q = |q: &str| UserQuery {
        q: Some(q.into()),
        ..all()
    };
    assert_eq!(
        emails(all()).await,
        [
            "ana@other.example",
            "Bo@acme.example",
            "ed@acme.example",
            "mira@acme.example",
            "Zoe@acme.example"
        ]
    );
    assert_eq!(emails(q("OTHER")).await, ["ana@other.example"]);
    assert_eq!(emails(q("o@acme")).await, ["Bo@acme.example"]);
    assert!(emails(q("%")).await.is_empty());
    let behind = UserQuery {
        after: Some(added[2].id),
        limit: Some(2),
        ..all()
    };
    assert_eq!(
        emails(behind.clone()).await,
        ["ed@acme.example", "mira@acme.example"]
    );
    // Whoever was removed still says where the page goes on.
    deck.store.remove_user(added[2].id, None, by).await.unwrap();
    assert_eq!(emails(behind).await, ["ed@acme.example", "mira@acme.example"]);
    let nobody = UserQuery {
        after: Some(Uuid::nil()),
        ..all()
    };
    assert!(emails(nobody).await.is_empty());
}

#[tokio::test]
async fn a_new_token_takes_the_place_of_the_one_before() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let (old, new) = (TokenHash::of("kdu_editor"), TokenHash::of("kdu_new"));
    assert!(deck.store.replace_token(deck.editor.id, new, by).await.unwrap());
    assert_eq!(deck.store.user_by_token(&old).await.unwrap(), None);
    assert_eq!(
        deck.store.user_by_token(&new).await.unwrap(),
        Some(deck.editor.clone())
    );
    assert!(!deck.store.replace_token(Uuid::nil(), old, by).await.unwrap());
    let log = deck
        .store
        .activity(&ActivityQuery::default(), Visible::All)
        .await
        .unwrap();
    assert_eq!(log.items[0].action, ActivityAction::TokenReplaced);
    assert_eq!(
        (log.items[0].subject.as_str(), &log.items[0].changes),
        ("ed@acme.example", &json!({}))
    );
    deck.store.remove_user(deck.editor.id, None, by).await.unwrap();
    assert!(!deck.store.replace_token(deck.editor.id, old, by).await.unwrap());
}
