//! The lines that put a new key to work: how a gateway asks about it, and what a page, an app or a client does with it. The
//! secret itself is not in them; it stands above.

use crate::api::Key;
use crate::model::Scope;
use crate::tui::decks::DeckSummary;

/// Where `keydeck serve` listens unless it is told otherwise.
const USUAL_SERVER: &str = "http://127.0.0.1:7390";

/// Who does something, and how.
pub struct WorkLine {
    pub who: &'static str,
    /// The same in a word.
    pub briefly: &'static str,
    pub how: String,
}

pub fn lines(key: &Key, deck: &DeckSummary) -> [WorkLine; 2] {
    let server = deck.servers.as_ref().map(|servers| servers.first().to_string());
    let server = server.unwrap_or_else(|| USUAL_SERVER.to_owned());
    let server = server.trim_end_matches('/');
    let scope = key.scope.as_str();
    let used_at = key
        .ui_domains
        .first()
        .map(|domain| domain.as_str().replace('*', "www"));
    let of_caller = match (key.scope, &used_at) {
        (Scope::Web, Some(origin)) => format!(" -H \"origin: {origin}\""),
        (Scope::Mobile, Some(app)) => format!(" -H \"x-ios-bundle-identifier: {app}\""),
        _ => String::new(),
    };
    let gateway = format!(
        "curl -H \"x-keydeck-gateway: $GATEWAY\" -H \"x-api-key: $KEY\"{of_caller} '{server}/v1/authorize?scope={scope}'"
    );
    let (who, briefly, how) = match key.scope {
        Scope::Web => (
            "A page connects:",
            "Page:",
            "fetch(JSON.parse(atob(KEY)).authServer, {headers: {key: KEY}})".to_owned(),
        ),
        Scope::Mobile => (
            "An app connects:",
            "App:",
            format!("curl -H \"key: $KEY\"{of_caller} {server}/api/jwt"),
        ),
        Scope::Analytics => (
            "A client sends it to your API:",
            "Client:",
            "curl -H \"x-api-key: $KEY\" https://your-api.example/".to_owned(),
        ),
    };
    [
        WorkLine {
            who: "Your gateway asks ($GATEWAY: keydeck gateway add edge):",
            briefly: "Gateway:",
            how: gateway,
        },
        WorkLine { who, briefly, how },
    ]
}
