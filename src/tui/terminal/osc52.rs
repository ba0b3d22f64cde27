//! OSC 52: the control sequence that asks the terminal to fill the clipboard, over SSH too.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::model::Secret;

/// The most that terminals are known to take: 100,000 bytes of sequence, as base64.
const MAX_BYTES: usize = 74_994;

/// The sequence for `secret`. Inside tmux it goes twice. Wrapped, it passes by tmux to the terminal
/// outside where `allow-passthrough` is on, and leaves nothing in tmux. Plain, it is for tmux itself
/// where `set-clipboard` is on, which also keeps it in a paste buffer. By default tmux heeds one or
/// neither, silently and depending on its version, and the terminal outside doesn't mind the same
/// text twice; nothing tells which one arrived, so no success may be claimed.
pub(super) fn sequence(secret: &Secret, in_tmux: bool) -> io::Result<Zeroizing<String>> {
    let text = secret.expose();
    if text.len() > MAX_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "this is too long for a terminal's clipboard",
        ));
    }
    let plain = Zeroizing::new(format!(
        "\x1b]52;c;{}\x07",
        *Zeroizing::new(STANDARD.encode(text))
    ));
    if !in_tmux {
        return Ok(plain);
    }
    // Inside the wrapping every escape is doubled; the sequence has exactly one.
    Ok(Zeroizing::new(format!(
        "\x1bPtmux;\x1b{}\x1b\\{}",
        *plain, *plain
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_goes_as_base64() {
        let sequence = sequence(&Secret::new("kda_x"), false).unwrap();
        assert_eq!(*sequence, "\x1b]52;c;a2RhX3g=\x07");
    }

    #[test]
    fn tmux_gets_it_wrapped_and_plain() {
        let sequence = sequence(&Secret::new("kda_x"), true).unwrap();
        assert_eq!(
            *sequence,
            "\x1bPtmux;\x1b\x1b]52;c;a2RhX3g=\x07\x1b\\\x1b]52;c;a2RhX3g=\x07"
        );
    }

    #[test]
    fn what_terminals_would_cut_is_refused() {
        assert!(sequence(&Secret::new("a".repeat(MAX_BYTES)), false).is_ok());
        assert!(sequence(&Secret::new("a".repeat(MAX_BYTES + 1)), false).is_err());
    }
}
