//! The tests' decks in PostgreSQL: each in a database of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use keydeck::server::store::postgres::{Address, PostgresStore};
use keydeck::server::store::{Founding, Store, StoreResult, WrappedDataKey};

use super::unmarked::unmarked;
use crate::postgres::Database;

/// Where a deck lies.
pub struct Place {
    pub database: Database,
}

impl Place {
    pub fn address(&self) -> Address {
        Address::parse(&self.database.url, None).unwrap()
    }
}

pub async fn found(founding: &Founding, data_key: &WrappedDataKey) -> (Arc<dyn Store>, Place) {
    let place = Place {
        database: Database::new().await,
    };
    let store = PostgresStore::create(&place.address(), founding, data_key)
        .await
        .unwrap();
    (Arc::new(store), place)
}

/// As another server has it.
pub async fn again(place: &Place) -> Arc<dyn Store> {
    Arc::new(PostgresStore::open(&place.address()).await.unwrap())
}

/// What somebody does to the database behind the program's back.
pub async fn run(place: &Place, sql: &str) -> Result<(), String> {
    place.database.run(sql).await
}

/// How this engine writes what a test puts into a statement.
pub struct Engine {
    pub random_id: &'static str,
    pub hash: &'static str,
    /// 64 hexadecimal digits, as bytes.
    pub of_hex: fn(&str) -> String,
}

pub const ENGINE: Engine = Engine {
    random_id: "gen_random_uuid()",
    hash: "decode(repeat('00', 32), 'hex')",
    of_hex: |digits| format!("decode('{digits}', 'hex')"),
};

/// The same as [`run`], by somebody who knows how to get past the triggers of a table, and puts them back.
pub async fn behind_triggers(place: &Place, table: &str, sql: &str) {
    let sql = format!(
        "BEGIN; ALTER TABLE {table} DISABLE TRIGGER USER; {sql}; ALTER TABLE {table} ENABLE TRIGGER USER; COMMIT"
    );
    run(place, &sql).await.expect(&sql);
}

/// What somebody does who makes the database one of the last version before the log stated who there is.
pub async fn set_back(place: &Place) {
    let unmarked = unmarked(include_str!(
        "../../assets/migrations/postgres/022_marked_expired.sql"
    ));
    run(
        place,
        &format!("DROP FUNCTION lose_mark CASCADE; DROP FUNCTION count_ended_keys CASCADE; {unmarked}"),
    )
    .await
    .unwrap();
    let sql = "DROP TRIGGER activity_states_what_changed ON activity; DROP TRIGGER activity_is_not_rewritten ON activity;
         DROP TABLE baseline; DROP INDEX activity_by_entity; DROP INDEX activity_by_baseline;
         ALTER TABLE activity DROP COLUMN entity, DROP COLUMN state, DROP COLUMN baseline;
         ALTER TABLE activity_head DROP COLUMN pending; DROP TABLE lifetimes; DROP TABLE log_readers;
         DROP TABLE webhook_told; DROP TABLE webhook_deliveries; DROP TABLE webhooks;
         DROP TABLE import_keys; DROP TABLE imports; ALTER TABLE keys DROP COLUMN imported_at;
         ALTER TABLE keys ADD CONSTRAINT only_active_web_and_mobile_keys_have_a_secret
             CHECK ((sealed IS NULL) = (scope = 2 OR revoked_at IS NOT NULL));
         DROP TABLE ended_counts;
         DROP TRIGGER leaks_end_with_their_key ON keys; DROP FUNCTION end_leaks; DROP TABLE leaks; DROP TABLE usage_weeks; DROP INDEX keys_by_scope_last_refused_at; DROP INDEX keys_by_last_refused_at;
         CREATE INDEX keys_by_last_refused_at ON keys (last_refused_at) WHERE revoked_at IS NULL AND last_refused_at > 0;
         DROP INDEX projects_by_name; CREATE INDEX projects_by_name ON projects (name_key, id) WHERE removed_at IS NULL;
         DROP INDEX revoked_key_search; DROP TABLE plan_keys; DROP TABLE plans; DROP TABLE ended_uses; DROP TABLE refused_sources;
         DROP TRIGGER keys_stay_revoked ON keys; DROP INDEX keys_by_revoked_at; DROP INDEX keys_by_creator_revoked_at;
         DROP INDEX keys_by_project_revoked_at; ALTER TABLE keys DROP COLUMN revoked_reason;
         CREATE TRIGGER keys_stay_revoked BEFORE UPDATE OF revoked_at, revoked_by ON keys FOR EACH ROW
             WHEN (old.revoked_at IS NOT NULL) EXECUTE FUNCTION refuse('a revoked key stays revoked');
         DROP TRIGGER keys_keep_their_own_token ON keys; DROP TRIGGER keys_lose_no_token ON keys;
         DROP TRIGGER keys_get_a_new_token ON keys; DROP TRIGGER keys_stay_as_they_were_presented ON keys;
         DROP TABLE token_uses; DROP TABLE retired_tokens; DROP TRIGGER keys_have_a_token_each ON keys;
         DROP FUNCTION refuse_token_of_before CASCADE; DROP FUNCTION refuse_lost_token CASCADE;
         ALTER TABLE keys DROP COLUMN note, DROP COLUMN labels, DROP COLUMN labels_key, DROP COLUMN expires_at, DROP COLUMN disabled_at, DROP COLUMN disabled_by,
             DROP COLUMN disabled_reason, DROP COLUMN rotated_at, DROP COLUMN old_token_hash, DROP COLUMN old_hint,
             DROP COLUMN old_ends_at, DROP COLUMN old_data_key, DROP COLUMN old_sealed, DROP COLUMN allowed_networks,
             DROP COLUMN local_development_ends_at;
         CREATE TRIGGER activity_is_not_rewritten
             BEFORE UPDATE OF seq, at, actor, address, action, key, subject, changes, hash ON activity FOR EACH ROW
             EXECUTE FUNCTION refuse('the activity log is append-only');
         UPDATE keydeck_schema SET version = 5";
    run(place, sql).await.unwrap();
}

pub async fn opened(place: &Place) -> StoreResult<Arc<dyn Store>> {
    Ok(Arc::new(PostgresStore::open(&place.address()).await?))
}

/// Makes a trigger that refuses rows of `table`, and what takes it away again.
pub fn refusing(moment: &str, table: &str, when: &str) -> (String, String) {
    let make = format!(
        "CREATE TRIGGER refusing {moment} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse('full')"
    );
    (make, format!("DROP TRIGGER refusing ON {table}"))
}

/// Every row of every table.
pub async fn contents(place: &Place) -> BTreeMap<String, Vec<String>> {
    let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
    let mut contents = BTreeMap::new();
    for table in place.database.texts(tables).await {
        let rows = place
            .database
            .texts(&format!("SELECT t::text FROM \"{table}\" AS t ORDER BY 1"))
            .await;
        contents.insert(table, rows);
    }
    contents
}

/// Whether this is in any row. What was overwritten stays in PostgreSQL's files until it tidies up.
pub async fn holds(place: &Place, text: &str) -> bool {
    let bytes: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let contents = contents(place).await;
    contents
        .values()
        .flatten()
        .any(|row| row.contains(text) || row.contains(&bytes))
}
