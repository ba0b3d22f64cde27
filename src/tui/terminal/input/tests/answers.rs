//! What a terminal says that is no key, and strings that stop or never do.

use super::*;

/// The whole kind of what a terminal says that is no key: each is complete.
pub(super) const NO_KEYS: &[&[u8]] = &[
    b"\x1b]y\x07",
    b"\x1b]y\x1b\\",
    b"\x1b]52;c;Y2Nj\x07",
    b"\x1b]11;rgb:0000/0000/0000\x07",
    b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b]lqd\xc2\x9cq\x1b\\",
    b"\x1b]lqd\x9cq\x07",
    b"\xc2\x9d4;1;rgb:0000/0000/0000\x9c",
    "\x1b]l✜q\x1b\\".as_bytes(),
    b"\x1b]l\xe2\x9cq\x07",
    b"\x1b]lq\x1bqd\x07",
    b"\x1b_q\x1b\x07d\x1b\\",
    b"\x1b]l\x1b[Aq\x1bOPd\x07",
    b"\x1b_q\x1b]d\x1b_y\xc2\x9cq\x1b\\",
    b"\x1bPtmux;\x1b\x1b]11;q\x07d\x1b\\",
    b"\x1bPtmux;\x1b\x1b]11;q\x1b\x1b\\d\x1b\\",
    b"\xc2\x9dq\x1bqd\xc2\x9c",
    "\x1b]l“q” ü\x1b\\".as_bytes(),
    b"\x1b]q\x18",
    b"\x1b]q\x1a",
    b"\x1b]\r\n\tq\x07",
    b"\x1b_q\x1b\\",
    b"\x1b_Gi=1;OK\x1b\\",
    b"\x1b_q\x07d\x1b\\",
    b"\x1b^q\x1b\\",
    b"\x1bXq\x1b\\",
    b"\x1bP>|XTerm(370)\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1bP!|00000000\x1b\\",
    b"\x1bPq\x07q\x1b\\",
    b"\xc2\x90q\xc2\x9c",
    b"\xc2\x98q\xc2\x9c",
    b"\xc2\x9dq\x07",
    b"\xc2\x9eq\x1b\\",
    b"\xc2\x9fq\x9c",
    b"\x9dq\x07",
    b"\x9fq\x9c",
    b"\x1b\\",
    b"\xc2\x9c",
    b"\x1b[?1;2c",
    b"\x1b[?62;22c",
    b"\x1b[>41;370;0c",
    b"\x1b[=0c",
    b"\x1b[0n",
    b"\x1b[?13n",
    b"\x1b[24;80R",
    b"\x1b[1;5R",
    b"\x1b[?24;80R",
    b"\x1b[?2026;2$y",
    b"\x1b[4;2$y",
    b"\x1b[?1u",
    b"\x1b[?0u",
    b"\x1b[u",
    b"\x1b[>4;2m",
    b"\x1b[8;24;80t",
    b"\x1b[4;600;800t",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[201~",
    b"\x1b[99~",
    b"\x1b[5;7H",
    b"\x1b[1;2;3A",
    b"\x1b[1;5 q",
    b"\x1b[!p",
    b"\x1b[?1;2\"z",
    b"\x1b[3;1;2;3&w",
    b"\x1b[<35;1;1M",
    b"\x1b[<q",
    b"\x1b[<999;1;1M",
    b"\x1b[<0;1M",
    b"\x1b[<0;0;0M",
    b"\x1b[1;2\x18",
    b"\x1b[97;9u",
    b"\x1b[97;1:3u",
    b"\x1b[1;1:3A",
    b"\x1b[57441;2u",
    b"\x1b[4294967296u",
    b"\x1b[q",
    b"\x1b[12z",
    b"\xc2\x9b?1;2c",
    b"\x9b?1;2c",
    b"\x1bO~",
    b"\x1b(d",
    b"\x1b)0",
    b"\x1b%G",
    b"\x1b#8",
    b"\x1b$(d",
    b"\x1b(%5",
    b"\x1b-A",
    b"\x1b.q",
    b"\x1b!!!!!!!!!!!!d",
    b"\x80",
    b"\xff\xfe",
];

#[test]
fn what_is_no_key_is_swallowed_wherever_it_is_cut() {
    for sequence in NO_KEYS {
        for cut in 0..=sequence.len() {
            let mut parser = Parser::default();
            let (before, after) = sequence.split_at(cut);
            let got = fed(&mut parser, &[b"j", before, after, b"k"]);
            assert_eq!(got, letters("jk"), "{:?}", sequence.escape_ascii().to_string());
            assert_eq!(
                parser.patience(),
                None,
                "{:?}",
                sequence.escape_ascii().to_string()
            );
        }
    }
}

#[test]
fn in_a_paste_too() {
    for sequence in NO_KEYS.iter().filter(|sequence| **sequence != b"\x1b[201~") {
        let mut parser = Parser::default();
        let got = fed(&mut parser, &[b"\x1b[200~ab", sequence, b"cd\x1b[201~q"]);
        let text = Made::Paste("abcd".into());
        assert_eq!(
            got,
            [vec![text], letters("q")].concat(),
            "{:?}",
            sequence.escape_ascii().to_string()
        );
    }
}

/// A string that began waits for its rest, and what began to end it does too.
#[test]
fn a_string_in_pieces_far_apart_is_one_unless_it_stops_for_long() {
    for sequence in [
        &b"\x1b]y\x07"[..],
        b"\x1b_q\x1b\\",
        b"\x1b]11;q\x1b\\",
        b"\x1b^q\x1b\\",
        b"\x1b[?1;2c",
    ] {
        let mut parser = Parser::default();
        let mut out = Vec::new();
        parser.feed(&sequence[..1], &mut out);
        // The Escape is taken for the key, and what follows soon still for what it began.
        parser.silence(&mut out);
        for &byte in &sequence[1..] {
            parser.feed(&[byte], &mut out);
            let patience = parser.patience();
            assert!(
                patience.is_none_or(|patience| patience.as_secs() <= 2),
                "{patience:?}"
            );
        }
        parser.feed(b"j", &mut out);
        let got: Vec<Made> = out.into_iter().filter_map(made).collect();
        assert_eq!(got, [key(KeyCode::Esc), key(KeyCode::Char('j'))]);
    }
    for begun in [
        &b"\x1b]11;rgb"[..],
        b"\x1bPabc",
        b"\x1b_q\x1b",
        b"\x1b[1;",
        b"\x1b[M!",
        b"\x1bO",
        b"\xe2\x82",
    ] {
        let mut parser = Parser::default();
        assert_eq!(fed(&mut parser, &[begun]), []);
        assert_eq!(parser.patience().map(|patience| patience.as_secs()), Some(2));
        assert_eq!(quiet(&mut parser), []);
        assert_eq!(fed(&mut parser, &[b"j"]), letters("j"));
    }
}

#[test]
fn an_endless_string_takes_no_memory_and_ctrl_c_no_longer_than_it_is_typed() {
    let mut parser = Parser::default();
    fed(&mut parser, &[b"\x1b]"]);
    for _ in 0..1_000 {
        assert!(fed(&mut parser, &[&[b'q'; 4096][..]]).is_empty());
    }
    assert!(
        size_of::<Parser>() < 256,
        "it keeps {} bytes",
        size_of::<Parser>()
    );
    let ctrl_c = Made::Key(KeyCode::Char('c'), Mod::CONTROL);
    for begun in [
        &b"\x1b]11;q"[..],
        b"\x1b_q",
        b"\x1b[1;",
        b"\x1bO",
        b"\x1b[200~abc",
    ] {
        let mut parser = Parser::default();
        fed(&mut parser, &[begun, b"\x03"]);
        assert!(
            parser
                .patience()
                .is_some_and(|patience| patience.as_millis() <= 100)
        );
        assert_eq!(quiet(&mut parser).last(), Some(&ctrl_c), "{begun:?}");
        assert_eq!(fed(&mut parser, &[b"j"]), letters("j"));
    }
    // What more follows immediately was not typed.
    assert_eq!(parsed(b"\x1b]a\x03b\x07j"), letters("j"));
    assert_eq!(
        parsed(b"\x1b[200~a\x03b\x1b[201~"),
        [Made::Paste("a\x03b".into())]
    );
}
