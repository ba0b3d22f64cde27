//! Where the activity log can be passed on to, as it is written on the command line.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use url::{Host, Url};

const SYSLOG: &str = "syslog+tls";
/// Of syslog over TLS (RFC 5425).
const PORT: u16 = 6514;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    Stdout,
    File(PathBuf),
    Syslog { host: Host, port: u16 },
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "stdout" || text == "-" {
            return Ok(Self::Stdout);
        }
        if text.is_empty() {
            return Err(expected());
        }
        if !text.contains("://") {
            return Ok(Self::File(text.into()));
        }
        let url = Url::parse(text).map_err(|_| expected())?;
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none();
        // The host of a scheme that the library doesn't know is not parsed as one.
        let host = url.host_str().and_then(|host| Host::parse(host).ok());
        match host {
            Some(host) if url.scheme() == SYSLOG && is_plain => Ok(Self::Syslog {
                host,
                port: url.port().unwrap_or(PORT),
            }),
            _ => Err(expected()),
        }
    }
}

fn expected() -> String {
    "expected stdout, the path of a file, or a syslog server over TLS: syslog+tls://logs.acme.example:6514"
        .into()
}

/// Also the name under which it is stored how far it is.
impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("stdout"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Syslog { host, port } => write!(f, "{SYSLOG}://{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_understood_or_refused() {
        for (text, shown) in [
            ("stdout", Some("stdout")),
            ("-", Some("stdout")),
            ("/var/log/keydeck.jsonl", Some("/var/log/keydeck.jsonl")),
            (
                "syslog+tls://logs.acme.example",
                Some("syslog+tls://logs.acme.example:6514"),
            ),
            ("syslog+tls://10.0.0.7:7000", Some("syslog+tls://10.0.0.7:7000")),
            ("syslog+tls://[::1]:7000/", Some("syslog+tls://[::1]:7000")),
            ("syslog+tls://me@logs.acme.example", None),
            ("syslog+tls://logs.acme.example/x", None),
            ("syslog+tls://", None),
            ("syslog://logs.acme.example", None),
            ("udp://logs.acme.example", None),
            ("https://logs.acme.example", None),
            ("", None),
        ] {
            let parsed = text.parse::<Destination>();
            assert_eq!(parsed.ok().map(|to| to.to_string()).as_deref(), shown, "{text}");
        }
    }
}
