//! Who may report leaks besides whoever has the token: GitHub by its signature, a GitLab server by a shared token.
//! What they send is verified before anything of it is parsed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::prelude::{BASE64_STANDARD, Engine};
use futures_util::StreamExt;
use reqwest::redirect;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use tokio::sync::Mutex;
use url::Url;

use crate::api::ProblemType;
use crate::model::{Secret, TokenHash};
use crate::server::http::error::{ApiError, ApiResult};

const IDENTIFIER: &str = "github-public-key-identifier";
const SIGNATURE: &str = "github-public-key-signature";

/// What comes before the point of a key on P-256 in its DER (RFC 5480).
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// An uncompressed point.
const POINT: usize = 65;

/// Keys are read again no sooner than this, whoever asks for unknown ones.
const SOONEST: Duration = Duration::from_secs(60);
/// Keys that were read longer ago may have been withdrawn.
const FRESH: Duration = Duration::from_secs(60 * 60);
const FETCH: Duration = Duration::from_secs(5);
const MAX_KEYS: usize = 256 * 1024;

/// Who may report, as the operator chose.
#[derive(Debug, Default)]
pub struct LeakSources {
    pub github: Option<GithubKeys>,
    /// Of the token that is shared with GitLab.
    pub gitlab: Option<TokenHash>,
}

/// The public keys of GitHub's secret scanning: from a file with its answer, or fetched.
#[derive(Debug)]
pub struct GithubKeys {
    origin: Origin,
    /// By their identifiers.
    keys: RwLock<HashMap<String, Vec<u8>>>,
    /// When they were last asked for, and whether that failed. Held while they are read: all who wait get the answer
    /// of one.
    read: Mutex<Option<(Instant, bool)>>,
}

#[derive(Debug)]
enum Origin {
    File(PathBuf),
    Url(Url),
}

/// As GitHub answers them.
#[derive(Deserialize)]
struct PublicKeys {
    public_keys: Vec<PublicKey>,
}

#[derive(Deserialize)]
struct PublicKey {
    key_identifier: String,
    key: String,
}

/// Whether it says that it is of GitHub.
pub fn is_signed(headers: &HeaderMap) -> bool {
    headers.contains_key(IDENTIFIER) || headers.contains_key(SIGNATURE)
}

impl LeakSources {
    /// Whether GitHub signed exactly these bytes.
    pub async fn verify_github(&self, headers: &HeaderMap, body: &[u8]) -> ApiResult<()> {
        let Some(keys) = &self.github else {
            return Err(refused(
                "This server does not take reports of GitHub; its operator starts it with --github-keys FILE or \
                 --fetch-github-keys.",
            ));
        };
        let (Some(id), Some(signature)) = (sole(headers, IDENTIFIER), sole(headers, SIGNATURE)) else {
            return Err(refused(
                "A report of many tokens is signed: send Github-Public-Key-Identifier and Github-Public-Key-Signature.",
            ));
        };
        let key = keys.find(id).await?;
        let signature = BASE64_STANDARD.decode(signature).ok();
        let is_valid = key.zip(signature).is_some_and(|(key, signature)| {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &key)
                .verify(body, &signature)
                .is_ok()
        });
        match is_valid {
            true => Ok(()),
            false => Err(refused("The signature is not one of GitHub over this body.")),
        }
    }

    /// Whether it has the token that GitLab and this server share.
    pub fn verify_gitlab(&self, headers: &HeaderMap) -> ApiResult<()> {
        let Some(token) = &self.gitlab else {
            return Err(refused(
                "This server does not take reports of GitLab; its operator starts it with --gitlab-token-file FILE.",
            ));
        };
        let presented = sole(headers, AUTHORIZATION.as_str()).unwrap_or_default().trim();
        let presented = match presented.split_once(' ') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim(),
            _ => presented,
        };
        match TokenHash::of(presented).0.ct_eq(&token.0).into() {
            true => Ok(()),
            false => Err(refused(
                "Send the token that GitLab and this server share as Authorization.",
            )),
        }
    }

    /// The same with a token of GitLab.
    #[must_use]
    pub fn with_gitlab(self, token: &Secret) -> Self {
        let gitlab = Some(TokenHash::of(token.expose()));
        Self { gitlab, ..self }
    }
}

fn refused(why: &str) -> ApiError {
    ApiError::new(ProblemType::Unauthenticated, why)
}

/// A header that is there once.
fn sole<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

impl GithubKeys {
    /// Of a file with what GitHub answers at `/meta/public_keys/secret_scanning`. It is read at once, and again for
    /// unknown keys.
    pub fn in_file(path: PathBuf) -> Result<Self, String> {
        let keys = in_file(&path)?;
        let of = Self::of(Origin::File(path));
        of.replace(keys);
        Ok(of)
    }

    /// Fetched when they are first needed.
    pub fn at(url: Url) -> Self {
        Self::of(Origin::Url(url))
    }

    fn of(origin: Origin) -> Self {
        Self {
            origin,
            keys: RwLock::default(),
            read: Mutex::default(),
        }
    }

    fn known(&self, id: &str) -> Option<Vec<u8>> {
        // What the lock guards is whole at every instruction.
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(id).cloned()
    }

    fn replace(&self, keys: HashMap<String, Vec<u8>>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    async fn find(&self, id: &str) -> ApiResult<Option<Vec<u8>>> {
        let mut read = self.read.lock().await;
        let known = self.known(id);
        let since = read.map(|(at, _)| at.elapsed());
        let is_fresh = since.is_some_and(|since| since < FRESH);
        if known.is_some() && is_fresh {
            return Ok(known);
        }
        if since.is_none_or(|since| since >= SOONEST) {
            let keys = match &self.origin {
                Origin::File(path) => in_file(path),
                Origin::Url(url) => fetched(url).await,
            };
            *read = Some((Instant::now(), keys.is_err()));
            match keys {
                Ok(keys) => self.replace(keys),
                Err(why) => tracing::warn!("the keys of GitHub's secret scanning can't be read: {why}"),
            }
        }
        match (self.known(id), *read) {
            (None, Some((_, true))) => Err(ApiError::new(
                ProblemType::Unavailable,
                "The keys of GitHub's secret scanning can't be read now; send the report again in a minute.",
            )),
            (known, _) => Ok(known),
        }
    }
}

fn in_file(path: &std::path::Path) -> Result<HashMap<String, Vec<u8>>, String> {
    let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    parsed(&text).map_err(|why| format!("{}: {why}", path.display()))
}

async fn fetched(url: &Url) -> Result<HashMap<String, Vec<u8>>, String> {
    let words = |error: reqwest::Error| error.to_string();
    let client = reqwest::Client::builder()
        .timeout(FETCH)
        .redirect(redirect::Policy::none())
        .user_agent(concat!("keydeck/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(words)?;
    let answer = client.get(url.clone()).send().await.map_err(words)?;
    let answer = answer.error_for_status().map_err(words)?;
    let mut chunks = answer.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.map_err(words)?);
        if bytes.len() > MAX_KEYS {
            return Err(format!("the answer is longer than {} KiB", MAX_KEYS / 1024));
        }
    }
    parsed(&bytes)
}

/// Those of P-256; there is one or more.
fn parsed(json: &[u8]) -> Result<HashMap<String, Vec<u8>>, String> {
    let keys: PublicKeys = serde_json::from_slice(json)
        .map_err(|_| "this is not what GitHub answers: {\"public_keys\": [{\"key_identifier\", \"key\"}]}")?;
    let keys = keys.public_keys.into_iter();
    let keys: HashMap<_, _> = keys
        .filter_map(|key| Some((key.key_identifier, point(&key.key)?)))
        .collect();
    match keys.is_empty() {
        true => Err("it has no key on P-256".into()),
        false => Ok(keys),
    }
}

/// Of a public key as PEM.
fn point(pem: &str) -> Option<Vec<u8>> {
    let body: String = pem
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = BASE64_STANDARD.decode(body).ok()?;
    let point = der.strip_prefix(&P256)?;
    (point.len() == POINT).then(|| point.to_vec())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// The example in GitHub's documentation of the partner program, made with a test key.
    const BODY: &[u8] =
        br#"[{"token":"some_token","type":"some_type","url":"some_url","source":"some_source"}]"#;
    const ID: &str = "f9525bf080f75b3506ca1ead061add62b8633a346606dc5fe544e29231c6ee0d";
    const SIGNED: &str =
        "MEUCIFLZzeK++IhS+y276SRk2Pe5LfDrfvTXu6iwKKcFGCrvAiEAhHN2kDOhy2I6eGkOFmxNkOJ+L2y8oQ9A2T9GGJo6WJY=";
    const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsz9ugWDj5jK5ELBK42ynytbo38gP\n\
                       HzZFI03Exwz8Lh/tCfL3YxwMdLjB+bMznsanlhK0RwcGP3IDb34kQDIo3Q==\n-----END PUBLIC KEY-----\n";

    fn sources() -> LeakSources {
        let keys = GithubKeys::at("http://127.0.0.1:9/".parse().expect("a URL"));
        keys.replace(HashMap::from([(ID.to_owned(), point(PEM).expect("a key"))]));
        *keys.read.try_lock().expect("free") = Some((Instant::now(), false));
        LeakSources {
            github: Some(keys),
            gitlab: None,
        }
    }

    fn headers(id: &str, signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [(IDENTIFIER, id), (SIGNATURE, signature)] {
            headers.insert(name, HeaderValue::from_str(value).expect("a header"));
        }
        headers
    }

    #[tokio::test]
    async fn the_example_of_the_documentation_is_verified_and_nothing_else() {
        let sources = sources();
        assert!(sources.verify_github(&headers(ID, SIGNED), BODY).await.is_ok());
        let mut changed = BODY.to_vec();
        changed[10] = b'X';
        for (id, signature, body) in [
            (ID, SIGNED, &changed[..]),
            (ID, SIGNED, &BODY[1..]),
            (ID, SIGNED, b""),
            ("another", SIGNED, BODY),
            (ID, "", BODY),
            (ID, "!!!", BODY),
            (ID, &SIGNED[4..], BODY),
        ] {
            let refused = sources.verify_github(&headers(id, signature), body).await;
            assert!(refused.is_err(), "{id} {signature}");
        }
        let mut twice = headers(ID, SIGNED);
        twice.append(SIGNATURE, HeaderValue::from_static(SIGNED));
        assert!(sources.verify_github(&twice, BODY).await.is_err());
        assert!(sources.verify_github(&HeaderMap::new(), BODY).await.is_err());
    }

    #[test]
    fn only_keys_on_the_right_curve_are_taken() {
        assert!(point(PEM).is_some());
        for wrong in [
            "",
            "-----BEGIN PUBLIC KEY-----",
            "AAAA",
            &PEM[..100],
            &PEM.replace("kwEw", "kwEx"),
        ] {
            assert!(point(wrong).is_none(), "{wrong}");
        }
        for wrong in [&b"{}"[..], b"[]", br#"{"public_keys": []}"#, b"\xff"] {
            assert!(parsed(wrong).is_err());
        }
    }
}
