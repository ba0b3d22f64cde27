//! The activity log in its file: loaded with sample data, and tampered with.

use jiff::Timestamp;
use keydeck::api::{ActivityAction, ActivityQuery};
use keydeck::model::{Role, Scope};
use keydeck::server::store::sqlite::{SampleKey, SampleProject, SampleUser, SqliteStore};
use keydeck::server::store::{Changed, Visible};
use rusqlite::Connection;
use uuid::Uuid;

use super::activity::{assert_chained, log};
use super::deck::{Deck, new_key};

#[tokio::test]
async fn loaded_keys_are_chained_behind_what_was_there() {
    let deck = Deck::new().await;
    let store = SqliteStore::open(&deck.place.path).unwrap();
    let ana = SampleUser {
        id: Uuid::now_v7(),
        email: "ana@acme.example".into(),
        role: Role::Editor,
        created_at: Timestamp::now(),
    };
    let project = SampleProject {
        id: Uuid::now_v7(),
        name: "Quokka Island".into(),
        creator: ana.id,
        deployed: true,
        created_at: Timestamp::now(),
    };
    let creators = [ana.id, deck.owner.id];
    let keys = (0..1_000).map(|n| SampleKey {
        new: new_key(Scope::Web, &format!("Key {n}"), Some(project.id)),
        creator: creators[n % 2],
        last_used_at: None,
        usage: Vec::new(),
    });
    store.bulk_load([ana], [project.clone()], keys, |_| {}).unwrap();
    deck.web("Behind them").await;
    assert_chained(&*deck.store, 3 + 1_000 + 1).await;
}

#[tokio::test]
async fn a_row_that_was_tampered_with_hides_no_other() {
    let deck = Deck::new().await;
    deck.web("Checkout").await;
    let before = log(&*deck.store, ActivityQuery::default(), Visible::All).await;
    let conn = Connection::open(&deck.place.path).unwrap();
    conn.execute_batch(
        "DROP TRIGGER activity_is_not_rewritten;
         PRAGMA ignore_check_constraints = ON;
         UPDATE activity SET at = 9223372036854775807, action = 'none', address = 'x', changes = '{',
                             subject = CAST(x'ff' AS TEXT), hash = x'00'
          WHERE seq = 2;",
    )
    .unwrap();
    let now = log(&*deck.store, ActivityQuery::default(), Visible::All).await;
    assert_eq!(now.len(), before.len());
    for (old, new) in before.iter().zip(&now) {
        match old.seq {
            2 => assert_eq!((new.action, new.address), (ActivityAction::Unknown, None)),
            _ => assert_eq!(old, new),
        }
    }
    let told = deck.store.changes_since(0, 100).await.unwrap();
    assert_eq!(told.len(), before.len());
    let of_row_2 = told.iter().find(|change| change.seq == 2).unwrap();
    assert_eq!(of_row_2.what, Changed::Log);
}
