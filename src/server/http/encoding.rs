//! What a body is written in: UTF-8, and neither compressed nor marked. A body in anything else is refused with the name of
//! what is wrong, since its bytes alone would read as a mistake in the JSON.

use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::error::{ApiError, ApiResult};
use crate::api::ProblemType;

/// How bodies begin that are no UTF-8 text, and what that is. UTF-32's marks come before those of UTF-16, with which they
/// begin (The Unicode Standard, 23.8). Without a mark, JSON in UTF-16 or UTF-32 is known by its NUL bytes.
const BEGINNINGS: [(&[u8], &str); 10] = [
    (
        &[0xef, 0xbb, 0xbf],
        "a byte order mark (EF BB BF); send UTF-8 without it.",
    ),
    (
        &[0xff, 0xfe, 0, 0],
        "a byte order mark of UTF-32 (FF FE 00 00); send UTF-8 without a mark.",
    ),
    (
        &[0, 0, 0xfe, 0xff],
        "a byte order mark of UTF-32 (00 00 FE FF); send UTF-8 without a mark.",
    ),
    (
        &[0xff, 0xfe],
        "a byte order mark of UTF-16 (FF FE); send UTF-8 without a mark.",
    ),
    (
        &[0xfe, 0xff],
        "a byte order mark of UTF-16 (FE FF); send UTF-8 without a mark.",
    ),
    (&[0x1f, 0x8b], "the mark of gzip (1F 8B); send it uncompressed."),
    (
        &[0x28, 0xb5, 0x2f, 0xfd],
        "the mark of zstd (28 B5 2F FD); send it uncompressed.",
    ),
    (
        b"PK\x03\x04",
        "the mark of a zip file (PK); send the JSON itself.",
    ),
    (&[0x78, 0x9c], "the mark of zlib (78 9C); send it uncompressed."),
    (&[0x78, 0x01], "the mark of zlib (78 01); send it uncompressed."),
];

/// Refuses a body that its headers say is compressed, or in another encoding than UTF-8.
pub fn check_headers(headers: &HeaderMap) -> ApiResult<()> {
    let codings = headers.get_all(CONTENT_ENCODING).iter();
    let codings = codings.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    for coding in codings.map(<[u8]>::trim_ascii) {
        if !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity") {
            return Err(unsupported(format!(
                "The header Content-Encoding{} is not supported; send the body uncompressed, without this header.",
                shown(": ", &coding.escape_ascii().to_string())
            )));
        }
    }
    match charset(headers) {
        Some(charset) if !["utf-8", "utf8", "us-ascii"].contains(&charset.as_str()) => {
            Err(unsupported(format!(
                "The charset of the header Content-Type{} is not supported; send UTF-8.",
                shown(", charset=", &charset)
            )))
        }
        _ => Ok(()),
    }
}

/// Refuses a body whose first bytes are those of a compressed file or of another encoding than UTF-8.
pub fn check_beginning(body: &[u8]) -> ApiResult<()> {
    let known = BEGINNINGS
        .iter()
        .find(|(beginning, _)| body.starts_with(beginning));
    let what = match known {
        Some((_, what)) => *what,
        None if body.iter().take(4).any(|byte| *byte == 0) => {
            "NUL bytes, as UTF-16 and UTF-32 have; send UTF-8."
        }
        None => return Ok(()),
    };
    Err(ApiError::new(
        ProblemType::Malformed,
        format!("The body begins with {what}"),
    ))
}

fn charset(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let mut parameters = text
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Some(value.trim().trim_matches('"').to_ascii_lowercase())
}

/// The value after `before`, when it reads like the name of an encoding: a refusal repeats nothing that may be a secret.
fn shown(before: &str, value: &str) -> String {
    let is_name = value.len() <= 16 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match is_name {
        true => format!("{before}{value}"),
        false => String::new(),
    }
}

fn unsupported(detail: String) -> ApiError {
    ApiError::new(ProblemType::UnsupportedMediaType, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_json_begins_as_something_else() {
        for json in ["{\"name\": \"x\"}", " {}", "\n{}", "[]", "1", "\"é\"", ""] {
            assert!(check_beginning(json.as_bytes()).is_ok(), "{json:?}");
        }
    }
}
