//! What may stand after the question mark of a database's URL, and what is said of the rest.

use url::Url;

use super::AddressError;

/// What may stand after the question mark.
const OPTIONS: [&str; 20] = [
    "user",
    "password",
    "dbname",
    "options",
    "application_name",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "passfile",
    "host",
    "hostaddr",
    "port",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];

/// What libpq knows beside these; URLs made for other clients may have them.
const OF_LIBPQ: [&str; 22] = [
    "client_encoding",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "keepalives_count",
    "krbsrvname",
    "max_protocol_version",
    "min_protocol_version",
    "replication",
    "require_auth",
    "requirepeer",
    "requiressl",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslpassword",
    "sslsni",
    "ssl_min_protocol_version",
];

/// Names what is not understood. An unknown option may be a part of a password with an & or ? in it, and is named only
/// where there can be none.
pub fn known(url: &Url) -> Result<(), AddressError> {
    let options: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let has_password = options
        .iter()
        .any(|(name, value)| name == "password" || value.contains('@'));
    for (name, _) in &options {
        let looks_like_one = |name: &str| name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
        match name.as_str() {
            known if OPTIONS.contains(&known) || known == "keepalives_retries" => {}
            "service" | "servicefile" => return Err(AddressError::Service(name.clone())),
            of_libpq if OF_LIBPQ.contains(&of_libpq) => return Err(AddressError::Unsupported(name.clone())),
            unknown if !has_password && looks_like_one(unknown) => {
                return Err(AddressError::Setting(format!(
                    "there is no option {unknown} after the ?"
                )));
            }
            _ => {}
        }
    }
    Ok(())
}
