//! The people: finding, adding and changing them.

use keydeck::api::{ActivityAction, ActivityQuery};
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
    let by = actor(&deck.owner);
    let set = async |id, role| deck.store.set_role(id, role, by).await.unwrap();
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
