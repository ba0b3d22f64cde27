//! Sets the tables of the embedded store back to what they were before keys were rotated, revoked with a reason, and changed by
//! plans.

use super::unmarked::unmarked;

/// The statement of a migration that makes this trigger.
pub fn trigger(migration: &str, name: &str) -> String {
    let make = format!("CREATE TRIGGER {name}");
    let (_, rest) = migration.rsplit_once(&make).unwrap();
    let (body, _) = rest.split_once("END;").unwrap();
    format!("{make}{body}END;")
}

/// Takes the rotation of keys away, and their networks.
pub fn sql() -> String {
    let init = include_str!("../../assets/migrations/sqlite/001_init.sql");
    let people = include_str!("../../assets/migrations/sqlite/002_people.sql");
    let checks = include_str!("../../assets/migrations/sqlite/004_checks.sql");
    let unmarked = unmarked(include_str!(
        "../../assets/migrations/sqlite/025_marked_expired.sql"
    ));
    format!(
        "DROP TRIGGER keys_lose_their_mark; DROP TRIGGER keys_count_once_ended; DROP TRIGGER keys_count_ends; {unmarked}
         {UNROTATED} {} {} {}",
        trigger(init, "keys_stay_revoked"),
        trigger(people, "keys_stay_what_they_are"),
        trigger(checks, "keys_have_a_token_each")
    )
}

const UNROTATED: &str = "
    DROP TABLE webhook_told; DROP TABLE webhook_deliveries; DROP TABLE webhooks;
    DROP TABLE import_keys; DROP TABLE imports; ALTER TABLE keys DROP COLUMN imported_at;
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, 'CONSTRAINT analytics_keys_have_no_project',
        'CONSTRAINT only_active_web_and_mobile_keys_have_a_secret
        CHECK ((sealed IS NULL) = (scope = 2 OR revoked_at IS NOT NULL)),
    CONSTRAINT analytics_keys_have_no_project') WHERE name = 'keys';
    PRAGMA writable_schema = RESET;
    DROP TABLE ended_counts;
    DROP TABLE log_readers; DROP TRIGGER leaks_end_with_their_key; DROP TABLE leaks; DROP TABLE usage_weeks; DROP INDEX keys_by_scope_last_refused_at; DROP INDEX keys_by_last_refused_at;
    CREATE INDEX keys_by_last_refused_at ON keys (last_refused_at)
    WHERE revoked_at IS NULL AND last_refused_at > 0;
    DROP INDEX projects_by_name; CREATE INDEX projects_by_name ON projects (name_key, id) WHERE removed_at IS NULL;
    DROP TRIGGER keys_are_searchable_once_revoked; DROP TRIGGER revoked_keys_leave_the_search;
    DROP TRIGGER revoked_keys_return_to_the_search; DROP TRIGGER revoked_keys_come_to_the_search;
    DROP TABLE revoked_key_trigrams; DROP TABLE revoked_key_search; DROP VIEW searchable_revoked_keys;
    DROP TABLE ended_uses; DROP TABLE refused_sources; DROP TRIGGER keys_stay_revoked; DROP INDEX keys_by_revoked_at;
    DROP INDEX keys_by_creator_revoked_at; DROP INDEX keys_by_project_revoked_at; DROP INDEX keys_by_old_ends_at;
    ALTER TABLE keys DROP COLUMN revoked_reason; DROP TABLE plan_keys; DROP TABLE plans;
    DROP TABLE token_uses; DROP TABLE retired_tokens; DROP TRIGGER keys_keep_their_own_token;
    DROP TRIGGER keys_get_a_new_token; DROP TRIGGER keys_lose_no_token; DROP TRIGGER keys_stay_as_they_were_presented; DROP TRIGGER keys_have_a_token_each;
    DROP TRIGGER keys_stay_what_they_are; DROP INDEX keys_by_token_hash; DROP INDEX keys_by_old_token_hash;
    ALTER TABLE keys DROP COLUMN local_development_ends_at;
    DROP INDEX keys_by_old_data_key; ALTER TABLE keys DROP COLUMN old_sealed; ALTER TABLE keys DROP COLUMN old_data_key;
    ALTER TABLE keys DROP COLUMN old_ends_at; ALTER TABLE keys DROP COLUMN old_hint;
    ALTER TABLE keys DROP COLUMN old_token_hash; ALTER TABLE keys DROP COLUMN rotated_at;
    ALTER TABLE keys DROP COLUMN allowed_networks;
    CREATE INDEX keys_by_token_hash ON keys (token_hash);";
