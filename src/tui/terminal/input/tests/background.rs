//! What the terminal answers when it is asked for its background.

use super::*;
use crate::config::theme::Background;

/// What the pieces say of the background, between which so much time passes.
fn said(pieces: &[(u64, &[u8])]) -> Vec<Background> {
    let mut parser = Parser::default();
    let mut out = Vec::new();
    for (milliseconds, piece) in pieces {
        let mut left = Duration::from_millis(*milliseconds);
        while let Some(rest) = (parser.patience()).and_then(|patience| left.checked_sub(patience)) {
            left = rest;
            parser.silence(&mut out);
        }
        parser.feed(piece, &mut out);
    }
    while parser.patience().is_some() {
        parser.silence(&mut out);
    }
    let background = |input| match input {
        Input::Background(background) => Some(background),
        _ => None,
    };
    out.into_iter().filter_map(background).collect()
}

#[test]
fn the_background_is_read_wherever_the_answer_is_cut() {
    for (answer, background) in [
        (&b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\"[..], Background::Light),
        (b"\x1b]11;rgb:0000/0000/0000\x07", Background::Dark),
        (b"\xc2\x9d11;rgb:ff/ff/ff\xc2\x9c", Background::Light),
    ] {
        for cut in 0..=answer.len() {
            let (before, after) = answer.split_at(cut);
            assert_eq!(
                said(&[(0, b"j"), (0, before), (0, after), (0, b"k")]),
                [background]
            );
        }
    }
}

#[test]
fn an_answer_that_comes_after_its_escape_was_taken_for_the_key_is_read() {
    let pieces: [(u64, &[u8]); 2] = [(0, b"\x1b"), (200, b"]11;rgb:ffff/ffff/ffff\x07")];
    assert_eq!(said(&pieces), [Background::Light]);
}

#[test]
fn what_is_broken_or_cancelled_or_pasted_says_nothing() {
    for bytes in [
        &b"\x1b]11;rgb:ffff/ffff\x07"[..],
        b"\x1b]11;rgb:ffff/ffff/ffff\x18",
        b"\x1b]11;rgb:ffff/ffff/fff\x1bff\x07",
        b"\x1b]11;rgb:ffff/ffff/ffff",
        b"\x1b]11;?\x07",
        b"\x1b]12;rgb:ffff/ffff/ffff\x07",
        b"\x1b]52;c;MTE7cmdi\x07",
        b"\x1bP11;rgb:ffff/ffff/ffff\x1b\\",
        b"\x1b[200~\x1b]11;rgb:ffff/ffff/ffff\x07\x1b[201~",
        b"\x1b]11;rgb:00000000000000000000000000000000000000000000000000/0/0\x07",
    ] {
        assert_eq!(said(&[(0, bytes)]), [], "{}", bytes.escape_ascii());
    }
}
