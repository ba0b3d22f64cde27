//! Sets the indexes of keys back to what they were before keys were marked.

/// Makes the indexes as they were before keys were marked; of a migration that made those of marked keys.
pub fn unmarked(migration: &str) -> String {
    let made = || {
        migration
            .lines()
            .filter(|line| line.starts_with("CREATE INDEX keys_by_"))
    };
    let names = made().filter_map(|line| line.split(' ').nth(2));
    let drops: String = names.map(|name| format!("DROP INDEX {name}; ")).collect();
    let pages = made().filter(|line| line.ends_with(';'));
    let makes: String = pages.map(|line| line.replace("marked_expired, ", "")).collect();
    format!("{drops} ALTER TABLE keys DROP COLUMN marked_expired; {makes}")
}
