//! Signatures of webhooks, and the secrets that they are made with (Standard Webhooks 1.0).

use std::fmt;

use aws_lc_rs::hmac;
use base64::prelude::{BASE64_STANDARD, Engine};
use zeroize::Zeroizing;

use crate::model::Secret;
use crate::model::webhook_secret::{BYTES, PREFIX, WrittenSigningSecret};

const SHORTEST: usize = 24;
const LONGEST: usize = 64;

/// What a receiver verifies the signatures with.
#[derive(Clone)]
pub struct SigningSecret(Zeroizing<Vec<u8>>);

impl SigningSecret {
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new(vec![0; BYTES]);
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Parses `whsec_` and 24 to 64 bytes in base64.
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "A signing secret is whsec_ and 24 to 64 bytes in base64.";
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(FORM)?;
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| FORM)?;
        Self::from_bytes(bytes).ok_or_else(|| FORM.into())
    }

    /// `None` unless there are 24 to 64.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        let bytes = Zeroizing::new(bytes.into());
        (SHORTEST..=LONGEST).contains(&bytes.len()).then_some(Self(bytes))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As the receiver is told it.
    pub fn text(&self) -> Secret {
        WrittenSigningSecret::text_of(&self.0)
    }

    fn sign(&self, signed: &[&[u8]]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        signed.iter().for_each(|part| context.update(part));
        format!("v1,{}", BASE64_STANDARD.encode(context.sign()))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

/// The value of the header `webhook-signature`: one signature by each secret. Receivers are content with one that they can
/// verify, so that a secret can be replaced while messages are under way.
///
/// `timestamp` is in seconds since 1970.
pub fn signature(secrets: &[SigningSecret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let head = format!("{id}.{timestamp}.");
    let signed = [head.as_bytes(), body];
    let signatures: Vec<String> = secrets.iter().map(|secret| secret.sign(&signed)).collect();
    signatures.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the published libraries test it.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn secret(text: &str) -> SigningSecret {
        SigningSecret::parse(text).expect("valid")
    }

    #[test]
    fn published_examples_are_signed_as_there() {
        assert_eq!(signature(&[secret(SECRET)], ID, 1_614_265_330, BODY), SIGNED);
        // With a secret that is shorter than the specification lets it be.
        let bytes = BASE64_STANDARD
            .decode("plJ3nmyCDGBKInavdOK15jsl")
            .expect("base64");
        let short = SigningSecret(Zeroizing::new(bytes));
        let body = br#"{"event_type":"ping","data":{"success":true}}"#;
        assert_eq!(
            signature(&[short], "msg_loFOjxBNrRLzqYUf", 1_731_705_121, body),
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
        );
    }

    #[test]
    fn each_secret_signs_and_all_that_is_signed_changes_the_signature() {
        let other = SigningSecret::random().expect("random");
        let both = signature(&[secret(SECRET), other.clone()], ID, 1_614_265_330, BODY);
        let (first, second) = both.split_once(' ').expect("two");
        assert_eq!(first, SIGNED);
        assert_eq!(second, signature(&[other], ID, 1_614_265_330, BODY));
        for (id, timestamp, body) in [
            ("msg_x", 1_614_265_330, BODY),
            (ID, 1_614_265_331, BODY),
            (ID, 1_614_265_330, &BODY[1..]),
        ] {
            assert_ne!(signature(&[secret(SECRET)], id, timestamp, body), SIGNED);
        }
    }

    #[test]
    fn secrets_of_24_to_64_bytes_are_taken_and_written_as_they_were() {
        let of = |bytes: usize| format!("{PREFIX}{}", BASE64_STANDARD.encode(vec![7; bytes]));
        for length in [24, 32, 64] {
            let parsed = secret(&format!(" {}\n", of(length)));
            assert_eq!(parsed.text().expose(), of(length));
            assert_eq!(parsed.bytes(), vec![7; length]);
        }
        let random = SigningSecret::random().expect("random");
        assert_eq!(secret(random.text().expose()).bytes(), random.bytes());
        assert_eq!(format!("{random:?}"), "SigningSecret(…)");
        let bare = BASE64_STANDARD.encode([7; 32]);
        for wrong in ["", PREFIX, &of(23), &of(65), &bare, "whsec_!!!", &of(32)[..30]] {
            assert!(SigningSecret::parse(wrong).is_err(), "{wrong}");
        }
    }
}
