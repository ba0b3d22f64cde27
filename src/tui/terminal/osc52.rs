//! OSC 52: the control sequence that asks the terminal to fill the clipboard, over SSH too.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::clipboard::Inside;
use crate::model::Secret;

/// The most that terminals are known to take: 100,000 bytes of sequence, as base64.
const MAX_BYTES: usize = 74_994;

/// The most bytes of a control string that every GNU screen takes whole: those before 4.2 keep 256.
const SCREEN_STRING: usize = 250;

/// The sequence for `secret`. A tmux that can't be asked gets it twice. Wrapped, it passes by tmux to the terminal
/// outside where `allow-passthrough` is on, and leaves nothing in tmux. Plain, it is for tmux itself
/// where `set-clipboard` is on, which also keeps it in a paste buffer. By default tmux heeds one or
/// neither, silently and depending on its version, and the terminal outside doesn't mind the same
/// text twice; nothing tells which one arrived, so no success may be claimed. GNU screen passes on
/// what is wrapped, in pieces that it can hold.
pub(super) fn sequence(secret: &Secret, inside: Inside) -> io::Result<Zeroizing<String>> {
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
    Ok(match inside {
        Inside::Terminal => plain,
        Inside::Tmux => Zeroizing::new(format!("{}{}", *past_tmux(&plain), *plain)),
        Inside::Screen => in_pieces(&plain),
        Inside::TmuxInScreen => past_tmux(&in_pieces(&plain)),
        Inside::TmuxInTmux => past_tmux(&past_tmux(&plain)),
    })
}

/// In the control string that passes by tmux, in which every escape is doubled.
fn past_tmux(sequence: &str) -> Zeroizing<String> {
    let doubled = Zeroizing::new(sequence.replace('\x1b', "\x1b\x1b"));
    Zeroizing::new(format!("\x1bPtmux;{}\x1b\\", *doubled))
}

/// Each piece in a control string of its own.
fn in_pieces(plain: &str) -> Zeroizing<String> {
    const AROUND: usize = 4;
    let pieces = plain.len().div_ceil(SCREEN_STRING);
    let mut wrapped = Zeroizing::new(String::with_capacity(plain.len() + pieces * AROUND));
    let mut rest = plain;
    while !rest.is_empty() {
        // It is all ASCII.
        let (piece, more) = rest.split_at_checked(SCREEN_STRING).unwrap_or((rest, ""));
        for part in ["\x1bP", piece, "\x1b\\"] {
            wrapped.push_str(part);
        }
        rest = more;
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_goes_as_base64() {
        let sequence = sequence(&Secret::new("kda_x"), Inside::Terminal).unwrap();
        assert_eq!(*sequence, "\x1b]52;c;a2RhX3g=\x07");
    }

    #[test]
    fn tmux_gets_it_wrapped_and_plain() {
        let sequence = sequence(&Secret::new("kda_x"), Inside::Tmux).unwrap();
        assert_eq!(
            *sequence,
            "\x1bPtmux;\x1b\x1b]52;c;a2RhX3g=\x07\x1b\\\x1b]52;c;a2RhX3g=\x07"
        );
    }

    #[test]
    fn what_terminals_would_cut_is_refused() {
        let whether = |length| sequence(&Secret::new("a".repeat(length)), Inside::Terminal).is_ok();
        assert!(whether(MAX_BYTES));
        assert!(!whether(MAX_BYTES + 1));
    }

    #[test]
    fn screen_gets_it_in_pieces_that_it_can_hold() {
        for length in [1, 170, 180, 400, 5_000] {
            let secret = Secret::new("s".repeat(length));
            let plain = sequence(&secret, Inside::Terminal).unwrap();
            let wrapped = sequence(&secret, Inside::Screen).unwrap();
            let pieces: Vec<&str> = wrapped
                .split_terminator("\x1b\\")
                .map(|piece| piece.strip_prefix("\x1bP").unwrap())
                .collect();
            assert!(pieces.iter().all(|piece| piece.len() <= 250), "{length}");
            assert_eq!(pieces.concat(), *plain, "{length}");
        }
    }

    #[test]
    fn one_multiplexer_in_another_gets_it_wrapped_twice() {
        let secret = Secret::new("kda_x");
        let in_screen = sequence(&secret, Inside::TmuxInScreen).unwrap();
        assert_eq!(
            *in_screen,
            "\x1bPtmux;\x1b\x1bP\x1b\x1b]52;c;a2RhX3g=\x07\x1b\x1b\\\x1b\\"
        );
        let in_tmux = sequence(&secret, Inside::TmuxInTmux).unwrap();
        assert_eq!(
            *in_tmux,
            "\x1bPtmux;\x1b\x1bPtmux;\x1b\x1b\x1b\x1b]52;c;a2RhX3g=\x07\x1b\x1b\\\x1b\\"
        );
    }
}
