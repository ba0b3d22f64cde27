//! The lines that put a new key to work: how a gateway asks about it, and what a page, an app or a client does with it. The
//! secret itself is not in them; it stands above.

use crate::api::Key;
use crate::model::Scope;
use crate::tui::decks::DeckSummary;
use crate::tui::view::text;

/// Where `keydeck serve` listens unless it is told otherwise.
const USUAL_SERVER: &str = "http://127.0.0.1:7390";

/// Who does something, and how.
pub struct WorkLine {
    pub who: &'static str,
    pub how: String,
}

impl WorkLine {
    /// How, on rows of at most so many cells that do the same when they are copied together.
    pub fn rows(&self, cells: usize) -> Vec<String> {
        let is_command = self.how.starts_with("curl ");
        match is_command {
            true => command_rows(&self.how, cells),
            false => text::wrap(&self.how, cells),
        }
    }
}

/// A command of a shell, which goes on after a backslash at the end of a row; an option stays with its value.
fn command_rows(command: &str, cells: usize) -> Vec<String> {
    const GOES_ON: &str = " \\";
    const INDENT: &str = "  ";
    let mut rows: Vec<String> = Vec::new();
    let mut words = arguments(command).into_iter();
    let mut row = words.next().unwrap_or_default();
    let mut words = words.peekable();
    while let Some(word) = words.next() {
        let end = if words.peek().is_some() { GOES_ON.len() } else { 0 };
        if text::width(&row) + 1 + text::width(&word) + end <= cells {
            row = format!("{row} {word}");
            continue;
        }
        rows.push(row + GOES_ON);
        row = format!("{INDENT}{word}");
    }
    rows.push(row);
    // Of what doesn't fit even so, the terminal's own rows.
    rows.iter().flat_map(|row| text::chunks(row, cells)).collect()
}

/// The arguments of a command as they are written, each option with its value.
fn arguments(command: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let (mut quote, mut is_new) = (None, true);
    for c in command.chars() {
        match (c, quote) {
            (' ', None) => is_new = true,
            _ => {
                let is_value = all
                    .last()
                    .is_some_and(|last| last.starts_with('-') && !last.contains(' '));
                match (is_new, is_value) {
                    (true, true) => all
                        .iter_mut()
                        .next_back()
                        .into_iter()
                        .for_each(|last| last.push(' ')),
                    (true, false) => all.push(String::new()),
                    (false, _) => {}
                }
                is_new = false;
                all.iter_mut()
                    .next_back()
                    .into_iter()
                    .for_each(|last| last.push(c));
                quote = match (c, quote) {
                    ('"' | '\'', None) => Some(c),
                    (c, Some(open)) if c == open => None,
                    (_, quote) => quote,
                };
            }
        }
    }
    all
}

/// With a server that only this process has, no page or app connects, so that nothing is said of them.
pub fn lines(key: &Key, deck: &DeckSummary) -> Vec<WorkLine> {
    let server = deck.servers.as_ref().map(|servers| servers.first().to_string());
    let server = server.or_else(|| deck.own_server.clone());
    let server = server.unwrap_or_else(|| USUAL_SERVER.to_owned());
    let server = server.trim_end_matches('/');
    let scope = key.scope.as_str();
    let used_at = key
        .settings
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
    let (who, how) = match key.scope {
        Scope::Web => (
            "A page connects:",
            "fetch(JSON.parse(atob(KEY)).authServer, {headers: {key: KEY}})".to_owned(),
        ),
        Scope::Mobile => (
            "An app connects:",
            format!("curl -H \"key: $KEY\"{of_caller} {server}/api/jwt"),
        ),
        Scope::Analytics => (
            "A client sends it to your API:",
            "curl -H \"x-api-key: $KEY\" https://your-api.example/".to_owned(),
        ),
    };
    let gateway = WorkLine {
        who: "Your gateway asks ($GATEWAY: keydeck gateway create edge):",
        how: gateway,
    };
    let caller = WorkLine { who, how };
    match deck.own_server.is_some() && key.scope.has_project() {
        true => vec![gateway],
        false => vec![gateway, caller],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAND: &str = "curl -H \"x-keydeck-gateway: $GATEWAY\" -H \"x-api-key: $KEY\" 'http://127.0.0.1:7390/v1/authorize?scope=web'";

    #[test]
    fn a_command_that_is_broken_does_the_same() {
        for cells in 50..140 {
            let rows = command_rows(COMMAND, cells);
            assert!(rows.iter().all(|row| text::width(row) <= cells), "{rows:?}");
            let (last, before) = rows.split_last().expect("rows");
            assert!(!last.ends_with('\\'));
            assert!(before.iter().all(|row| row.ends_with(" \\")), "{rows:?}");
            let whole: Vec<&str> = rows.iter().map(|row| row.trim_end_matches('\\').trim()).collect();
            assert_eq!(whole.join(" "), COMMAND, "{cells}");
        }
        assert_eq!(command_rows(COMMAND, 200), [COMMAND]);
        assert_eq!(
            command_rows(COMMAND, 80),
            [
                r#"curl -H "x-keydeck-gateway: $GATEWAY" -H "x-api-key: $KEY" \"#,
                "  'http://127.0.0.1:7390/v1/authorize?scope=web'",
            ]
        );
    }
}
