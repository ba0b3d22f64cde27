//! What can be guessed, and what can't.

use base64::prelude::{BASE64_STANDARD, Engine};
use proptest::prelude::*;

use super::*;

#[test]
fn what_somebody_could_guess_is_refused_however_long() {
    for weak in [
        "a",
        "s3cret-K9-fjw8Qzpt-0x7Lm-wq4Zy2",
        &"a".repeat(32),
        &"é".repeat(32),
        &"a".repeat(400),
        &"ab".repeat(16),
        &"abc123".repeat(8),
        "passwordpasswordpasswordpassword",
        "PasswordpasswordPASSWORDPassword1",
        "changemechangemechangemechangeme",
        "your-256-bit-secretyour-256-bit-secret",
        "abcdefghijklmnopqrstuvwxyz012345",
        "0123456789-abcdefghijklmnopqrstuvwxyz",
        "01234567890123456789012345678901",
        "98765432109876543210zyxwvutsrqponm",
        "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQ",
        "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6",
        "qwertyuiopasdfghjklzxcvbnm1234567890",
        "00000000-0000-0000-0000-000000000000",
        "01010011010001010100001101010010",
        "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeee",
        "................................",
    ] {
        assert!(is_guessable(weak), "{weak}");
    }
}

#[test]
fn repetitions_are_refused_in_whatever_form() {
    for weak in [
        &BASE64_STANDARD.encode([7; 48]),
        &BASE64_STANDARD.encode([0; 32]),
        "your-256-bit-secretYOUR_256_BIT_SECRET",
        "your-256-bit-secret your-256-bit-secret",
        "your-256-bit-secret.your.256.bit.secret.your",
        "your-256-bit-secret1your-256-bit-secret2",
        "k7Wq-2Zx9-k7wq2zx9-K7WQ_2ZX9_k7wq",
        "k7Wq2Zx91k7Wq2Zx92k7Wq2Zx93k7Wq2Zx94",
        "k7Wq2Zx9pLm4k7Wq2Zx9pLm4k7Wq2Zx9pLm4!7#",
        "secret-password-example-changeme",
        "MySecretPassword-MyExamplePassword-2026!",
        "default_secret_default_password_1",
        "test-secret-key-for-jwt-signing-must-be-long-enough-32",
        "mySecretKeyForAdminDashboardServiceJwtAuthenticationToken123456789",
        "YOUR_SUPER_SECRET_KEY_MAKE_SURE_IT_IS_LONG_ENOUGH",
        "your_super_secret_jwt_key_change_this_in_production",
        "ThisIsASecretKeyForJwtThatIsLongEnough123!",
        "change-me-please-change-me-please-now",
        "3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a756784d5df612",
        "example.example.example.example.",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
        &BASE64_STANDARD.encode((0..48).rev().collect::<Vec<u8>>()),
        &BASE64_URL_SAFE_NO_PAD.encode((0x80..0xc0).collect::<Vec<u8>>()),
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9",
        "!QAZ2wsx#EDC4rfv%TGB6yhn&UJM8ik,",
        "zaq1xsw2cde3vfr4bgt5nhy6mju7ki8l",
        "qazwsxedcrfvtgbyhnujmikolp123456",
        "1q2w3e4r5t6y7u8i9o0p1q2w3e4r5t6y",
        "qwertyuiopasdfghjklzxcvbnm123456",
        "3.14159265358979323846264338327950",
        "31415926535897932384626433832795",
        "27182818284590452353602874713526",
        "acme-studios-session-server-key-2026",
        "acme_studios_prod_session_server_key_2026",
        "2026-11-28T16:55:39.123456+00:00",
        "2026-11-28T16:55:39.123456789012Z",
        "2026-11-28 16:55:39.123456789+00:00",
        &BASE64_STANDARD.encode("a-string-secret-at-least-256-bits-long"),
        &BASE64_STANDARD.encode("passwordpasswordpasswordpassword"),
        "6368616e67656d656368616e67656d656368616e67656d65",
    ] {
        assert!(is_guessable(weak), "{weak}");
    }
    let random = "kY7w2Qz0pLx9";
    assert!(is_guessable(&random.repeat(4)), "a block that is repeated");
}

#[test]
fn what_documentation_shows_is_refused_whatever_stands_around_it() {
    for sample in [
        "a-string-secret-at-least-256-bits-long",
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        "super-secret-jwt-token-with-at-least-32-characters-long",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
        "ThisTokenIsNotSoSecretChangeIt",
        "hiG8DlOKvtih6AxlZn5XKImZ06yu8I3mkOzaJrEuW8yAv8Jnkw330uMt8AEqQ5LB",
    ] {
        for text in [
            sample.to_owned(),
            sample.to_uppercase(),
            sample.replace(['-', '_'], ""),
            format!("acme-{sample}-prod-1"),
            format!("{sample}{sample}"),
            BASE64_STANDARD.encode(sample),
        ] {
            assert!(is_guessable(&text), "{text}");
        }
    }
    for short in [
        "your-256-bit-secret",
        "your_jwt_secret",
        "keyboard cat",
        "SomeRandomString",
    ] {
        for text in [
            short.repeat(2),
            format!("{short}-{short}-{short}"),
            format!("{short}-for-production-2026"),
        ] {
            assert!(is_guessable(&text), "{text}");
        }
    }
    // As the first half of a longer one, and in front of what is made by chance.
    assert!(is_guessable("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"));
    assert!(!is_guessable(
        "your-256-bit-secret:9f86d081884c7d659a2feaa0c55ad015"
    ));
}

#[test]
fn a_hash_of_what_everybody_tries_is_refused_however_it_is_written() {
    use sha2::{Digest, Sha256, Sha512};
    for weak in [
        "",
        "password",
        "123456",
        "your-256-bit-secret",
        "shhhhhared-secret",
    ] {
        for bytes in [Sha256::digest(weak).to_vec(), Sha512::digest(weak).to_vec()] {
            let hex = hex::encode(&bytes);
            let base64 = [
                BASE64_STANDARD.encode(&bytes),
                BASE64_URL_SAFE_NO_PAD.encode(&bytes),
            ];
            for text in [hex.to_uppercase(), hex].into_iter().chain(base64) {
                assert!(is_guessable(&text), "{weak}: {text}");
            }
        }
    }
    // MD5 and SHA-1 of the empty text and of "password".
    for text in [
        "d41d8cd98f00b204e9800998ecf8427e",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
    ] {
        assert!(is_guessable(text), "{text}");
    }
}

#[test]
fn what_a_generator_or_a_person_with_care_makes_is_not() {
    for strong in [
        "the-private-key-of-the-session-server",
        "ssk_Qm7vKx2TzR9pLw4Yc8HdNf3BtJ6sGa1V",
        "0192f3a4-7c1e-7b52-9d3f-5a86c1e0b7f4",
        "9f86d081884c7d659a2feaa0c55ad015",
        "83150274961538204971602859374610",
        "session-server-secret-83150274961538204971602859374610",
        "secret_key_Qm7vKx2TzR9pLw4Yc8HdNf3BtJ6sGa1V",
        "crumpet-stingray-mosaic-uphill-glance-dastardly-2026",
        "crumpet stingray mosaic uphill glance dastardly unwilling",
        "4f9d1b52-8a7c-4e06-b3d8-6c2e95a1f047",
        "Ketchup7-gravel-Otter.manifold-ninety",
        "-----BEGIN-PRIVATE-KEY-----MIIBVgIBADANBgkqhkiG9w0",
    ] {
        assert!(!is_guessable(strong), "{strong}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_are_never_refused(bytes in proptest::collection::vec(any::<u8>(), 32)) {
        // Of 256 bits proptest also draws the simplest; those it shrinks to are not random.
        prop_assume!(bytes.iter().collect::<std::collections::HashSet<_>>().len() > 24);
        let hex = hex::encode(&bytes);
        prop_assert!(!is_guessable(&hex));
        prop_assert!(!is_guessable(&hex.to_uppercase()));
        prop_assert!(!is_guessable(&BASE64_STANDARD.encode(&bytes)));
        prop_assert!(!is_guessable(&BASE64_URL_SAFE_NO_PAD.encode(&bytes[..24])));
    }
}
