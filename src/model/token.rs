//! Tokens: 256 random bits with a prefix that scanners can find and a checksum that detects typing errors.
//!
//! A token is `kdw_`, `kdm_`, `kda_`, `kdu_`, `kdg_` or `kds_`, then 43 base62 characters (256 bits), then 6 of the
//! CRC-32 (ISO-HDLC) of everything before it. NEVER CHANGE THE FORMAT: keys in the field have it.

use std::fmt;

use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use super::{Scope, Secret};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX: usize = 4;
const RANDOM: usize = 43;
const CHECK: usize = 6;

/// A full secret means the same without its padding, which is lost where `=` ends a name or a value.
const PADDED_OR_NOT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The length of every token, in ASCII characters.
pub const LENGTH: usize = PREFIX + RANDOM + CHECK;

/// What a token is for; its prefix says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Key(Scope),
    /// A user's sign-in token.
    User,
    /// What a gateway identifies itself with.
    Gateway,
    /// What a project's session server identifies itself with.
    SessionServer,
}

impl TokenKind {
    pub const ALL: [TokenKind; 6] = [
        TokenKind::Key(Scope::Web),
        TokenKind::Key(Scope::Mobile),
        TokenKind::Key(Scope::Analytics),
        TokenKind::User,
        TokenKind::Gateway,
        TokenKind::SessionServer,
    ];

    pub fn prefix(self) -> &'static str {
        match self {
            TokenKind::Key(Scope::Web) => "kdw_",
            TokenKind::Key(Scope::Mobile) => "kdm_",
            TokenKind::Key(Scope::Analytics) => "kda_",
            TokenKind::User => "kdu_",
            TokenKind::Gateway => "kdg_",
            TokenKind::SessionServer => "kds_",
        }
    }
}

/// SHA-256 of a token: it is stored and looked up, and doesn't reveal the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// What tells the tokens of a key apart where the whole of a hash would be too much: its first 8 bytes.
    pub fn mark(&self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Why a presented string is not a keydeck token; no server is needed to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAToken {
    #[error("this is not a keydeck key: it does not begin with kdw_, kdm_, kda_, kdu_, kdg_ or kds_")]
    Prefix,
    #[error(
        "this token is incomplete or too long: a keydeck token has {LENGTH} characters, only letters and digits except the _"
    )]
    Shape,
    #[error("a character is wrong: the checksum does not fit")]
    Checksum,
}

/// A well-formed token: known prefix, right length, right checksum.
#[derive(Debug, Clone)]
pub struct Token {
    kind: TokenKind,
    text: Secret,
}

impl Token {
    /// A new token from the operating system's random source.
    pub fn generate(kind: TokenKind) -> Result<Self, getrandom::Error> {
        let mut entropy = [0; 32];
        getrandom::fill(&mut entropy)?;
        let token = Self::from_entropy(kind, entropy);
        entropy.zeroize();
        Ok(token)
    }

    /// The token that these 256 bits make.
    pub fn from_entropy(kind: TokenKind, entropy: [u8; 32]) -> Self {
        let mut text = String::with_capacity(LENGTH);
        text.push_str(kind.prefix());
        text.push_str(&base62(entropy));
        let check = checksum(&text);
        text.push_str(&check);
        Self {
            kind,
            text: Secret::new(text),
        }
    }

    pub fn parse(text: &str) -> Result<Self, NotAToken> {
        let kind = TokenKind::ALL
            .into_iter()
            .find(|kind| text.starts_with(kind.prefix()))
            .ok_or(NotAToken::Prefix)?;
        let body = &text.as_bytes()[PREFIX..];
        if text.len() != LENGTH || !body.iter().all(u8::is_ascii_alphanumeric) {
            return Err(NotAToken::Shape);
        }
        let (covered, check) = text.split_at(PREFIX + RANDOM);
        if checksum(covered) != check {
            return Err(NotAToken::Checksum);
        }
        Ok(Self {
            kind,
            text: Secret::new(text),
        })
    }

    /// Reads a whole secret, with or without its padding, or its token alone. What is around it is [`super::pasted`]'s.
    pub fn presented(secret: &str) -> Result<Self, NotAToken> {
        match Self::parse(secret) {
            Err(NotAToken::Prefix) => {
                let json = Zeroizing::new(PADDED_OR_NOT.decode(secret).map_err(|_| NotAToken::Prefix)?);
                let connection: PresentedJson =
                    serde_json::from_slice(&json).map_err(|_| NotAToken::Prefix)?;
                Self::parse(connection.auth_token.expose())
            }
            parsed => parsed,
        }
    }

    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.expose())
    }

    /// What may be shown of it: the prefix and the last four characters, `kdw_…x9Qz`.
    pub fn hint(&self) -> String {
        let text = self.expose();
        format!("{}…{}", self.kind.prefix(), &text[text.len() - 4..])
    }

    /// The full secret that an integration presents. A Web or Mobile client finds its server in
    /// it: base64 (RFC 4648, padded) of compact ASCII JSON in this order of fields.
    pub fn secret(&self, connection: Option<(Uuid, &str)>) -> Secret {
        match connection {
            None => self.text.clone(),
            Some((project, public_url)) => {
                let json = ConnectionJson {
                    soul_id: project,
                    auth_server: format!("{}/api/jwt", public_url.trim_end_matches('/')),
                    auth_token: self.expose(),
                };
                // A struct of three strings always serialises.
                Secret::new(BASE64_STANDARD.encode(serde_json::to_string(&json).unwrap_or_default()))
            }
        }
    }
}

/// What the secrets of a local deck name as their server. It listens on a port that changes from one start to
/// the next, and any user of the machine could take a fixed one; below `invalid` no name ever exists (RFC 6761,
/// section 6.4), so nobody can answer in its place.
/// What is said of such a secret.
pub const OF_LOCAL_DECK: &str = "It is a key of the local deck, so no page or app can connect with it. Serve the deck with keydeck serve \
    --public-url URL, sign in at that URL, and reveal the key there: its secret then names that URL.";
pub const NO_SERVER: &str = "https://local-deck.invalid";

/// Whether a whole secret is of a local deck, so that no page or app can connect with it.
pub fn names_no_server(secret: &Secret) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        auth_server: String,
    }
    let json = PADDED_OR_NOT.decode(secret.expose()).map(Zeroizing::new);
    json.is_ok_and(|json| {
        serde_json::from_slice(&json).is_ok_and(|named: Named| named.auth_server.starts_with(NO_SERVER))
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectionJson<'a> {
    soul_id: Uuid,
    auth_server: String,
    auth_token: &'a str,
}

/// The relevant part of a presented secret; the address in it is for the client.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PresentedJson {
    auth_token: Secret,
}

/// 256 bits as 43 digits in base 62, most significant first.
fn base62(mut number: [u8; 32]) -> String {
    let mut digits = [0u8; RANDOM];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0u32;
        for byte in &mut number {
            let value = remainder << 8 | u32::from(*byte);
            *byte = (value / 62) as u8;
            remainder = value % 62;
        }
        *digit = ALPHABET[remainder as usize];
    }
    number.zeroize();
    digits.iter().map(|&d| d as char).collect()
}

fn checksum(text: &str) -> String {
    let mut crc = crc32fast::hash(text.as_bytes());
    let mut digits = [0u8; CHECK];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(crc % 62) as usize];
        crc /= 62;
    }
    digits.iter().map(|&d| d as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_never_changes() {
        let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        assert_eq!(
            token.expose(),
            "kdw_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzm"
        );
        assert_eq!(token.expose().len(), LENGTH);
        let largest = Token::from_entropy(TokenKind::User, [255; 32]);
        assert_eq!(largest.expose().len(), LENGTH);
        assert!(!format!("{token:?}").contains("1fJj"));
    }

    #[test]
    fn a_typing_slip_is_caught_without_a_server() {
        let token = Token::generate(TokenKind::Key(Scope::Analytics)).expect("entropy");
        let text = token.expose();
        assert_eq!(
            Token::parse(text).map(|t| t.kind()),
            Ok(TokenKind::Key(Scope::Analytics))
        );
        for place in PREFIX..LENGTH {
            let mut slip = text.as_bytes().to_vec();
            slip[place] = if slip[place] == b'x' { b'y' } else { b'x' };
            let slip = String::from_utf8(slip).expect("ASCII");
            assert_eq!(Token::parse(&slip).err(), Some(NotAToken::Checksum), "{place}");
        }
        assert_eq!(Token::parse(&text[..50]).err(), Some(NotAToken::Shape));
        assert_eq!(Token::parse("kdw_é").err(), Some(NotAToken::Shape));
        assert_eq!(Token::parse("sk_live_1").err(), Some(NotAToken::Prefix));
    }

    #[test]
    fn a_web_secret_names_its_project_and_server_in_order() {
        let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        let secret = token.secret(Some((Uuid::nil(), "https://keys.acme.example/")));
        let json = PADDED_OR_NOT.decode(secret.expose()).expect("base64");
        assert_eq!(
            String::from_utf8(json).expect("ASCII"),
            format!(
                r#"{{"soulId":"{}","authServer":"https://keys.acme.example/api/jwt","authToken":"{}"}}"#,
                Uuid::nil(),
                token.expose()
            )
        );
        let presented = Token::presented(secret.expose()).expect("its own secret");
        assert_eq!(presented.hash(), token.hash());
        assert_eq!(
            Token::presented(token.expose()).expect("a token").hash(),
            token.hash()
        );
        for other in ["", "e30=", "bm9uc2Vuc2U=", &secret.expose()[4..]] {
            assert_eq!(Token::presented(other).err(), Some(NotAToken::Prefix), "{other}");
        }
    }

    #[test]
    fn a_secret_of_a_local_deck_is_told_apart() {
        let token = Token::from_entropy(TokenKind::Key(Scope::Mobile), [7; 32]);
        let of = |server| token.secret(Some((Uuid::nil(), server)));
        assert!(names_no_server(&of(NO_SERVER)));
        assert!(!names_no_server(&of("https://keys.acme.example")));
        assert!(!names_no_server(&token.secret(None)));
    }

    #[test]
    fn a_hash_reads_back_from_hexadecimal() {
        let hash = TokenHash::of("x");
        assert_eq!(TokenHash::from_hex(&hash.to_string()), Some(hash));
        assert_eq!(TokenHash::from_hex("zz"), None);
    }
}
