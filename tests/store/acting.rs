//! Who acts: what was known of them when it was decided that they may must still hold.

use keydeck::api::SessionServer;
use keydeck::model::{Role, Scope, TokenHash};
use keydeck::server::store::{
    Actor, Fate, NewSessionServer, NewUserRecord, Sealed, StoreError, StoreResult, Visible,
};
use uuid::Uuid;

use super::deck::{Deck, actor, new_key};

impl Deck {
    /// What came of everything that `by` can do, each with its name.
    async fn everything(&self, key: Uuid, by: Actor) -> Vec<(&'static str, StoreResult<()>)> {
        let (store, shop, editor) = (&self.store, self.shop.id, self.editor.id);
        let user = NewUserRecord {
            email: "ada@acme.example".into(),
            role: Role::Owner,
            token: None,
        };
        let server = NewSessionServer {
            server: SessionServer {
                url: "wss://a.example".into(),
                key_name: "main".into(),
            },
            private_key: Some(Sealed {
                data_key: 1,
                bytes: vec![1; 72],
            }),
        };
        let (all, settings, token) = (
            Visible::All,
            new_key(Scope::Web, "", None).valid.settings,
            TokenHash::of("kdu_new"),
        );
        vec![
            ("add a user", store.add_user(user, by).await.map(drop)),
            (
                "keep a role",
                store.set_role(editor, Role::Editor, by).await.map(drop),
            ),
            (
                "set a role",
                store.set_role(editor, Role::Owner, by).await.map(drop),
            ),
            (
                "replace a token",
                store.replace_token(editor, token, by).await.map(drop),
            ),
            (
                "add a project",
                store.add_project("New".into(), true, by).await.map(drop),
            ),
            (
                "edit a project",
                store
                    .edit_project(shop, None, Some(false), all, by)
                    .await
                    .map(drop),
            ),
            (
                "set a session server",
                store.set_session_server(shop, server, by).await.map(drop),
            ),
            (
                "remove a session server",
                store.remove_session_server(shop, by).await.map(drop),
            ),
            (
                "create a key",
                store
                    .create_key(new_key(Scope::Analytics, "New", None), by)
                    .await
                    .map(drop),
            ),
            ("reveal a key", store.reveal_key(key, by).await.map(drop)),
            (
                "edit a key",
                store
                    .edit_key(key, 1, "Till".into(), settings, by)
                    .await
                    .map(drop),
            ),
            ("revoke a key", store.revoke_key(key, by).await.map(drop)),
            (
                "remove a project",
                store.remove_project(shop, all, by).await.map(drop),
            ),
            (
                "remove a user",
                store.remove_user(editor, Some(Fate::Revoke), by).await.map(drop),
            ),
        ]
    }
}

#[tokio::test]
async fn who_has_another_role_or_token_by_now_does_nothing() {
    let deck = Deck::new().await;
    let key = deck.web("Checkout").await.id;
    let now = actor(&deck.owner);
    let head = deck.store.activity_head().await.unwrap();
    let before = Actor {
        role: Role::Support,
        ..now
    };
    for (what, came) in deck.everything(key, before).await {
        assert!(matches!(came, Err(StoreError::RoleChanged)), "{what}: {came:?}");
    }
    let token = Some(TokenHash::of("kdu_before"));
    for by in [
        Actor { token, ..now },
        Actor {
            user: Uuid::nil(),
            ..now
        },
    ] {
        for (what, came) in deck.everything(key, by).await {
            assert!(matches!(came, Err(StoreError::ActorGone)), "{what}: {came:?}");
        }
    }
    assert_eq!(deck.store.activity_head().await.unwrap(), head);
    let token = Some(TokenHash::of("kdu_owner"));
    for (what, came) in deck.everything(key, Actor { token, ..now }).await {
        assert!(came.is_ok(), "{what}: {came:?}");
    }
}

#[tokio::test]
async fn an_owner_may_change_their_own_role_and_token() {
    let deck = Deck::new().await;
    let by = Actor {
        token: Some(TokenHash::of("kdu_owner")),
        ..actor(&deck.owner)
    };
    let next = TokenHash::of("kdu_next");
    assert!(deck.store.replace_token(deck.owner.id, next, by).await.unwrap());
    deck.store
        .set_role(deck.editor.id, Role::Owner, actor(&deck.owner))
        .await
        .unwrap();
    let by = Actor {
        token: Some(next),
        ..by
    };
    deck.store
        .set_role(deck.owner.id, Role::Support, by)
        .await
        .unwrap();
    let late = deck.store.set_role(deck.owner.id, Role::Owner, by).await;
    assert!(matches!(late, Err(StoreError::RoleChanged)), "{late:?}");
}
