//! The addresses of a key server: one, or those of several servers over one database, which are
//! interchangeable.

use std::fmt;

use url::Url;

use super::domain::is_loopback;

/// The longest list: a call may wait for each of them in turn.
pub const MAX_SERVERS: usize = 8;

/// The address of one server, which no token leaks from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress(Url);

/// One address or more, each different; all of them HTTPS, or all of them on this machine in plain HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Servers(Vec<ServerAddress>);

/// Why an address can't be used. Never contains the address itself, which may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotServers {
    #[error("the list of servers is empty; give the address of one at least, like https://keys.acme.example")]
    None,
    #[error("more than {MAX_SERVERS} servers are listed; leave some out")]
    TooMany,
    #[error("{} {why}", the_address(*.at))]
    Address {
        /// Which of several, from 0.
        at: Option<usize>,
        why: &'static str,
    },
}

fn the_address(at: Option<usize>) -> String {
    match at {
        None => "the server's address".into(),
        Some(index) => format!("address {} of the server", index + 1),
    }
}

impl NotServers {
    /// The address that is wrong, by its place in the list.
    pub fn at(self) -> Option<usize> {
        match self {
            NotServers::Address { at, .. } => at,
            NotServers::None | NotServers::TooMany => None,
        }
    }
}

impl ServerAddress {
    /// Plain HTTP would show the token to the network, so it is only for this machine.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let Ok(mut url) = Url::parse(text.trim()) else {
            return Err("is not a URL; write it like https://keys.acme.example");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not contain a user name or password; keydeck login reads the token");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("ends with its path; leave out ? and #");
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err("must begin with https://; plain http:// is only for this machine"),
            _ => return Err("must begin with https://"),
        }
        // Paths are appended to the path that a proxy serves it under.
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self(url))
    }

    /// As it is shown, without a trailing slash.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Its short name: the host, and the port unless it is the scheme's default.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Scheme, host and port: who a token is for.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The URL of a path of the API.
    pub fn join(&self, path: &str) -> Option<Url> {
        self.0.join(path).ok()
    }

    fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }
}

impl Servers {
    pub fn parse(texts: &[impl AsRef<str>]) -> Result<Self, NotServers> {
        match texts.len() {
            0 => return Err(NotServers::None),
            1..=MAX_SERVERS => {}
            _ => return Err(NotServers::TooMany),
        }
        let mut servers: Vec<ServerAddress> = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let at = (texts.len() > 1).then_some(index);
            let wrong = |why| NotServers::Address { at, why };
            let address = ServerAddress::parse(text.as_ref()).map_err(wrong)?;
            if servers.contains(&address) {
                return Err(wrong("is listed twice; remove one"));
            }
            servers.push(address);
        }
        let is_plain = |server: &ServerAddress| server.is_plain();
        match servers.iter().position(is_plain) {
            Some(index) if !servers.iter().all(is_plain) => Err(NotServers::Address {
                at: Some(index),
                why: "begins with http:// while others begin with https://; use https:// for all",
            }),
            _ => Ok(Self(servers)),
        }
    }

    pub fn first(&self) -> &ServerAddress {
        // Never empty: it is made by `parse` alone.
        &self.0[0]
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ServerAddress> {
        self.0.iter()
    }

    pub fn contains_all(&self, others: &Servers) -> bool {
        others.iter().all(|other| self.0.contains(other))
    }

    /// Whether none of them speaks TLS.
    pub fn are_plain(&self) -> bool {
        self.first().is_plain()
    }

    /// As arguments of a command.
    pub fn as_arguments(&self) -> String {
        self.joined(" ")
    }

    fn joined(&self, separator: &str) -> String {
        let texts: Vec<&str> = self.iter().map(ServerAddress::as_str).collect();
        texts.join(separator)
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.joined(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Result<String, &'static str> {
        ServerAddress::parse(text).map(|address| address.to_string())
    }

    #[test]
    fn an_address_keeps_the_path_that_a_proxy_serves_it_under() {
        let address = ServerAddress::parse("https://ACME.example:443/keys").expect("valid");
        assert_eq!(address.as_str(), "https://acme.example/keys");
        let joined = address.join("v1/me").map(String::from);
        assert_eq!(joined.as_deref(), Some("https://acme.example/keys/v1/me"));
        assert_eq!(
            (address.host().as_str(), address.origin().as_str()),
            ("acme.example", "https://acme.example")
        );
        let here = ServerAddress::parse(" http://127.0.0.1:7390/").expect("valid");
        assert_eq!(
            (here.as_str(), here.host().as_str()),
            ("http://127.0.0.1:7390", "127.0.0.1:7390")
        );
        assert!(address_is_fine("http://[::1]:1") && address_is_fine("http://localhost:1"));
    }

    fn address_is_fine(text: &str) -> bool {
        address(text).is_ok()
    }

    #[test]
    fn an_address_that_would_leak_the_token_is_refused() {
        for text in [
            "http://keys.acme.example",
            "http://192.168.1.2:7390",
            "http://localhost.evil.example",
            "http://keys.localhost:7390",
            "ftp://acme.example",
            "keys.acme.example",
            "https://mira:s3cret@acme.example",
            "https://acme.example/?token=s3cret",
        ] {
            let refusal = address(text).expect_err(text);
            assert!(!refusal.contains("s3cret"), "{refusal}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_list_is_told_with_its_place() {
        let (a, b, here) = ("https://a.example", "https://b.example/", "http://127.0.0.1:7390");
        for (texts, at, words) in [
            (&[][..], None, "is empty"),
            (&["a.example"], None, "the server's address is not a URL"),
            (
                &[a, "https://A.example:443/"],
                Some(1),
                "address 2 of the server is listed twice",
            ),
            (&[a, b, here], Some(2), "http:// while others"),
            (&[here, a], Some(0), "address 1 of the server begins with http://"),
            (&[a, "http://b.example"], Some(1), "must begin with https://"),
            (&[a; MAX_SERVERS + 1], None, "more than 8"),
        ] {
            let why = Servers::parse(texts).expect_err(words);
            assert_eq!(why.at(), at, "{texts:?}");
            assert!(why.to_string().contains(words), "{why}");
        }
        let both = Servers::parse(&[a, b]).expect("valid");
        assert_eq!(both.to_string(), "https://a.example, https://b.example");
        assert_eq!(both.as_arguments(), "https://a.example https://b.example");
        assert!(!both.are_plain());
    }
}
