//! Keys after their end, in words: when, by whom and why, and the attempts since.

use jiff::Timestamp;

use crate::api::{Key, KeyRevocation};
use crate::cli::output::{self, NOTHING};
use crate::cli::table::{Cell, TableColumn};
use crate::client::{Client, ServerCheck};

/// Of a list of expired or revoked keys.
pub const COLUMNS: [TableColumn; 8] = [
    TableColumn::name("NAME"),
    TableColumn::word("ENDED"),
    TableColumn::text("BY"),
    TableColumn::text("REASON"),
    TableColumn::text("REFUSED"),
    TableColumn::word("SCOPE"),
    TableColumn::text("PROJECT"),
    TableColumn::word("ID"),
];

pub fn row(key: &Key, now: Timestamp) -> Vec<Cell> {
    let refused = key.refused_since.as_ref();
    let ended = refused.map(|refused| refused.since).or(key.settings.expires_at);
    let (by, reason) = match &key.revoked {
        Some(KeyRevocation { by, reason, .. }) => (Some(by.email.as_str()), reason.as_deref()),
        None => (None, None),
    };
    let refused = refused.map(|refused| {
        let last = refused.last.as_ref();
        let last = last.map_or_else(String::new, |last| output::last_use(last, now));
        format!("{}{last}", refused.count)
    });
    let ended = ended.map(|at| format!("{} {}", key.state.as_str(), output::time_in_cell(at)));
    vec![
        Cell::from(&key.name),
        Cell::from(ended.unwrap_or_else(|| NOTHING.into())),
        Cell::from(by.unwrap_or(NOTHING)),
        Cell::from(reason.unwrap_or(NOTHING)),
        Cell::from(refused.unwrap_or_else(|| NOTHING.into())),
        Cell::from(key.scope.to_string()),
        Cell::from(key.project.as_ref().map_or(NOTHING, |project| &project.name)),
        Cell::from(key.id.to_string()),
    ]
}

/// Asks every server of the profile whether it refuses the key now, and says what each answers.
pub async fn prove(client: &Client, key: &Key) {
    for ServerCheck { server, result } in client.check_everywhere(key.id).await {
        output::notice(match result {
            Ok(check) => {
                let says = match check.rule() {
                    Some(rule) if check.is_refused() => format!("refused ({rule})"),
                    _ => "NOT REFUSED".into(),
                };
                format!("checked by {server} at {}: {says}", output::time(check.at))
            }
            Err(error) => format!("could not be checked by {server}: {error}"),
        });
    }
}
