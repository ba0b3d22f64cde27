//! An index that says something else than its table is named: checks and what the log states are read from indexes.

use std::path::Path;

use keydeck::model::{Scope, TokenHash};
use rusqlite::Connection;

use super::deck::{Deck, actor, new_key};
use super::statements::compared;

/// The index, what the table holds while it is kept, and what again once it isn't; and what is said of it.
const FORGED: [(&str, &str, &str, &str); 6] = [
    // A revoked key that is active again, and an active one with another domain.
    (
        "keys_by_token_hash",
        "UPDATE keys SET revoked_at = NULL, revoked_by = NULL WHERE name = 'Gone'",
        "UPDATE keys SET revoked_at = 1, revoked_by = 1 WHERE name = 'Gone'",
        "the index keys_by_token_hash says something else than row 2 of its table keys",
    ),
    (
        "keys_by_token_hash",
        "UPDATE keys SET ui_domains = 'https://evil.example' WHERE name = 'Checkout'",
        "UPDATE keys SET ui_domains = 'https://shop.acme.example' WHERE name = 'Checkout'",
        "the index keys_by_token_hash says something else than row 1 of its table keys",
    ),
    // One that is there once more, in place of nobody.
    (
        "keys_by_token_hash",
        "INSERT INTO keys (id, name, name_key, scope, creator, created_at, hint, ui_domains, cross_page_persistence, token_hash)
         VALUES (randomblob(16), 'Mine', 'mine', 2, 1, 1, '', '', 0, randomblob(32))",
        "DELETE FROM keys WHERE name = 'Mine'",
        "the index keys_by_token_hash has 4 entries, but its table keys has 3 rows for it",
    ),
    (
        "keys_by_creator_name",
        "UPDATE keys SET creator = 2 WHERE name = 'Board'",
        "UPDATE keys SET creator = 1 WHERE name = 'Board'",
        "the index keys_by_creator_name says something else than row 3 of its table keys",
    ),
    // The newest that the log states of somebody is found by it.
    (
        "activity_by_entity",
        "UPDATE activity SET entity = NULL WHERE seq = (SELECT max(seq) FROM activity WHERE entity IS NOT NULL)",
        "UPDATE activity SET entity = (SELECT id FROM users WHERE email = 'ed@acme.example')
          WHERE action = 'token_replaced'",
        "the index activity_by_entity has ",
    ),
    (
        "removals_unfinished",
        "INSERT INTO removals (person, asked_by, begun_at) VALUES (2, 1, 1)",
        "DELETE FROM removals",
        "the index removals_unfinished has 1 entries, but its table removals has 0 rows for it",
    ),
];

/// Makes the index one of what the table was once.
fn forge(path: &Path, index: &str, with: &str, without: &str) {
    let conn = Connection::open(path).unwrap();
    let mut triggers = conn
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap();
    let triggers: Vec<(String, String)> = triggers
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let drop: String = triggers
        .iter()
        .map(|(name, _)| format!("DROP TRIGGER {name};"))
        .collect();
    let make: String = triggers.iter().map(|(_, sql)| format!("{sql};")).collect();
    conn.execute_batch(&format!(
        "{drop} {with};
         PRAGMA writable_schema = ON;
         CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = '{index}';
         DELETE FROM sqlite_schema WHERE name = '{index}';
         PRAGMA writable_schema = RESET;
         {without};
         PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema SELECT * FROM kept;
         PRAGMA writable_schema = RESET;
         {make}"
    ))
    .unwrap();
}

#[tokio::test]
async fn an_index_that_disagrees_with_its_table_is_named() {
    for (index, with, without, sentence) in FORGED {
        let deck = Deck::new().await;
        let by = actor(&deck.owner);
        deck.web("Checkout").await;
        let gone = new_key(Scope::Analytics, "Gone", None);
        let token = gone.token_hash;
        let gone = deck.create(gone, &deck.owner).await;
        deck.store.revoke_key(gone.id, by).await.unwrap();
        deck.create(new_key(Scope::Analytics, "Board", None), &deck.owner)
            .await;
        let editor = deck.editor.id;
        assert!(
            deck.store
                .replace_token(editor, TokenHash::of("kdu_new"), by)
                .await
                .unwrap()
        );
        let explained = compared(&*deck.store).await;
        assert_eq!(explained, Ok(2 + 2 + 3));
        let place = deck.place;
        drop(deck.store);
        forge(&place.path, index, with, without);
        let store = super::engine::again(&place).await;
        if without.contains("'Gone'") {
            // What it is about: the check believes the index.
            let checked = store.check(&token, None).await.unwrap().key.unwrap();
            assert!(!checked.standing.revoked);
        }
        let said = compared(&*store).await.expect_err(index);
        assert!(said.contains(sentence), "{index}: {said}");
        drop(store);
        let conn = Connection::open(&place.path).unwrap();
        conn.execute_batch("REINDEX").unwrap();
        drop(conn);
        let store = super::engine::again(&place).await;
        assert_eq!(compared(&*store).await, explained, "{index}");
    }
}
