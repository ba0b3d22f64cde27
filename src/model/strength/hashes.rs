//! Hashes of texts that everybody tries: as hard to guess as those.

use std::collections::HashSet;
use std::sync::LazyLock;

use sha2::{Digest, Sha256, Sha384, Sha512};

use super::samples::{PLACEHOLDERS, SAMPLES};

/// The commonest passwords, and the words of examples.
const COMMON: [&str; 20] = [
    "",
    "password",
    "123456",
    "12345678",
    "123456789",
    "secret",
    "admin",
    "test",
    "changeme",
    "hello",
    "qwerty",
    "letmein",
    "foo",
    "root",
    "example",
    "key",
    "password123",
    "P@ssw0rd",
    "welcome",
    "hello world",
];
/// Of [`COMMON`], in its order.
const MD5: [&str; 20] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "5f4dcc3b5aa765d61d8327deb882cf99",
    "e10adc3949ba59abbe56e057f20f883e",
    "25d55ad283aa400af464c76d713c07ad",
    "25f9e794323b453885f5181f1b624d0b",
    "5ebe2294ecd0e0f08eab7690d2a6ee69",
    "21232f297a57a5a743894a0e4a801fc3",
    "098f6bcd4621d373cade4e832627b4f6",
    "4cb9c8a8048fd02294477fcb1a41191a",
    "5d41402abc4b2a76b9719d911017c592",
    "d8578edf8458ce06fbc5bb76a58c5ca4",
    "0d107d09f5bbe40cade3de5c71e9e9b7",
    "acbd18db4cc2f85cedef654fccc4a4d8",
    "63a9f0ea7bb98050796b649e85481845",
    "1a79a4d60de6718e8e5b326e338ae533",
    "3c6e0b8a9c15224a8228b9a98ca1531d",
    "482c811da5d5b4bc6d497ffa98491e38",
    "161ebd7d45089b3446ee4e0d86dbcf92",
    "40be4e59b9a2a2b5dffb918c0e86b3d7",
    "5eb63bbbe01eeed093cb22bb8f5acdc3",
];
/// Of [`COMMON`], in its order.
const SHA1: [&str; 20] = [
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
    "7c4a8d09ca3762af61e59520943dc26494f8941b",
    "7c222fb2927d828af22f592134e8932480637c0d",
    "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
    "e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4",
    "d033e22ae348aeb5660fc2140aec35850c4da997",
    "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3",
    "fa9beb99e4029ad5a6615399e7bbae21356086b3",
    "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
    "b1b3773a05c0ed0176787a4f1574ff0075f7521e",
    "b7a875fc1ea228b9061041b7cec4bd3c52ab3ce3",
    "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33",
    "dc76e9f0c0006e8f919e0c515c66dbba3982f785",
    "c3499c2729730a7f807efb8676a92dcb6f8a3f8f",
    "a62f2225bf70bfaccbc7f1ef2a397836717377de",
    "cbfdac6008f9cab4083784cbd1874f76618d2a97",
    "21bd12dc183f740ee76f27b78eb39c8ad972a757",
    "c0b137fe2d792459f26ff763cce44574a5b5ab03",
    "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed",
];

static KNOWN: LazyLock<HashSet<Vec<u8>>> = LazyLock::new(|| {
    let texts = || {
        COMMON
            .iter()
            .chain(&SAMPLES)
            .chain(&PLACEHOLDERS)
            .map(|text| text.as_bytes())
    };
    let sha256 = texts().map(|text| Sha256::digest(text).to_vec());
    let sha384 = texts().map(|text| Sha384::digest(text).to_vec());
    let sha512 = texts().map(|text| Sha512::digest(text).to_vec());
    let others = MD5
        .iter()
        .chain(&SHA1)
        .filter_map(|digits| hex::decode(digits).ok());
    sha256.chain(sha384).chain(sha512).chain(others).collect()
});

pub fn is_known(bytes: &[u8]) -> bool {
    KNOWN.contains(bytes)
}
