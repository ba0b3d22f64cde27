//! A token below what software makes of a text: each form by itself, and each below each other.

use std::io::Write;

use base64::prelude::{
    BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD, Engine as _,
};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

pub(super) type Disguise = (&'static str, fn(&[u8]) -> Vec<u8>);

pub(super) fn folded(text: &str, width: usize, between: &str) -> Vec<u8> {
    let lines = text.as_bytes().chunks(width).map(String::from_utf8_lossy);
    lines.collect::<Vec<_>>().join(between).into_bytes()
}

fn each_byte(bytes: &[u8], write: impl Fn(u8) -> String) -> Vec<u8> {
    bytes.iter().flat_map(|byte| write(*byte).into_bytes()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("compressed")
}

fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
    let new = archive
        .new_file("a.txt")
        .compression_method(rawzip::CompressionMethod::DEFLATE);
    let (mut entry, config) = new.start().expect("begun");
    let mut writer = config.wrap(flate2::write::DeflateEncoder::new(
        &mut entry,
        Compression::default(),
    ));
    writer.write_all(bytes).expect("written");
    let (encoder, descriptor) = writer.finish().expect("finished");
    encoder.finish().expect("compressed");
    entry.finish(descriptor).expect("finished");
    archive.finish().expect("finished")
}

/// Forms of text that any bytes can have.
pub(super) const CODES: [Disguise; 19] = [
    ("base64", |bytes| BASE64_STANDARD.encode(bytes).into_bytes()),
    ("base64 without padding", |bytes| {
        BASE64_STANDARD_NO_PAD.encode(bytes).into_bytes()
    }),
    ("base64 of URLs", |bytes| {
        BASE64_URL_SAFE.encode(bytes).into_bytes()
    }),
    ("base64 of URLs without padding", |bytes| {
        BASE64_URL_SAFE_NO_PAD.encode(bytes).into_bytes()
    }),
    ("base64 -w76", |bytes| {
        folded(&BASE64_STANDARD.encode(bytes), 76, "\n")
    }),
    ("base64 -w20", |bytes| {
        folded(&BASE64_STANDARD.encode(bytes), 20, "\n")
    }),
    ("base64 -w7", |bytes| {
        folded(&BASE64_STANDARD.encode(bytes), 7, "\n")
    }),
    ("base64 of YAML", |bytes| {
        folded(&BASE64_STANDARD.encode(bytes), 64, "\n      ")
    }),
    ("base64 of JSON", |bytes| {
        folded(&BASE64_STANDARD.encode(bytes), 60, "\\n")
    }),
    ("base64 of a script", |bytes| {
        folded(&BASE64_STANDARD.encode(bytes), 40, "\" +\n    \"")
    }),
    ("base64 of a shell", |bytes| {
        folded(&BASE64_STANDARD.encode(bytes), 76, " ")
    }),
    ("base64 of a patch", |bytes| {
        folded(&BASE64_STANDARD.encode(bytes), 76, "\n+")
    }),
    ("hex", |bytes| ::hex::encode(bytes).into_bytes()),
    ("HEX", |bytes| ::hex::encode_upper(bytes).into_bytes()),
    ("xxd -p", |bytes| folded(&::hex::encode(bytes), 60, "\n")),
    ("bytea", |bytes| {
        format!("\\x{}", ::hex::encode(bytes)).into_bytes()
    }),
    ("bytea of COPY", |bytes| {
        format!("1\t\\\\x{}\t2", ::hex::encode(bytes)).into_bytes()
    }),
    ("bytea of SQL", |bytes| {
        format!("VALUES ('\\x{}');", ::hex::encode_upper(bytes)).into_bytes()
    }),
    ("number", |bytes| {
        format!("0x{}", ::hex::encode(bytes)).into_bytes()
    }),
];

/// Forms that text has, and not any bytes.
pub(super) const TEXTS: [Disguise; 13] = [
    ("percent-encoded", |bytes| {
        each_byte(bytes, |byte| format!("%{byte:02X}"))
    }),
    ("percent-encoded, lower case", |bytes| {
        each_byte(bytes, |byte| format!("%{byte:02x}"))
    }),
    ("percent-encoded as of a form", |bytes| {
        each_byte(bytes, |byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).into(),
            byte => format!("%{byte:02X}"),
        })
    }),
    ("percent-encoded in part", |bytes| {
        each_byte(bytes, |byte| match byte {
            byte if !byte.is_ascii_alphanumeric() || byte % 3 == 0 => format!("%{byte:02x}"),
            byte => char::from(byte).into(),
        })
    }),
    ("of JSON", |bytes| {
        each_byte(bytes, |byte| format!("\\u{byte:04x}"))
    }),
    ("of JSON, upper case", |bytes| {
        each_byte(bytes, |byte| format!("\\u{byte:04X}"))
    }),
    ("of .NET", |bytes| {
        each_byte(bytes, |byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).into(),
            byte => format!("\\u{byte:04X}"),
        })
    }),
    ("of JavaScript", |bytes| {
        each_byte(bytes, |byte| format!("\\x{byte:02x}"))
    }),
    ("of a shell", |bytes| {
        each_byte(bytes, |byte| format!("\\{byte:03o}"))
    }),
    ("of HTML", |bytes| each_byte(bytes, |byte| format!("&#{byte};"))),
    ("of XML", |bytes| each_byte(bytes, |byte| format!("&#x{byte:x};"))),
    ("UTF-16LE", |bytes| {
        bytes.iter().flat_map(|byte| [*byte, 0]).collect()
    }),
    ("UTF-16BE", |bytes| {
        bytes.iter().flat_map(|byte| [0, *byte]).collect()
    }),
];

/// They are undone where they are in a text.
pub(super) const PACKED: [Disguise; 2] = [("gzip", gzip), ("zip", zip)];

/// The only finding: where it is, and of which token.
fn only(bytes: &[u8], what: &str, token: &Token) -> Finding {
    let found = search(bytes);
    let told: Vec<_> = found
        .findings
        .iter()
        .map(|found| (found.line, found.column, &found.layers))
        .collect();
    assert_eq!(found.findings.len(), 1, "{what}: {told:?}");
    assert_eq!(found.findings[0].hash, token.hash(), "{what}");
    assert_eq!(found.misspelt, 0, "{what}");
    found.findings[0].clone()
}

/// What is around it moves it to each place in a group of letters.
fn around(token: &Token, before: usize) -> Vec<u8> {
    format!("{}{}\n", &"password: \t"[..before], token.expose()).into_bytes()
}

/// A line of its own, the third.
pub(super) fn line(bytes: &[u8]) -> Vec<u8> {
    [b"# one\nkind: Secret\n  data: ", bytes, b"\nlast: line\n"].concat()
}

#[test]
fn every_kind_of_token_is_found_in_every_form_wherever_it_is_in_it() {
    for kind in TokenKind::ALL {
        let token = token(kind);
        for (what, disguise) in CODES.iter().chain(&TEXTS) {
            for before in 0..10 {
                let text = line(&disguise(&around(&token, before)));
                let found = only(&text, &format!("{what} {kind:?} behind {before}"), &token);
                let is_broken = text.iter().filter(|byte| **byte == b'\n').count() > 4;
                assert!(
                    found.line == 3 || is_broken && found.line > 2,
                    "{what}: {}",
                    found.line
                );
            }
        }
    }
}

#[test]
fn every_form_is_found_in_every_other() {
    for kind in [TokenKind::Key(Scope::Mobile), TokenKind::User] {
        let token = token(kind);
        for (inner, below) in CODES.iter().chain(&TEXTS).chain(&PACKED) {
            let outer = CODES
                .iter()
                .chain(TEXTS.iter().filter(|_| below(b"a").is_ascii()));
            for (outer, above) in outer {
                // Twice is UTF-32, which nobody writes.
                if inner.starts_with("UTF-16") && outer.starts_with("UTF-16") {
                    continue;
                }
                // Whoever writes UTF-16 writes whole units.
                for before in [0, 1, 2, 5] {
                    let text = line(&above(&below(&around(&token, before))));
                    only(&text, &format!("{inner} in {outer}, behind {before}"), &token);
                }
            }
        }
    }
}

#[test]
fn a_whole_secret_is_found_in_every_form() {
    let token = web();
    let secret = token.secret(Some((Uuid::nil(), "https://keys.acme.example")));
    let pretty = format!(
        "{{\n  \"soulId\": \"x\",\n  \"authToken\": \"{}\"\n}}",
        token.expose()
    );
    for secret in [secret.expose(), &BASE64_STANDARD.encode(pretty)] {
        for (what, disguise) in CODES.iter().chain(&TEXTS) {
            only(&line(&disguise(secret.as_bytes())), what, &token);
        }
    }
}

#[test]
fn a_finding_is_placed_where_the_token_begins() {
    let token = web();
    let text = format!("{}{}", "x".repeat(300), token.expose());
    let encoded = BASE64_STANDARD.encode(&text);
    let found = only(format!("key: {encoded}").as_bytes(), "base64", &token);
    assert_eq!(
        (found.line, found.column, found.layers),
        (1, 406, vec![TextLayer::Base64])
    );
    let found = only(&folded(&encoded, 76, "\n  "), "base64 -w76", &token);
    assert_eq!((found.line, found.column), (6, 23));
    let found = only(
        &each_byte(token.expose().as_bytes(), |byte| format!("%{byte:02x}")),
        "%",
        &token,
    );
    assert_eq!(
        (found.line, found.column, found.layers),
        (1, 1, vec![TextLayer::Escapes])
    );
    let twice = BASE64_STANDARD.encode(BASE64_STANDARD.encode(&text));
    let found = only(twice.as_bytes(), "twice", &token);
    assert_eq!(found.layers, [TextLayer::Base64; 2]);
}

#[test]
fn each_of_many_tokens_is_found_once() {
    let tokens: Vec<Token> = (0..200)
        .map(|seed| Token::from_entropy(TokenKind::User, [seed; 32]))
        .collect();
    let text: Vec<&str> = tokens.iter().map(Token::expose).collect();
    for text in [text.join("\n"), text.join("")] {
        for (what, disguise) in CODES.iter().chain(&TEXTS) {
            let hashes: Vec<_> = search(&disguise(text.as_bytes()))
                .findings
                .iter()
                .map(|found| found.hash)
                .collect();
            let expected: Vec<_> = tokens.iter().map(Token::hash).collect();
            assert_eq!(hashes, expected, "{what}");
        }
    }
}

#[test]
fn what_takes_several_windows_is_found_wherever_it_is_there() {
    let token = web();
    for (what, disguise) in CODES.iter().chain(&TEXTS[..2]).chain(&TEXTS[11..]) {
        for before in [WINDOW - LONGEST - 30, WINDOW - 30] {
            // Of the letters that a code makes of it, it begins at about this one.
            let rate = disguise(&[b'x'; 999]).len() as f64 / 999.0;
            let mut text = vec![b'x'; (before as f64 / rate) as usize];
            text.extend_from_slice(token.expose().as_bytes());
            text.extend_from_slice(&[b'y'; 5000]);
            only(&disguise(&text), what, &token);
        }
    }
}

#[test]
fn what_has_no_token_has_no_finding() {
    let slip = web().expose().replace("dwVzm", "dwVzn");
    for (what, disguise) in CODES.iter().chain(&TEXTS) {
        assert_eq!(
            search(&disguise(slip.as_bytes())),
            FileMatches::default(),
            "{what}"
        );
    }
}

/// The same number of steps for each byte, however the text is made: measured by what hostile text takes against plain one.
#[test]
fn hostile_text_takes_time_by_its_length() {
    let hostile = |length: usize| -> Vec<Vec<u8>> {
        let of = |part: &str| part.repeat(length / part.len() + 1).into_bytes();
        vec![
            of("a2R3X"),
            of("a2R3X\n"),
            of("eyJzb3VsSWQi"),
            of("6b64775f"),
            of("%6b%64%77%5f"),
            of("\\u006b\\u0064"),
            of("\\"),
            of("\n"),
            of("a\n"),
            of("a\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"),
            of("%41\n"),
            of("&#"),
            of("k\0d\0w\0_\0"),
            of("a\0\0"),
            of("H4sIAAAAAAAA/"),
            of("UEsDBBQAAAAI"),
        ]
    };
    for text in hostile(64 * 1024) {
        assert_eq!(search(&text).findings, []);
    }
    let bomb = BASE64_STANDARD.encode(gzip(&vec![0; 64 << 20]));
    assert_eq!(search(bomb.as_bytes()).findings, []);
}
