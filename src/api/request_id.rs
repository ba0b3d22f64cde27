//! The id that a request goes by in the server's log, and that its answer carries.

/// The header of a request, when the caller chose its id, and of every answer.
pub const REQUEST_ID: &str = "x-request-id";
const MAX_LENGTH: usize = 64;

/// Whether a text can stand in a log line and in a sentence as it is. What is not so is not an id.
pub fn is_request_id(text: &str) -> bool {
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.');
    (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::is_request_id;

    #[test]
    fn an_id_can_be_searched_for_and_moves_no_cursor() {
        assert!(is_request_id("0192f3a4-7c1d-7e2b-9a55-3f1b2c4d5e6f"));
        for odd in ["", "two words", "\u{1b}[2J", "é", &"x".repeat(65)] {
            assert!(!is_request_id(odd), "{odd:?}");
        }
    }
}
