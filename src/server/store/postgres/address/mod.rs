//! Where the database is: its URL, and how the way to it is kept safe.

mod error;
mod options;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Url, form_urlencoded};

pub use self::error::AddressError;
use super::passfile::{Login, PassFile, PassFileError};
use crate::model::Secret;
use crate::server::trust::{self, TrustError};

/// A connection that can't be made within this time has failed.
const CONNECT: Duration = Duration::from_secs(3);
/// What was sent and not received within this time was sent into the void.
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);

/// A PostgreSQL database. Shown without its password.
#[derive(Clone)]
pub struct Address {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
    shown: String,
}

/// The options that keydeck reads itself.
struct Ours {
    ssl_mode: Option<String>,
    authority: Option<PathBuf>,
    passfile: Option<PassFile>,
}

impl Ours {
    /// What is left in the URL is for the driver.
    fn taken_from(url: &mut Url, passwords: Option<&PassFile>) -> Self {
        let (mut ssl_mode, mut authority, mut passfile) = (None, None, passwords.cloned());
        let rest: Vec<(String, String)> = url
            .query_pairs()
            .into_owned()
            .flat_map(one_host_each)
            .filter(|(name, value)| match name.as_str() {
                "sslmode" => {
                    ssl_mode = Some(value.clone());
                    false
                }
                "sslrootcert" => {
                    authority = Some(PathBuf::from(value));
                    false
                }
                "passfile" => {
                    passfile = Some(PassFile::from(Path::new(value)));
                    false
                }
                _ => true,
            })
            .collect();
        url.set_query(None);
        if !rest.is_empty() {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&rest)
                .finish();
            // Whoever reads it next takes a plus for a plus.
            url.set_query(Some(&query.replace('+', "%20")));
        }
        Self {
            ssl_mode,
            authority,
            passfile,
        }
    }
}

/// The parser's own message may hold the text.
fn setting(error: &tokio_postgres::Error) -> AddressError {
    let why = std::error::Error::source(error).map(ToString::to_string);
    AddressError::Setting(match why {
        // Its name may be a part of a password.
        Some(why) if why.starts_with("unknown option") => "an option after the ? is unknown".to_owned(),
        Some(why) => why,
        None => "its host, port or user".to_owned(),
    })
}

impl Address {
    /// `password` is used when the URL has none, and what a password file has when there is neither. The certificate of a server that is not on this
    /// machine must be valid for its name, unless `sslmode=disable` is said.
    pub fn parse(text: &str, password: Option<&Secret>) -> Result<Self, AddressError> {
        Self::with_passwords(text, password, None)
    }

    pub fn with_passwords(
        text: &str,
        password: Option<&Secret>,
        passwords: Option<&PassFile>,
    ) -> Result<Self, AddressError> {
        let mut url = Url::parse(text.trim()).map_err(|_| AddressError::NoUrl)?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(AddressError::NoUrl);
        }
        options::known(&url)?;
        let Ours {
            ssl_mode,
            authority,
            passfile,
        } = Ours::taken_from(&mut url, passwords);
        let mut config: Config = url.as_str().parse().map_err(|error| setting(&error))?;
        if config.get_password().is_none()
            && let Some(password) = password
        {
            config.password(password.expose());
        }
        if config.get_password().is_none()
            && let Some(password) = passfile.map_or(Ok(None), |file| looked_up(&file, &config))?
        {
            config.password(password.expose());
        }
        let ssl_mode = mode(ssl_mode.as_deref(), &config)?;
        config
            .ssl_mode(ssl_mode)
            .application_name("keydeck")
            // What a standby says may be of yesterday.
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .tcp_user_timeout(UNACKNOWLEDGED)
            .keepalives_idle(Duration::from_secs(10))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        // What else is asked for there may hold anything.
        url.set_query(None);
        let _ = url.set_password(None);
        Ok(Self {
            shown: url.into(),
            tls: tls(ssl_mode, authority)?,
            config,
        })
    }

    /// Whether a URL has a password in it, which should not be on a command line.
    pub fn has_password(text: &str) -> bool {
        Url::parse(text.trim()).is_ok_and(|url| {
            url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password")
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

/// For the first host that the file has a password for.
fn looked_up(file: &PassFile, config: &Config) -> Result<Option<Secret>, PassFileError> {
    let user = config.get_user().unwrap_or_default();
    let ports = config.get_ports();
    for (index, host) in config.get_hosts().iter().enumerate() {
        let host = match host {
            Host::Tcp(name) => name.clone(),
            // As libpq has it.
            Host::Unix(_) => "localhost".to_owned(),
        };
        let login = Login {
            host: &host,
            port: ports.get(index).or(ports.first()).copied().unwrap_or(5432),
            database: config.get_dbname().unwrap_or(user),
            user,
        };
        let found = file.look_up(login)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// As libpq, `host=a,b` is two; the parser takes a comma that is encoded for a part of the name.
fn one_host_each((name, value): (String, String)) -> Vec<(String, String)> {
    match name.as_str() {
        "host" => value
            .split(',')
            .map(|host| (name.clone(), host.to_owned()))
            .collect(),
        _ => vec![(name, value)],
    }
}

/// Without a word about it, only what leaves this machine is encrypted.
fn mode(said: Option<&str>, config: &Config) -> Result<SslMode, AddressError> {
    match said {
        Some("disable") => Ok(SslMode::Disable),
        Some("require" | "verify-ca" | "verify-full") => Ok(SslMode::Require),
        Some(other) => Err(AddressError::SslMode(other.to_owned())),
        None if config.get_hosts().iter().all(is_here) => Ok(SslMode::Disable),
        None => Ok(SslMode::Require),
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
    }
}

/// The system's authorities count, and that in the file besides; none is read when none is asked.
fn tls(mode: SslMode, authority: Option<PathBuf>) -> Result<MakeRustlsConnect, AddressError> {
    if mode == SslMode::Disable {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let trusting_nobody = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| AddressError::Tls(error.to_string()))?
            .with_root_certificates(RootCertStore::empty());
        return Ok(MakeRustlsConnect::new(trusting_nobody.with_no_client_auth()));
    }
    let config = trust::client(authority.as_deref()).map_err(|error| match error {
        TrustError::Authority { file, why } => AddressError::Authority { file, why },
        TrustError::Tls(why) => AddressError::Tls(why),
    })?;
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_hosts_and_ports_may_be_named() {
        let several = "postgres:///keydeck?user=keydeck&host=127.0.0.1,localhost&port=1,5432";
        let address = Address::parse(several, None).expect("a URL");
        let named = |name: &str| Host::Tcp(name.into());
        assert_eq!(
            address.config.get_hosts(),
            [named("127.0.0.1"), named("localhost")]
        );
        assert_eq!(address.config.get_ports(), [1, 5432]);
    }

    #[test]
    fn an_option_that_is_not_understood_is_named() {
        for (option, sentence) in [
            ("service=acme", "service, and keydeck reads no pg_service.conf"),
            ("servicefile=/etc/pg_service.conf", "servicefile, and"),
            ("sslcert=a.pem", "sslcert, which keydeck does not support"),
            ("gssencmode=disable", "gssencmode, which"),
            ("colour=red", "no option colour"),
            ("sslmode=prefer", "not prefer"),
            ("connect_timeout=soon", "connect_timeout"),
            ("target_session_attrs=any-one", "target_session_attrs"),
        ] {
            let url = format!("postgres://keydeck@localhost/keydeck?{option}");
            let refused = Address::parse(&url, None).map(|address| address.to_string());
            let refused = refused.expect_err(option).to_string();
            assert!(refused.contains(sentence), "{refused}");
        }
    }

    #[test]
    fn a_password_file_is_asked_when_nobody_gave_a_password() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("pgpass");
        std::fs::write(&path, "two:5433:keydeck:app:Ret77\nlocalhost:*:*:app:Soc77\n").expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
        let given = Secret::new("given".to_owned());
        for (url, given, password) in [
            ("postgres://app@two:5433/keydeck", None, Some("Ret77")),
            (
                "postgres:///keydeck?user=app&host=one,two&port=5432,5433",
                None,
                Some("Ret77"),
            ),
            ("postgres://app@two:5433/keydeck", Some(&given), Some("given")),
            ("postgres://app:own@two:5433/keydeck", None, Some("own")),
            ("postgres://app@two/keydeck", None, None),
            (
                "postgres:///keydeck?user=app&host=/run/postgresql",
                None,
                Some("Soc77"),
            ),
        ] {
            let file = PassFile::from(path.as_path());
            let address = Address::with_passwords(url, given, Some(&file)).expect(url);
            let found = address.config.get_password();
            assert_eq!(found, password.map(str::as_bytes), "{url}");
        }
        let named = format!("postgres://app@two:5433/keydeck?passfile={}", path.display());
        let address = Address::parse(&named, None).expect("a URL");
        assert_eq!(address.config.get_password(), Some(b"Ret77".as_slice()));
        assert!(!address.to_string().contains("Ret77") && !format!("{address:?}").contains("Ret77"));
    }

    #[test]
    fn a_part_of_a_password_is_never_told() {
        for text in [
            "postgres://keydeck@localhost/keydeck?password=Sec&Ret77=x",
            "postgres://keydeck:Sec/Ret77@localhost/keydeck",
            "postgres://keydeck:12?ret=x@localhost/keydeck",
            "postgres://keydeck@localhost/keydeck?password=Sec&ret=x",
            "postgres://keydeck:Sec#Ret77@localhost/keydeck",
        ] {
            let refused = Address::parse(text, None).map(|address| address.to_string());
            let refused = refused.expect_err("refused").to_string();
            assert!(
                !refused.contains("Ret77") && !refused.contains(" ret "),
                "{refused}"
            );
        }
    }
}
