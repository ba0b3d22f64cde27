//! Keys after their end, in words: when, by whom and why, and who still presents them.

use jiff::Timestamp;

use crate::api::{Key, KeyRevocation};
use crate::cli::output;
use crate::client::{Client, ServerCheck};

/// Of a list of expired or revoked keys.
pub const HEADER: [&str; 8] = [
    "NAME", "SCOPE", "PROJECT", "ENDED", "BY", "REASON", "REFUSED", "ID",
];

const NOTHING: &str = "–";

pub fn row(key: &Key, now: Timestamp) -> Vec<String> {
    let refused = key.refused_since.as_ref();
    let ended = refused.map(|refused| refused.since).or(key.expires_at);
    let (by, reason) = match &key.revoked {
        Some(KeyRevocation { by, reason, .. }) => (Some(output::shown(&by.email)), reason.as_deref()),
        None => (None, None),
    };
    let refused = refused.map(|refused| {
        let last = refused.last.as_ref();
        let last = last.map_or_else(String::new, |last| output::last_use(last, now));
        format!("{}{last}", refused.count)
    });
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.into());
    vec![
        output::shown(&key.name),
        key.scope.to_string(),
        or_nothing(key.project.as_ref().map(|project| output::shown(&project.name))),
        or_nothing(ended.map(|at| format!("{} {}", key.state.as_str(), output::time(at)))),
        or_nothing(by),
        or_nothing(reason.map(output::shown)),
        or_nothing(refused),
        key.id.to_string(),
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
