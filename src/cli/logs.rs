//! What `keydeck serve` logs, and in which form: lines for people, or JSON for what collects them.

use std::io;

use anstream::{AutoStream, ColorChoice};
use tracing_subscriber::EnvFilter;

use super::Failure;
use crate::config;

/// One object a line, or words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

impl Format {
    fn parse(word: Option<&str>) -> Option<Self> {
        match word.map(str::to_ascii_lowercase).as_deref() {
            None | Some("text") => Some(Format::Text),
            Some("json") => Some(Format::Json),
            Some(_) => None,
        }
    }
}

/// Logs to standard error from now on, as the environment asks.
pub fn to_stderr() -> Result<(), Failure> {
    let directives = config::variable(config::LOG)?.unwrap_or_else(|| "warn".into());
    let filter = EnvFilter::try_new(&directives).map_err(|error| {
        Failure::Usage(format!(
            "KEYDECK_LOG is not a filter such as keydeck=info: {error}"
        ))
    })?;
    let word = config::variable(config::LOG_FORMAT)?;
    let format = Format::parse(word.as_deref())
        .ok_or_else(|| Failure::Usage("KEYDECK_LOG_FORMAT is text or json".into()))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(AutoStream::choice(&io::stderr()) != ColorChoice::Never);
    match format {
        Format::Text => lines.init(),
        // The request, and in it its id, is the only span.
        Format::Json => lines.json().flatten_event(true).with_span_list(false).init(),
    }
    Ok(())
}
