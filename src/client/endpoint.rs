//! Where a client calls and how long it waits; refuses addresses that would leak the token.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::Error;
use crate::model::Secret;
use crate::model::domain::is_loopback;

/// A server, and the token of whoever signs in to it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub url: String,
    pub token: Secret,
    pub timeouts: Timeouts,
    /// PEM certificates of authorities that count besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// How long a client waits.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Duration,
    /// From the first byte sent to the last byte read; not for the event stream.
    pub total: Duration,
    /// An event stream that is silent for longer is dead.
    pub silence: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            total: Duration::from_secs(10),
            silence: Duration::from_secs(45),
        }
    }
}

impl Endpoint {
    pub fn new(url: impl Into<String>, token: Secret) -> Self {
        Self {
            url: url.into(),
            token,
            timeouts: Timeouts::default(),
            ca_file: None,
        }
    }

    /// The server's address as people keep it; refuses one that no client takes.
    pub fn address(url: &str) -> Result<String, Error> {
        base(url).map(|base| base.as_str().trim_end_matches('/').to_owned())
    }
}

/// The URL that paths are joined to. Plain HTTP would show the token to the network, so it is only
/// for this machine.
pub(super) fn base(url: &str) -> Result<Url, Error> {
    let unusable = |why: &str| Err(Error::Unusable(format!("the server's address {why}")));
    let Ok(mut base) = Url::parse(url.trim()) else {
        return unusable("is no URL; write it like https://keys.acme.example");
    };
    if !base.username().is_empty() || base.password().is_some() {
        return unusable("must not contain a user name or password; keydeck login takes the token");
    }
    if base.query().is_some() || base.fragment().is_some() {
        return unusable("ends with its path; leave out ? and #");
    }
    match base.scheme() {
        "https" => {}
        "http" if is_loopback(&base) => {}
        "http" => {
            return unusable("must begin with https://; plain http:// is only for this machine");
        }
        _ => return unusable("must begin with https://"),
    }
    if !base.path().ends_with('/') {
        let path = format!("{}/", base.path());
        base.set_path(&path);
    }
    Ok(base)
}

#[cfg(test)]
mod tests {
    fn base(url: &str) -> Result<String, String> {
        super::base(url).map(String::from).map_err(|e| e.to_string())
    }

    #[test]
    fn a_base_keeps_the_path_that_a_proxy_serves_it_under() {
        assert_eq!(
            base("https://acme.example/keys").as_deref(),
            Ok("https://acme.example/keys/")
        );
        assert_eq!(
            base(" http://127.0.0.1:7390").as_deref(),
            Ok("http://127.0.0.1:7390/")
        );
        assert!(base("http://[::1]:1").is_ok() && base("http://localhost:1").is_ok());
    }

    #[test]
    fn an_address_that_would_leak_the_token_is_refused() {
        for url in [
            "http://keys.acme.example",
            "http://192.168.1.2:7390",
            "http://localhost.evil.example",
            "http://keys.localhost:7390",
            "ftp://acme.example",
            "keys.acme.example",
            "https://mira:s3cret@acme.example",
            "https://acme.example/?token=s3cret",
        ] {
            let refusal = base(url).expect_err(url);
            assert!(!refusal.contains("s3cret"), "{refusal}");
        }
    }
}
