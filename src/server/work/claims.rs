//! What a connection token says to the session server that it is for. Signed with HS256 under the private key that
//! keydeck and that server share, so that either can read it.

use std::net::IpAddr;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::connection::Caller;
use crate::model::{Grant, Secret, TokenHash, session_server};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::store::{CheckedKey, SessionSigner};

/// From when a token says that it was issued until it expires, at most.
const TOKEN_SECONDS: i64 = 30 * 60;
/// How far before now a token says that it was issued and is valid from. Libraries refuse one from the future, most of them
/// without any leeway, and the clocks of two machines differ by seconds.
const BACKDATED_SECONDS: i64 = 60;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The name of the private key at the session server.
    #[serde(rename = "iss")]
    pub issuer: String,
    /// The origin of the session server.
    #[serde(rename = "aud")]
    pub audience: String,
    #[serde(rename = "jti")]
    pub id: Uuid,
    #[serde(rename = "iat")]
    pub issued_at: i64,
    #[serde(rename = "nbf")]
    pub not_before: i64,
    #[serde(rename = "exp")]
    pub expires_at: i64,
    pub project: Uuid,
    /// Of the key that was presented.
    pub key_id: Uuid,
    /// Which of its tokens, for `/v1/introspect`: a rotation may end before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_token: Option<String>,
    /// Of the client, as far as it is known, for `/v1/introspect`: the key's networks may be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_address: Option<IpAddr>,
    /// No orchestration server stands between a page and the session.
    #[serde(rename = "sm-control")]
    control: String,
    #[serde(rename = "sm-control-via-browser")]
    control_via_browser: bool,
    #[serde(rename = "sm-session-server")]
    session_server: String,
}

/// What a connection begins with.
pub struct Presented {
    pub key: Uuid,
    pub token: i64,
    pub ends_at: Option<Timestamp>,
    /// Of the client, as far as it is known.
    pub address: Option<IpAddr>,
}

impl Presented {
    /// It is good no longer than what lets it through: the token of the key, and local development.
    pub fn of(key: &CheckedKey, caller: &Caller, grant: &Grant) -> Self {
        let local = match grant {
            Grant::LocalDevelopment => key.settings.local_development_ends_at,
            _ => None,
        };
        Self {
            key: key.id,
            token: key.token,
            ends_at: key.ends_at.into_iter().chain(local).min(),
            address: caller.own_address(),
        }
    }
}

fn hex(token: i64) -> String {
    format!("{token:016x}")
}

impl Claims {
    /// Whether it began with this token, as far as it says: earlier versions didn't.
    pub fn began_with(&self, token: &TokenHash) -> bool {
        self.key_token
            .as_ref()
            .is_none_or(|began| *began == hex(token.mark()))
    }

    /// For a connection that begins `now`: it is good no longer than the token of the key that it begins with.
    pub fn new(signer: &SessionSigner, project: Uuid, presented: &Presented, now: Timestamp) -> Self {
        let issued = now.as_second() - BACKDATED_SECONDS;
        let ends = presented.ends_at.map_or(i64::MAX, Timestamp::as_second);
        Self {
            issuer: signer.server.key_name.clone(),
            audience: session_server::origin(&signer.server.url),
            id: Uuid::new_v4(),
            issued_at: issued,
            not_before: issued,
            expires_at: ends.min(issued + TOKEN_SECONDS),
            project,
            key_id: presented.key,
            key_token: Some(hex(presented.token)),
            client_address: presented.address,
            control: String::new(),
            control_via_browser: false,
            session_server: session_server::host(&signer.server.url),
        }
    }

    pub fn signed(&self, private_key: &Secret) -> ApiResult<String> {
        let header = Header::new(Algorithm::HS256);
        EncodingKey::from_secret(private_key.expose().as_bytes())
            .and_then(|key| jsonwebtoken::encode(&header, self, &key))
            .map_err(|_| {
                tracing::error!("a token can't be signed");
                ApiError::internal()
            })
    }

    /// Of a token that `signer` signed, for its server, and that has not expired.
    pub fn read(token: &Secret, signer: &SessionSigner, private_key: &Secret) -> Option<Self> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.set_issuer(&[&signer.server.key_name]);
        validation.set_audience(&[session_server::origin(&signer.server.url)]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        let key = DecodingKey::from_secret(private_key.expose().as_bytes()).ok()?;
        let read = jsonwebtoken::decode::<Self>(token.expose(), &key, &validation);
        read.ok().map(|read| read.claims)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::api::SessionServer;
    use crate::model::connection::Origin;
    use crate::model::{Scope, Settings, Standing};
    use crate::server::store::Sealed;

    fn signer(url: &str, key_name: &str) -> SessionSigner {
        SessionSigner {
            server: SessionServer {
                url: url.into(),
                key_name: key_name.into(),
            },
            private_key: Sealed {
                data_key: 1,
                bytes: Vec::new(),
            },
        }
    }

    /// A key whose presented token, and whose local development, end after so many milliseconds.
    fn ending(now: Timestamp, token: Option<i64>, local: Option<i64>) -> CheckedKey {
        let after = |ms: Option<i64>| ms.map(|ms| now + SignedDuration::from_millis(ms));
        CheckedKey {
            number: 1,
            id: Uuid::from_u128(2),
            scope: Scope::Web,
            project: None,
            settings: Settings {
                local_development_ends_at: after(local),
                ..Settings::default()
            },
            standing: Standing::default(),
            local_development_ended: false,
            ends_at: after(token),
            token: -7,
            has_two_tokens: false,
        }
    }

    /// Of the end of its key and that of an overlap the statement of a check reads the first.
    #[test]
    fn a_token_is_good_no_longer_than_what_lets_it_through() {
        let now = Timestamp::from_second(1_800_000_000).expect("a time");
        const LONGEST: i64 = TOKEN_SECONDS - BACKDATED_SECONDS;
        const LONGEST_MS: i64 = LONGEST * 1_000;
        let caller = Caller {
            origin: Origin::Absent,
            address: None,
            is_unnamed: false,
            bundle: None,
            resumes: false,
        };
        for (token, local, through_local, elsewhere) in [
            (None, None, LONGEST, LONGEST),
            (Some(LONGEST_MS), None, LONGEST, LONGEST),
            (Some(LONGEST_MS + 1), None, LONGEST, LONGEST),
            (Some(LONGEST_MS - 1), None, LONGEST - 1, LONGEST - 1),
            (Some(60_000), None, 60, 60),
            (None, Some(60_000), 60, LONGEST),
            (None, Some(LONGEST_MS - 1), LONGEST - 1, LONGEST),
            (None, Some(86_400_000), LONGEST, LONGEST),
            (Some(60_000), Some(90_000), 60, 60),
            (Some(90_000), Some(60_000), 60, 90),
            // No second that has begun is given whole.
            (Some(1_999), Some(999), 0, 1),
        ] {
            let key = ending(now, token, local);
            let lives = |grant: &Grant| {
                let presented = Presented::of(&key, &caller, grant);
                let claims = Claims::new(&signer("wss://s.example", "one"), Uuid::nil(), &presented, now);
                claims.expires_at - now.as_second()
            };
            let told = (lives(&Grant::LocalDevelopment), lives(&Grant::OriginListed));
            assert_eq!(told, (through_local, elsewhere), "{token:?} {local:?}");
            for grant in [
                Grant::OriginWildcard("https://*.a.example".into()),
                Grant::AnyApp,
                Grant::AppListed,
            ] {
                assert_eq!(lives(&grant), elsewhere, "{grant:?}");
            }
        }
    }

    #[test]
    fn a_session_server_whose_clock_is_half_a_minute_off_takes_a_fresh_token() {
        let (ours, key) = (signer("wss://s.example", "one"), Secret::new("the private key"));
        let presented = Presented {
            key: Uuid::from_u128(2),
            token: -7,
            ends_at: None,
            address: None,
        };
        let mut strict = Validation::new(Algorithm::HS256);
        (strict.leeway, strict.validate_nbf) = (0, true);
        strict.set_audience(&["wss://s.example"]);
        for ahead in [-30, -1, 0, 1, 30] {
            let now = Timestamp::now() + SignedDuration::from_secs(ahead);
            let token = Claims::new(&ours, Uuid::nil(), &presented, now)
                .signed(&key)
                .expect("signed");
            let key = DecodingKey::from_secret(key.expose().as_bytes());
            let read = jsonwebtoken::decode::<Claims>(&token, &key.expect("a key"), &strict);
            read.unwrap_or_else(|error| panic!("{ahead} s ahead: {error}"));
        }
    }

    #[test]
    fn a_token_reads_back_for_its_own_server_under_its_own_key_until_it_expires() {
        let (ours, key) = (
            signer("wss://s.example:8443/a", "one"),
            Secret::new("the private key"),
        );
        let used = |ends_at| Presented {
            key: Uuid::from_u128(2),
            token: -7,
            ends_at,
            address: None,
        };
        let claims = Claims::new(&ours, Uuid::from_u128(1), &used(None), Timestamp::now());
        assert_eq!(claims.audience, "wss://s.example:8443");
        let token = Secret::new(claims.signed(&key).expect("signed"));
        let read = Claims::read(&token, &ours, &key).expect("its own");
        assert_eq!((read.id, read.key_id), (claims.id, claims.key_id));
        for other in [
            signer("wss://s.example:8443/a", "two"),
            signer("wss://s.example", "one"),
            signer("https://s.example:8443", "one"),
        ] {
            assert!(Claims::read(&token, &other, &key).is_none(), "{other:?}");
        }
        assert!(Claims::read(&token, &ours, &Secret::new("another key")).is_none());
        assert_eq!(claims.expires_at - claims.issued_at, TOKEN_SECONDS);
        let now = Timestamp::now();
        let longest = TOKEN_SECONDS - BACKDATED_SECONDS;
        for (seconds, expected) in [(60, 60), (TOKEN_SECONDS, longest), (86_400, longest)] {
            let ends = Timestamp::from_second(now.as_second() + seconds).ok();
            let limited = Claims::new(&ours, Uuid::nil(), &used(ends), now);
            assert_eq!(limited.expires_at - now.as_second(), expected);
        }
        let expired = Claims {
            expires_at: now.as_second() - 1,
            ..claims
        };
        let expired = Secret::new(expired.signed(&key).expect("signed"));
        assert!(Claims::read(&expired, &ours, &key).is_none());
        for text in ["", "a.b.c", "kdw_", "eyJhbGciOiJub25lIn0.e30."] {
            assert!(Claims::read(&Secret::new(text), &ours, &key).is_none(), "{text}");
        }
    }
}
