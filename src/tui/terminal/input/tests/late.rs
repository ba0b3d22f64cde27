//! Sequences that a slow line cuts, and what a person types after Escape.

use proptest::prelude::*;

use super::answers::NO_KEYS;
use super::*;

const PAUSES: [u64; 4] = [0, 50, 150, 500];

/// What begins with an Escape and is more than the end of something.
fn cut_by_time() -> impl Iterator<Item = &'static [u8]> {
    let listed = NO_KEYS.iter().copied();
    listed.filter(|sequence| sequence[0] == 0x1b && ![&b"\x1b\\"[..], b"\x1bO~"].contains(sequence))
}

#[test]
fn the_rest_of_an_answer_is_no_key_however_late_it_comes() {
    for sequence in cut_by_time() {
        for cut in 1..sequence.len() {
            for pause in PAUSES.into_iter().chain((cut == 1).then_some(2_900)) {
                if cut > 1 && pause > 1_900 {
                    continue;
                }
                let (before, after) = sequence.split_at(cut);
                let before = [b"j", before].concat();
                let after = [after, b"k"].concat();
                let got = timed(&mut Parser::default(), &[(0, &before), (pause, &after)]);
                let escape = (cut == 1 && pause > 100).then(|| key(KeyCode::Esc));
                let expected: Vec<Made> = [letters("j"), escape.into_iter().collect(), letters("k")].concat();
                let text = sequence.escape_ascii().to_string();
                assert_eq!(got, expected, "{text} cut at {cut} for {pause} ms");
            }
        }
    }
}

#[test]
fn nor_is_it_in_a_paste() {
    for sequence in cut_by_time().filter(|sequence| **sequence != *b"\x1b[201~") {
        for cut in 1..sequence.len() {
            for pause in PAUSES {
                let (before, after) = sequence.split_at(cut);
                let before = [b"\x1b[200~ab", before].concat();
                let after = [after, b"cd\x1b[201~k"].concat();
                let got = timed(&mut Parser::default(), &[(0, &before), (pause, &after)]);
                let expected = [vec![Made::Paste("abcd".into())], letters("k")].concat();
                let text = sequence.escape_ascii().to_string();
                assert_eq!(got, expected, "{text} cut at {cut} for {pause} ms");
            }
        }
    }
}

/// A paste that ended by itself in the middle of an answer.
#[test]
fn nor_after_a_paste_that_has_no_end() {
    let pieces: [(u64, &[u8]); 2] = [(0, b"\x1b[200~ab\x1b"), (2_500, b"]11;rgb:1c1c/1c1c/1c1c\x07j")];
    let got = timed(&mut Parser::default(), &pieces);
    assert_eq!(got, [vec![Made::Paste("ab".into())], letters("j")].concat());
}

#[test]
fn a_paste_ends_in_the_middle_of_a_string_too() {
    let mut parser = Parser::default();
    let got = fed(&mut parser, &[b"\x1b[200~ab\x1b]52;\x1b\x1b[201~j"]);
    assert_eq!(got, [vec![Made::Paste("ab".into())], letters("j")].concat());
}

#[test]
fn ctrl_c_is_never_held() {
    for typed in ["]", "[", "_", "P", "]1"] {
        let mut parser = Parser::default();
        fed(&mut parser, &[b"\x1b"]);
        wait(&mut parser, Duration::from_millis(150));
        let got = fed(&mut parser, &[typed.as_bytes(), b"\x03"]);
        assert_eq!(got.last(), Some(&Made::Key(KeyCode::Char('c'), Mod::CONTROL)));
        assert_eq!(got.len(), typed.len() + 1);
    }
}

/// The Escape is remembered for some seconds, no longer.
#[test]
fn long_after_the_key_escape_a_bracket_is_a_key_at_once() {
    let mut parser = Parser::default();
    fed(&mut parser, &[b"\x1b"]);
    assert_eq!(
        wait(&mut parser, Duration::from_millis(3_100)),
        [key(KeyCode::Esc)]
    );
    assert_eq!(parser.patience(), None);
    assert_eq!(fed(&mut parser, &[b"]"]), letters("]"));
}

fn any_pause() -> impl Strategy<Value = u64> {
    prop::sample::select(&PAUSES[..])
}

proptest! {
    /// Each form that keydeck's keys have nothing of: cut everywhere, by any time.
    #[test]
    fn an_answer_in_many_pieces_is_at_most_the_key_escape(
        answer in prop_oneof![
            "\x1b\\][0-9]{1,3};[ -~]{0,30}(\x07|\x1b\\\\)",
            "\x1b_G[a-z]=[ -~&&[^\\\\]]{0,30}\x1b\\\\",
            "\x1b\\[[?>=][0-9;]{1,12}[cnuRSy]",
            "\x1b\\[[0-9]{1,3}(;[0-9]{1,3}){1,2}[cnRt]",
        ],
        pauses in prop::collection::vec(any_pause(), 60),
    ) {
        let bytes = answer.as_bytes();
        let pieces: Vec<(u64, &[u8])> = pauses.into_iter().zip(bytes.chunks(1)).collect();
        let mut parser = Parser::default();
        let got = timed(&mut parser, &pieces);
        prop_assert!(got.is_empty() || got == [key(KeyCode::Esc)], "{got:?}");
        prop_assert_eq!(fed(&mut parser, &[b"j"]), letters("j"));
    }

    /// What a person types after Escape is all there, in its order.
    #[test]
    fn typing_after_the_key_escape_is_typing(
        typed in prop::collection::vec((prop::sample::select(&[40u64, 120, 250][..]), "[]\\[P^_XO\\\\abqn/]"), 1..8),
    ) {
        let mut parser = Parser::default();
        let pieces = typed.iter().map(|(pause, key)| (*pause, key.as_bytes()));
        let pieces: Vec<(u64, &[u8])> = std::iter::once((0, &b"\x1b"[..]))
            .chain(std::iter::once((150, &b""[..])))
            .chain(pieces)
            .collect();
        let got = timed(&mut parser, &pieces);
        let codes = got.into_iter().map(|made| match made {
            Made::Key(code, _) => Ok(code),
            other => Err(TestCaseError::fail(format!("{other:?}"))),
        });
        let codes = codes.collect::<Result<Vec<_>, _>>()?;
        let expected = typed.iter().flat_map(|(_, key)| key.chars()).map(KeyCode::Char);
        prop_assert_eq!(codes, std::iter::once(KeyCode::Esc).chain(expected).collect::<Vec<_>>());
    }
}
