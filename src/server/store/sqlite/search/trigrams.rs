//! What to ask the trigram index (FTS5) so that every key that contains a text is found. It may find
//! others too; whoever asks looks at the rows.

use rusqlite::Connection;

use crate::server::store::StoreResult;
use crate::server::store::search::CANDIDATES;

/// The trigram indexes: of keys that were not revoked, and of those that were.
pub struct TextIndex {
    pub search: &'static str,
    /// Its trigrams, and in how many keys each is.
    pub trigrams: &'static str,
    /// The index of keys by their project.
    pub by_project: &'static str,
    pub is_revoked: bool,
}

pub const ACTIVE: TextIndex = TextIndex {
    search: "key_search",
    trigrams: "key_trigrams",
    by_project: "keys_by_project_scope",
    is_revoked: false,
};

pub const REVOKED: TextIndex = TextIndex {
    search: "revoked_key_search",
    trigrams: "revoked_key_trigrams",
    by_project: "keys_by_project_revoked_at",
    is_revoked: true,
};

/// What the index has of each text: its runs of this many characters.
const LENGTH: usize = 3;
/// Searching the end of a long text takes a fraction of the time, and what people type last is what
/// tells keys apart.
const END: usize = 5;
/// The most trigrams in a query; each is read with buffers of its own.
const TERMS: usize = 200;
const SCHEMES: [&str; 2] = ["https://", "http://"];

/// The queries to try one after the other until one finds few enough; no query when no key has the
/// text. `None` when nearly every key has it, or only looking at them tells.
pub fn phrases(conn: &Connection, index: &TextIndex, text: &str) -> StoreResult<Option<Vec<String>>> {
    if is_in_a_scheme(text) {
        return Ok(None);
    }
    if text.chars().count() < LENGTH {
        return beginning_with(conn, index, text);
    }
    let Some(host) = in_domains(text) else {
        return Ok(None);
    };
    let whole = format!(
        "name_key : ({}) OR domains : ({})",
        trigrams(text),
        trigrams(host)
    );
    let end = end(host);
    Ok(Some(match end.len() < text.len() {
        true => vec![trigrams(end), whole],
        false => vec![whole],
    }))
}

/// Whether a domain of any key that was not revoked may contain the text.
pub fn may_be_in_domains(conn: &Connection, text: &str) -> StoreResult<bool> {
    match in_domains(text) {
        Some(host) if !is_in_a_scheme(text) => {
            let mut statement =
                conn.prepare_cached("SELECT 1 FROM key_search WHERE key_search MATCH ? LIMIT 1")?;
            Ok(statement.exists([format!("domains : ({})", trigrams(host))])?)
        }
        _ => Ok(true),
    }
}

fn is_in_a_scheme(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| scheme.contains(text))
}

/// The part of the text that is indexed if a domain contains it: a slash is only in the scheme, which
/// is not. `None` when that is too short to be asked for.
fn in_domains(text: &str) -> Option<&str> {
    let host = text.rsplit('/').next().unwrap_or(text);
    Some(host).filter(|host| host.chars().count() >= LENGTH)
}

fn end(text: &str) -> &str {
    let start = text.char_indices().rev().nth(END - 1);
    start.map_or(text, |(start, _)| &text[start..])
}

/// The trigrams that must be there where a text is: side by side, and the last one.
fn trigrams(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let last = characters.len().saturating_sub(LENGTH);
    let starts = (0..last).step_by(LENGTH).chain([last]);
    let quoted: Vec<String> = starts
        .map(|start| quoted(&characters[start..].iter().take(LENGTH).collect::<String>()))
        .collect();
    quoted.join(" AND ")
}

/// Any text as an FTS5 string: nothing in it has a meaning.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// One query for the trigrams that begin with one or two characters, since at each place in a text
/// one begins. `None` when too many keys have one.
fn beginning_with(conn: &Connection, index: &TextIndex, text: &str) -> StoreResult<Option<Vec<String>>> {
    let sql = format!(
        "SELECT term, doc FROM {} WHERE term >= ? AND term <= ?",
        index.trigrams
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let last = char::MAX.to_string().repeat(LENGTH);
    let mut rows = statement.query([text, &format!("{text}{last}")])?;
    let mut terms = Vec::new();
    let mut keys = 0;
    while let Some(row) = rows.next()? {
        terms.push(quoted(&row.get::<_, String>(0)?));
        keys += row.get::<_, u32>(1)? as usize;
        if keys > CANDIDATES || terms.len() > TERMS {
            return Ok(None);
        }
    }
    Ok(Some(if terms.is_empty() {
        Vec::new()
    } else {
        vec![terms.join(" OR ")]
    }))
}
