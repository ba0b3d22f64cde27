//! Bearer tokens, as requests present them.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

/// The one that is presented. More than one header is refused before (`head`).
pub fn sole(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked(7)?;
    scheme
        .eq_ignore_ascii_case(b"bearer ")
        .then(|| token.trim_ascii())
}
