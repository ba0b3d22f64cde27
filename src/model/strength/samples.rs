//! Secrets that documentation, tutorials and templates show, which are long and varied and known to everybody.

use std::sync::LazyLock;

/// So much of a sample is known as that sample; shorter ones are known as a whole.
const TELLING: usize = 16;

/// As people copy them; compared without separators and case.
pub const SAMPLES: [&str; 64] = [
    // jwt.io and the standards (RFC 7515 A.1, 7517 A.3, 7520 3.5)
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-384-bits-long",
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    "FdFYFzERwC2uCBB46pZQi4GG85LujR8obt-KWRBICVQ",
    "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
    // Node
    "your_jwt_secret",
    "your_jwt_secret_key_here",
    "your-secret-key-change-in-production",
    "your-super-secret-key-change-this-in-production",
    "my_super_secret_key",
    "shhhhhared-secret",
    "keyboard cat",
    "DO NOT USE THIS VALUE. INSTEAD, CREATE A COMPLEX SECRET AND KEEP IT SAFE OUTSIDE OF THE SOURCE CODE.",
    "toBeModified",
    "YOUR_SECRET_HERE",
    // Supabase, PostgREST, Hasura, Directus, Ory, Dex, Grafana, GitLab, Nacos
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "reallyreallyreallyreallyverysafe",
    "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R",
    "255d861b-5ea1-5996-9aa3-922530ec40b1",
    "6116487b-cda1-52c2-b5b5-c8022c45e263",
    "PLEASE-CHANGE-ME-I-AM-VERY-INSECURE",
    "youReallyNeedToChangeThis",
    "ZXhhbXBsZS1hcHAtc2VjcmV0",
    "SW2YcwTIb9zpOOhoPsMm",
    "long-and-random-alphanumeric-string",
    "SecretKey012345678901234567890123456789012345678901234567890123456789",
    // PHP: Laravel, Symfony, php-jwt, lcobucci/jwt
    "SomeRandomString",
    "SomeRandomKey!!!",
    "YourSecretKey!!!",
    "SomeRandomStringWith32Characters",
    "ThisTokenIsNotSoSecretChangeIt",
    "example_key_of_sufficient_length",
    "mBC5v1sOKVvbdEitdSBenu59nfNfhwkedkJVNabosTw=",
    "hiG8DlOKvtih6AxlZn5XKImZ06yu8I3mkOzaJrEuW8yAv8Jnkw330uMt8AEqQ5LB",
    // Python: Django, Flask, FastAPI, Superset
    "django-insecure-",
    "!!!SET DJANGO_SECRET_KEY!!!",
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
    "thisISaSECRET_1234",
    "thisismyscretkey",
    "YOUR_OWN_RANDOM_GENERATED_SECRET_KEY",
    // Java and .NET
    "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
    "9a4f2c8d3b7a1e6f45c8a0b3f267d8b1d4e6f3c8a9d2b5f8e3a9c8b5f6v8a3d9",
    "5367566B59703373367639792F423F4528482B4D6251655468576D5A71347437",
    "3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b",
    "======================BezKoder=Spring===========================",
    "bezKoderSecretKey",
    "my-secret-token-to-change-in-production",
    "JWTSuperSecretKey",
    "THIS IS USED TO SIGN AND VERIFY JWT TOKENS, REPLACE IT WITH YOUR OWN SECRET, IT CAN BE ANY STRING",
    "This is my custom Secret key for authentication",
    "JWTAuthenticationHIGHsecuredPasswordVVVp1OH7Xzyr",
    // Go, Rust, clouds, a comic
    "hmacSampleSecret",
    "hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk=",
    "correct horse battery staple",
    // Pi, e, and the square roots of 2 and 3
    "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798214808651",
    "2.71828182845904523536028747135266249775724709369995957496696762772407663035354759457138217852516642742746639193",
    "1.41421356237309504880168872420969807856967187537694807317667973799073247846210703885038753432764157273501384623",
    "1.73205080756887729352744634150587236694280525381038062805580697945193301690880003708114618675724857567562614142",
];

/// Words that stand where a secret should.
pub const PLACEHOLDERS: [&str; 24] = [
    "secret",
    "password",
    "passwd",
    "passphrase",
    "changeme",
    "changethis",
    "changeit",
    "replaceme",
    "replacethis",
    "placeholder",
    "example",
    "sample",
    "default",
    "insecure",
    "testing",
    "foobar",
    "letmein",
    "qwerty",
    "welcome",
    "iloveyou",
    "admin",
    "yourkey",
    "yoursecret",
    "wjalrxutnfemik7mdengbpxrficyexamplekey",
];

/// What people put around a placeholder until it is long enough; by itself it could be anything.
const FILLERS: [&str; 72] = [
    "your",
    "this",
    "that",
    "super",
    "very",
    "really",
    "long",
    "enough",
    "least",
    "strong",
    "secure",
    "safe",
    "random",
    "string",
    "value",
    "words",
    "character",
    "characters",
    "chars",
    "bits",
    "bit",
    "bytes",
    "byte",
    "128",
    "256",
    "384",
    "512",
    "1234567890",
    "123456789",
    "123",
    "2024",
    "2025",
    "2026",
    "key",
    "jwt",
    "token",
    "app",
    "api",
    "auth",
    "authentication",
    "service",
    "session",
    "server",
    "private",
    "sign",
    "signing",
    "signature",
    "hmac",
    "for",
    "the",
    "and",
    "not",
    "use",
    "with",
    "put",
    "here",
    "please",
    "dont",
    "share",
    "must",
    "should",
    "replace",
    "change",
    "make",
    "sure",
    "generate",
    "production",
    "prod",
    "development",
    "dev",
    "local",
    "test",
];

static KNOWN: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| {
    let all = SAMPLES.iter().chain(&PLACEHOLDERS);
    all.map(|sample| letters(sample)).collect()
});
static AROUND: LazyLock<Vec<Vec<char>>> =
    LazyLock::new(|| FILLERS.iter().map(|word| letters(word)).collect());

/// Without separators and case.
pub fn letters(text: &str) -> Vec<char> {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// What is left of a text, in letters alone, without what is known; `None` when nothing of it is.
pub fn without(text: &[char]) -> Option<Vec<char>> {
    let mut is_known = vec![false; text.len()];
    mark(&KNOWN, text, &mut is_known);
    if !is_known.contains(&true) {
        return None;
    }
    mark(&AROUND, text, &mut is_known);
    let left = text.iter().zip(is_known).filter(|(_, is_known)| !is_known);
    Some(left.map(|(c, _)| *c).collect())
}

fn mark(words: &[Vec<char>], text: &[char], is_known: &mut [bool]) {
    for word in words {
        let length = word.len().min(TELLING);
        for (at, part) in text.windows(length).enumerate() {
            if word.windows(length).any(|known| known == part) {
                is_known[at..at + length].fill(true);
            }
        }
    }
}

/// Whether a word is one that stands around a placeholder, or is one.
pub fn is_common(word: &str) -> bool {
    FILLERS.contains(&word) || PLACEHOLDERS.contains(&word)
}
