//! What a key that comes from another product may be known by: its token, or the SHA-256 of it. Nothing weaker is taken, and
//! nothing salted, which could not be looked up.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

use super::pasted::foreign::FOREIGN_LENGTH;
use super::presented::KeyToken;
use super::token::NotAToken;
use super::{Scope, TokenHash, TokenKind, strength};

/// How hashes of passwords begin, and what each is called.
const SALTED: [(&str, &str); 22] = [
    ("$2a$", "bcrypt"),
    ("$2b$", "bcrypt"),
    ("$2x$", "bcrypt"),
    ("$2y$", "bcrypt"),
    ("{bcrypt}", "bcrypt"),
    ("$argon2", "argon2"),
    ("{argon2", "argon2"),
    ("$scrypt$", "scrypt"),
    ("$7$", "scrypt"),
    ("$s0$", "scrypt"),
    ("scrypt:", "scrypt"),
    ("scrypt$", "scrypt"),
    ("$y$", "yescrypt"),
    ("$pbkdf2", "PBKDF2"),
    ("pbkdf2", "PBKDF2"),
    ("{pbkdf2", "PBKDF2"),
    ("$1$", "salted MD5"),
    ("$apr1$", "salted MD5"),
    ("$5$", "salted SHA-256"),
    ("sha256$", "salted SHA-256"),
    ("$6$", "salted SHA-512"),
    ("{ssha", "salted SHA"),
];
/// Hashes by their length in bytes.
const OTHERS: [(usize, &str); 6] = [
    (16, "MD5"),
    (20, "SHA-1"),
    (28, "SHA-224"),
    (48, "SHA-384"),
    (64, "SHA-512"),
    (40, "RIPEMD-320"),
];
/// So many different bytes a hash has at least; one in 10^20 has fewer.
const MIN_DIFFERENT: usize = 12;

const GIVE_SHA256: &str =
    "give the SHA-256 of the token (64 hexadecimal digits, or base64), or the token itself";

/// The SHA-256 of a token, in hexadecimal digits or base64.
pub fn sha256(text: &str) -> Result<TokenHash, String> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if let Some((_, what)) = SALTED.iter().find(|(begins, _)| lower.starts_with(begins)) {
        return Err(format!(
            "This is a {what} hash, which no key can be looked up by; {GIVE_SHA256}."
        ));
    }
    let digits = lower
        .strip_prefix("sha256:")
        .or(lower.strip_prefix("0x"))
        .unwrap_or(&lower);
    let padded = text.trim_end_matches('=');
    let bytes = hex::decode(digits)
        .ok()
        .or_else(|| BASE64_STANDARD_NO_PAD.decode(padded).ok())
        .or_else(|| BASE64_URL_SAFE_NO_PAD.decode(padded).ok())
        .ok_or_else(|| format!("This can't be read as a hash; {GIVE_SHA256}."))?;
    let length = bytes.len();
    let hash: [u8; 32] = bytes.try_into().map_err(|_| {
        match OTHERS.iter().find(|(bytes, _)| *bytes == length) {
            Some((_, what)) => {
                format!("This has the length of a hash of {what}, which is not what keydeck looks keys up by; {GIVE_SHA256}.")
            }
            None => format!("A SHA-256 has 32 bytes, and this has {length}; {GIVE_SHA256}."),
        }
    })?;
    let mut different = hash;
    different.sort_unstable();
    let different = different.chunk_by(|a, b| a == b).count();
    match different < MIN_DIFFERENT || strength::is_known_hash(&hash) {
        true => Err("This is the hash of a text that everybody knows, or no hash at all; issue a new key in its place.".into()),
        false => Ok(TokenHash(hash)),
    }
}

/// The token of a key of this scope: keydeck's own, or one of another product.
pub fn token(scope: Scope, text: &str) -> Result<KeyToken, String> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if let Some((_, what)) = SALTED.iter().find(|(begins, _)| lower.starts_with(begins)) {
        return Err(format!(
            "This is a {what} hash and not a token; give the token itself, or its SHA-256 as sha256."
        ));
    }
    match KeyToken::presented(text) {
        Ok(KeyToken::Own(token)) => match token.kind() {
            TokenKind::Key(of) if of == scope => Ok(KeyToken::Own(token)),
            TokenKind::Key(of) => Err(format!(
                "This is the token of a keydeck key of scope {of}, and the scope here is {scope}."
            )),
            _ => Err("This is a keydeck token, but not that of a key.".into()),
        },
        Ok(foreign) if strength::varies_too_little(foreign.expose()) => Err(
            "This token varies too little, so that it could be guessed; issue a new key in its place.".into(),
        ),
        Ok(foreign) => Ok(foreign),
        Err(NotAToken::Prefix) => Err(wrong_shape(text)),
        Err(mistyped) => Err(format!("This begins like a keydeck token, but {mistyped}.")),
    }
}

fn wrong_shape(text: &str) -> String {
    let (least, most) = (FOREIGN_LENGTH.start(), FOREIGN_LENGTH.end());
    match text.chars().count() {
        0 => "Give the token, or its SHA-256.".into(),
        short if short < *least => {
            format!(
                "A token has {least} characters at least, so that it can't be guessed; this one has {short}. Issue a new key in its place."
            )
        }
        long if long > *most => format!("A token has {most} characters at most; this one has {long}."),
        _ => "A token has visible ASCII characters alone, without spaces.".into(),
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::model::Token;

    #[test]
    fn a_sha256_is_read_in_each_form_and_nothing_else_is_taken_for_one() {
        let bytes: [u8; 32] = Sha256::digest("sk_live_51HqLyjWDarjtT1zdp7dcXYZ").into();
        let hexadecimal = hex::encode(bytes);
        for form in [
            hexadecimal.clone(),
            hexadecimal.to_uppercase(),
            format!("sha256:{hexadecimal}"),
            BASE64_STANDARD_NO_PAD.encode(bytes),
            format!("{}=", BASE64_STANDARD_NO_PAD.encode(bytes)),
            BASE64_URL_SAFE_NO_PAD.encode(bytes),
        ] {
            assert_eq!(sha256(&form), Ok(TokenHash(bytes)), "{form}");
        }
        for (hash, named) in [
            (
                "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
                "bcrypt",
            ),
            ("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$hash", "argon2"),
            ("$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$hash", "PBKDF2"),
            ("pbkdf2_sha256$260000$salt$hash", "PBKDF2"),
            ("scrypt:32768:8:1$salt$hash", "scrypt"),
            (
                "sha256$salt$9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "salted",
            ),
            ("5f4dcc3b5aa765d61d8327deb882cf99", "MD5"),
            ("5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", "SHA-1"),
            (&hex::encode([7; 64]), "SHA-512"),
            ("not a hash", "can't be read"),
            ("", "0"),
            (&hex::encode(Sha256::digest("password")), "everybody knows"),
            (&"0".repeat(64), "no hash"),
        ] {
            let refused = sha256(hash).expect_err(hash);
            assert!(refused.contains(named), "{hash}: {refused}");
        }
    }

    #[test]
    fn a_token_is_long_and_varies_and_is_no_hash_of_a_password() {
        for good in [
            "sk_live_51HqLyjWDarjtT1zdp7dcXYZ",
            "kXyg3bPR0JZ2qf8WTmLa",
            "3f786850e387550fdab836ed7e6dc881",
        ] {
            assert!(token(Scope::Web, good).is_ok(), "{good}");
        }
        for (bad, named) in [
            ("kXyg3bPR0JZ2qf8WTmL", "20 characters"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "varies too little"),
            ("12345678901234567890", "varies too little"),
            (
                "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
                "bcrypt",
            ),
            ("with a space in the middle", "without spaces"),
            (
                "kdw_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzx",
                "checksum",
            ),
            ("", "SHA-256"),
        ] {
            let refused = token(Scope::Web, bad).expect_err(bad);
            assert!(refused.contains(named), "{bad}: {refused}");
        }
        let own = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        assert!(token(Scope::Web, own.expose()).is_ok());
        assert!(token(Scope::Mobile, own.expose()).is_err());
        let person = Token::from_entropy(TokenKind::User, [7; 32]);
        assert!(token(Scope::Web, person.expose()).is_err());
    }
}
