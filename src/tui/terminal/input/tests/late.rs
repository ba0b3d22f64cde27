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

/// An Escape, intermediates and a final character are one sequence, also when the first could be a key.
#[test]
fn a_sequence_that_begins_as_alt_and_a_key_is_no_key() {
    for sequence in [&b"\x1b d"[..], b"\x1b/d", b"\x1b F", b"\x1b /A", b"\x1b//q"] {
        let text = sequence.escape_ascii().to_string();
        assert_eq!(parsed(&[b"j", sequence, b"k"].concat()), letters("jk"), "{text}");
        for pause in PAUSES {
            let pieces = [(0, &sequence[..1]), (pause, &sequence[1..])];
            let got = timed(&mut Parser::default(), &pieces);
            let escape: Vec<Made> = (pause > 100).then(|| key(KeyCode::Esc)).into_iter().collect();
            assert_eq!(got, escape, "{text} after {pause} ms");
        }
    }
}

#[test]
fn alt_and_what_begins_a_sequence_is_a_key_when_nothing_follows_at_once() {
    for c in ['/', ' ', '(', '%'] {
        let mut parser = Parser::default();
        let alt = [Made::Key(KeyCode::Char(c), Mod::ALT)];
        assert_eq!(
            fed(
                &mut parser,
                &[b"\x1b", c.to_string().as_bytes()]
                    .concat()
                    .chunks(2)
                    .collect::<Vec<_>>()
            ),
            []
        );
        assert_eq!(quiet(&mut parser), alt, "{c:?}");
    }
    let typed: [(u64, &[u8]); 2] = [(0, b"\x1b/"), (50, b"d")];
    let got = timed(&mut Parser::default(), &typed);
    assert_eq!(
        got,
        [vec![Made::Key(KeyCode::Char('/'), Mod::ALT)], letters("d")].concat()
    );
}

/// By hand, and as a program types a line.
#[test]
fn the_filter_is_opened_after_escape() {
    for pause in [20, 150, 1_000] {
        for rest in [&[(0, &b"/"[..]), (60, b"f"), (60, b"a")][..], &[(0, &b"/fa"[..])]] {
            let mut pieces: Vec<(u64, &[u8])> = vec![(0, b"\x1b")];
            pieces.extend(
                rest.iter()
                    .map(|(time, keys)| (if *time == 0 { pause } else { *time }, *keys)),
            );
            let got = timed(&mut Parser::default(), &pieces);
            assert_eq!(
                got,
                [vec![key(KeyCode::Esc)], letters("/fa")].concat(),
                "{pause} {rest:?}"
            );
        }
    }
}

/// What has no end is ended by the beginning of a paste.
#[test]
fn a_paste_begins_in_the_middle_of_anything() {
    for begun in [
        "\x1b]11;rgb:",
        "\x1b]l",
        "\x1bPq",
        "\x1b_Gi=1",
        "\x1b^q",
        "\x1bXq",
        "\u{9d}q",
        "\u{9f}q",
        "\x1b]q\x1b",
        "\x1b[1;",
        "\x1bO",
        "\x1b[[",
        "\x1b[M",
        "\x1b[M!",
        "\x1b(",
        "\x1b$(",
    ] {
        for pause in [0, 50, 600, 1_900] {
            let pieces = [
                (0, begun.as_bytes()),
                (pause, &b"\x1b[200~ab\x07cd \x1b[201~j"[..]),
            ];
            let got = timed(&mut Parser::default(), &pieces);
            let keys = got
                .iter()
                .filter(|made| **made != Made::Paste("ab\x07cd ".into()));
            let keys: Vec<&Made> = keys
                .filter(|made| !matches!(made, Made::Key(_, Mod::ALT)))
                .collect();
            assert_eq!(
                keys,
                letters("j").iter().collect::<Vec<_>>(),
                "{begun:?} for {pause} ms: {got:?}"
            );
            assert!(
                got.contains(&Made::Paste("ab\x07cd ".into())),
                "{begun:?} for {pause} ms: {got:?}"
            );
        }
    }
}

#[test]
fn the_rest_of_a_paste_that_stalled_is_no_key() {
    let whole = b"\x1b[200~ab\r\nqd /\x1b(Bdq\x1b[201~";
    for stall in [2_100, 2_500, 10_000, 50_000] {
        for cut in 6..whole.len() {
            let (before, after) = whole.split_at(cut);
            let after = [after, b"j"].concat();
            let got = timed(&mut Parser::default(), &[(0, before), (stall, &after)]);
            let keys: Vec<Made> = got
                .into_iter()
                .filter(|made| !matches!(made, Made::Paste(_)))
                .collect();
            assert_eq!(keys, letters("j"), "cut at {cut} for {stall} ms");
        }
    }
    // In several bursts, the first of which is longer than anybody types.
    let long = "dq".repeat(40);
    let pieces: [(u64, &[u8]); 5] = [
        (0, b"\x1b[200~ab"),
        (2_500, long.as_bytes()),
        (1_500, b"qd"),
        (2_500, b"d"),
        (50, b"q\x1b[201~j"),
    ];
    let got = timed(&mut Parser::default(), &pieces);
    let keys: Vec<Made> = got
        .into_iter()
        .filter(|made| !matches!(made, Made::Paste(_)))
        .collect();
    assert_eq!(keys, letters("j"));
}

#[test]
fn what_is_typed_after_a_paste_without_an_end_is_typed() {
    let typed: [(u64, &[u8]); 8] = [
        (0, b"\x1b[200~ab"),
        (2_500, b"j"),
        (150, b"k"),
        (90, b"\x1b[A"),
        (300, b"\x1b[<64;3;4M\x1b[<64;3;4M\x1b[<64;3;4M\x1b[<64;3;4M"),
        (300, b"/"),
        (400, b"\x1b"),
        (400, b"\x03"),
    ];
    let expected = [
        vec![Made::Paste("ab".into())],
        letters("jk"),
        vec![key(KeyCode::Up)],
        vec![Made::Mouse("ScrollUp 2,3".into()); 4],
        letters("/"),
        vec![key(KeyCode::Esc), Made::Key(KeyCode::Char('c'), Mod::CONTROL)],
    ];
    assert_eq!(timed(&mut Parser::default(), &typed), expected.concat());
    // A key that is held down is not held back.
    let mut parser = Parser::default();
    fed(&mut parser, &[b"\x1b[200~ab"]);
    wait(&mut parser, Duration::from_millis(2_500));
    let held = std::iter::repeat_n(&b"\x1b[B"[..], 3).collect::<Vec<_>>();
    assert_eq!(fed(&mut parser, &held), vec![key(KeyCode::Down); 3]);
}

proptest! {
    /// Wherever it stalls, and however long, a paste brings no keys, and those after it are all there.
    #[test]
    fn a_paste_that_stalls_brings_no_keys(
        text in "[a-zA-Z0-9 /\r(]{0,80}", at in any::<prop::sample::Index>(), stall in 2_001u64..50_000,
        typed in "[a-z/]{1,5}",
    ) {
        let whole = format!("\x1b[200~{text}\x1b[201~");
        let (before, after) = whole.split_at(6 + at.index(whole.len() - 6));
        let pieces = [(0, before.as_bytes()), (stall, after.as_bytes())];
        let keys = typed.as_bytes().chunks(1).map(|key| (120, key));
        let pieces: Vec<(u64, &[u8])> = pieces.into_iter().chain(keys).collect();
        let got = timed(&mut Parser::default(), &pieces);
        let keys: Vec<Made> = got.into_iter().filter(|made| !matches!(made, Made::Paste(_))).collect();
        prop_assert_eq!(keys, letters(&typed));
    }
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
        typed in prop::collection::vec((prop::sample::select(&[40u64, 120, 250][..]), "[]\\[P^_XO\\\\abqn/ (%#]"), 1..8),
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
