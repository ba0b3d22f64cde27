//! Syslog over TLS (RFC 5424 and 5425): a message for each row, and its length before it.
//!
//! Syslog has no acknowledgement. So each batch has a connection of its own: it counts as received when the other side, told
//! that nothing follows, has read all and closed the connection.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};
use uuid::Uuid;

use super::line::{Line, LineOutcome, outcome};
use crate::api::Activity;
use crate::server::trust::{self, TrustError};

/// For all of a batch. Shorter than the lease of who sends it.
const IN_TIME: Duration = Duration::from_secs(20);
/// What receivers should take at least (RFC 5425).
const LONGEST: usize = 8192;
/// Log audit.
const FACILITY: u8 = 13;
const NOTICE: u8 = 5;
const WARNING: u8 = 4;
/// The number for examples (RFC 5612): keydeck has none of its own.
const DATA: &str = "keydeck@32473";

pub struct Syslog {
    host: Host,
    port: u16,
    connector: TlsConnector,
}

impl Syslog {
    pub fn new(host: Host, port: u16, authority: Option<&Path>) -> Result<Self, TrustError> {
        let config = trust::client(authority)?;
        Ok(Self {
            host,
            port,
            connector: TlsConnector::from(Arc::new(config)),
        })
    }

    pub async fn send(&self, frames: Vec<u8>) -> io::Result<()> {
        let late = |_| io::Error::new(io::ErrorKind::TimedOut, "it has not received all in time");
        timeout(IN_TIME, self.deliver(&frames)).await.map_err(late)?
    }

    async fn deliver(&self, frames: &[u8]) -> io::Result<()> {
        let (socket, name) = match &self.host {
            Host::Domain(name) => {
                let server = ServerName::try_from(name.clone()).map_err(io::Error::other)?;
                (TcpStream::connect((name.as_str(), self.port)).await?, server)
            }
            Host::Ipv4(ip) => (
                TcpStream::connect((*ip, self.port)).await?,
                ServerName::from(std::net::IpAddr::from(*ip)),
            ),
            Host::Ipv6(ip) => (
                TcpStream::connect((*ip, self.port)).await?,
                ServerName::from(std::net::IpAddr::from(*ip)),
            ),
        };
        let mut tls = self.connector.connect(name, socket).await?;
        tls.write_all(frames).await?;
        tls.shutdown().await?;
        let mut rest = [0; 512];
        loop {
            match tls.read(&mut rest).await {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                // Many close without a word.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

/// By which the deck is known.
pub fn host_of(public_url: &str) -> String {
    let url = Url::parse(public_url).ok();
    let host = url.as_ref().and_then(Url::host_str);
    host.filter(|host| host.len() <= 255).unwrap_or("-").to_owned()
}

pub fn frames(organisation: Uuid, here: &str, rows: &[Activity]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rows.len() * 768);
    for row in rows {
        let mut message = message(organisation, here, row, false);
        if message.len() > LONGEST {
            message = self::message(organisation, here, row, true);
        }
        bytes.extend_from_slice(format!("{} {message}", message.len()).as_bytes());
    }
    bytes
}

fn message(organisation: Uuid, here: &str, row: &Activity, is_short: bool) -> String {
    let severity = match outcome(row.action) {
        LineOutcome::Success => NOTICE,
        LineOutcome::Failure | LineOutcome::Unknown => WARNING,
    };
    let line = Line::of(organisation, row);
    let line = if is_short { line.short() } else { line };
    let actor = row.actor.as_ref().map_or("", |person| &person.email);
    format!(
        "<{}>1 {} {here} keydeck {} {} [{DATA} id=\"{organisation}-{}\" seq=\"{}\" hash=\"{}\" actor=\"{}\" target=\"{}\"] {}",
        FACILITY * 8 + severity,
        row.at,
        std::process::id(),
        row.action.as_str(),
        row.seq,
        row.seq,
        row.hash,
        escaped(actor),
        escaped(&row.subject),
        line.json()
    )
}

/// As the value of a parameter.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' | ']' => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::line::sample;
    use super::*;
    use crate::api::ActivityAction;
    use serde_json::json;

    fn first_of(bytes: &[u8]) -> (usize, &str) {
        let text = std::str::from_utf8(bytes).expect("text");
        let (length, message) = text.split_once(' ').expect("a length");
        (length.parse().expect("a number"), message)
    }

    #[test]
    fn a_message_has_its_length_before_it_and_its_parts_in_order() {
        let bytes = frames(
            Uuid::nil(),
            "keys.acme.example",
            &[sample(ActivityAction::KeyRevoked, "Die \"Kasse\" ] \\ ü\n")],
        );
        let (length, message) = first_of(&bytes);
        assert_eq!(length, message.len());
        let at = sample(ActivityAction::KeyRevoked, "").at;
        let pid = std::process::id();
        let head = format!(
            "<109>1 {at} keys.acme.example keydeck {pid} key_revoked [keydeck@32473 id=\"{}-7\" seq=\"7\" hash=\"{}\" \
             actor=\"mira@acme.example\" target=\"Die \\\"Kasse\\\" \\] \\\\ ü \"] {{",
            Uuid::nil(),
            "07".repeat(32)
        );
        assert!(message.starts_with(&head), "{message}");
        assert!(!message.contains('\n'));
        let refused = frames(Uuid::nil(), "-", &[sample(ActivityAction::SignInRefused, "")]);
        assert!(first_of(&refused).1.starts_with("<108>1 "));
    }

    #[test]
    fn a_long_row_is_sent_without_its_changes() {
        let mut long = sample(ActivityAction::KeyEdited, "Till");
        long.changes = json!({"ui_domains": ["", "https://a.example ".repeat(1000)]});
        let bytes = frames(Uuid::nil(), "-", &[long]);
        let (length, message) = first_of(&bytes);
        assert!(length == message.len() && length < 2048, "{length}");
        assert!(message.contains("\"seq\":7") && !message.contains("\"changes\""));
    }

    #[test]
    fn the_deck_is_known_by_its_public_host() {
        assert_eq!(host_of("https://keys.acme.example:8443/x"), "keys.acme.example");
        assert_eq!(host_of(""), "-");
    }
}
