use crossterm::event::{KeyCode, KeyEvent, KeyModifiers as Mod};
use proptest::prelude::*;

use super::Input;
use super::parser::Parser;
use super::paste::MAX_PASTE;

/// What was made of some input, in a form that can be compared.
#[derive(Debug, Clone, PartialEq)]
enum Made {
    Key(KeyCode, Mod),
    Mouse(String),
    Paste(String),
}

fn key(code: KeyCode) -> Made {
    Made::Key(code, Mod::NONE)
}

fn letters(text: &str) -> Vec<Made> {
    text.chars().map(|c| key(KeyCode::Char(c))).collect()
}

/// Feeds pieces, between which no time passes.
fn fed(parser: &mut Parser, pieces: &[&[u8]]) -> Vec<Made> {
    let mut out = Vec::new();
    pieces.iter().for_each(|piece| parser.feed(piece, &mut out));
    out.into_iter().map(made).collect()
}

/// Lets time pass until nothing is awaited any more.
fn quiet(parser: &mut Parser) -> Vec<Made> {
    let mut out = Vec::new();
    while parser.patience().is_some() {
        parser.silence(&mut out);
    }
    out.into_iter().map(made).collect()
}

fn made(input: Input) -> Made {
    match input {
        Input::Key(KeyEvent { code, modifiers, .. }) => Made::Key(code, modifiers),
        Input::Mouse(mouse) => Made::Mouse(format!("{:?} {},{}", mouse.kind, mouse.column, mouse.row)),
        Input::Paste(text) => Made::Paste(text.expose().to_owned()),
    }
}

fn parsed(bytes: &[u8]) -> Vec<Made> {
    let mut parser = Parser::default();
    let mut all = fed(&mut parser, &[bytes]);
    all.extend(quiet(&mut parser));
    all
}

/// The whole kind of what a terminal says that is no key: each is complete.
const NO_KEYS: &[&[u8]] = &[
    b"\x1b]y\x07",
    b"\x1b]y\x1b\\",
    b"\x1b]52;c;Y2Nj\x07",
    b"\x1b]11;rgb:0000/0000/0000\x07",
    b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b]4;1;rgb:0000/0000/0000\x9c",
    b"\x1b]lqd\xc2\x9c",
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
                patience.is_none_or(|patience| patience.as_secs() == 2),
                "{patience:?}"
            );
        }
        parser.feed(b"j", &mut out);
        let got: Vec<Made> = out.into_iter().map(made).collect();
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
    // What more follows at once was not typed.
    assert_eq!(parsed(b"\x1b]a\x03b\x07j"), letters("j"));
    assert_eq!(
        parsed(b"\x1b[200~a\x03b\x1b[201~"),
        [Made::Paste("a\x03b".into())]
    );
}

#[test]
fn a_lone_escape_is_the_key_and_one_before_a_key_is_alt() {
    let mut parser = Parser::default();
    assert_eq!(fed(&mut parser, &[b"\x1b"]), []);
    assert!(
        parser
            .patience()
            .is_some_and(|patience| patience.as_millis() <= 100)
    );
    assert_eq!(quiet(&mut parser), [key(KeyCode::Esc)]);
    assert_eq!(parsed(b"\x1b\x1b"), [key(KeyCode::Esc), key(KeyCode::Esc)]);
    assert_eq!(parsed(b"\x1b\x1b\x1b"), vec![key(KeyCode::Esc); 3]);
    assert_eq!(parsed(b"\x1b\x1b]11;q\x07"), [key(KeyCode::Esc)]);
    assert_eq!(parsed(b"\x1b\x1b[?1;2c"), [key(KeyCode::Esc)]);
    let click = Made::Mouse("Down(Left) 0,0".into());
    assert_eq!(parsed(b"\x1b\x1b[<0;1;1M"), [key(KeyCode::Esc), click]);
    // A terminal sends Alt and its key at once; a person types slower.
    assert_eq!(
        fed(&mut Parser::default(), &[b"\x1b", b"j"]),
        [vec![key(KeyCode::Esc)], letters("j")].concat()
    );
    assert_eq!(
        fed(&mut Parser::default(), &[b"\x1bj"]),
        [Made::Key(KeyCode::Char('j'), Mod::ALT)]
    );
    // After the key, other keys are keys.
    let mut out = Vec::new();
    parser.feed(b"\x1b", &mut out);
    parser.silence(&mut out);
    parser.feed(b"Pj", &mut out);
    let got: Vec<Made> = out.into_iter().map(made).collect();
    assert_eq!(
        got[1..],
        [Made::Key(KeyCode::Char('P'), Mod::SHIFT), key(KeyCode::Char('j'))]
    );
}

#[test]
fn keys_are_understood_in_every_encoding() {
    use KeyCode::*;
    let (none, shift, alt, ctrl) = (Mod::NONE, Mod::SHIFT, Mod::ALT, Mod::CONTROL);
    let table: &[(KeyCode, Mod, &[&str])] = &[
        (
            Home,
            none,
            &[
                "\x1b[H",
                "\x1b[1~",
                "\x1b[7~",
                "\x1bOH",
                "\x1b[57423u",
                "\x1b[1;1H",
                "\u{9b}H",
                "\x1b[1;129H",
            ],
        ),
        (
            End,
            none,
            &["\x1b[F", "\x1b[4~", "\x1b[8~", "\x1bOF", "\x1b[57424u"],
        ),
        (Home, ctrl, &["\x1b[1;5H", "\x1b[7^", "\x1b[1;5~", "\x1b[7;5~"]),
        (Delete, none, &["\x1b[3~", "\x1b[57426u"]),
        (Delete, ctrl, &["\x1b[3;5~", "\x1b[3^"]),
        (Up, none, &["\x1b[A", "\x1bOA", "\x1b[1;1:1A", "\x1b[1;1:2A"]),
        (Left, ctrl, &["\x1b[1;5D", "\x1bOd", "\x1bO5D"]),
        (Left, shift, &["\x1b[1;2D", "\x1b[d"]),
        (
            Left,
            alt,
            &["\x1b[1;3D", "\x1b\x1b[D", "\x1b\x1bOD", "\x1b[1;33D"],
        ),
        (Right, alt, &["\x1b[1;3C", "\x1b\x1b[C"]),
        (PageUp, none, &["\x1b[5~"]),
        (PageDown, none, &["\x1b[6~"]),
        (F(1), none, &["\x1bOP", "\x1b[11~", "\x1b[[A", "\x1b[P"]),
        (F(5), none, &["\x1b[15~", "\x1b[[E"]),
        (F(12), none, &["\x1b[24~"]),
        (
            Enter,
            none,
            &[
                "\r",
                "\x1b[13u",
                "\x1b[13;2u",
                "\x1b[27;2;13~",
                "\x1b[27;5;13~",
                "\x1bOM",
                "\x1b[57414u",
                "\x1b[109;5u",
            ],
        ),
        (Enter, alt, &["\x1b\r", "\x1b[13;3u"]),
        (Tab, none, &["\t", "\x1b[9u", "\x1b[105;5u"]),
        (
            BackTab,
            shift,
            &["\x1b[Z", "\x1b[9;2u", "\x1b[27;2;9~", "\x1b[1;2Z"],
        ),
        (
            Esc,
            none,
            &[
                "\x1b[27u",
                "\x1b[27;1u",
                "\x1b[27;1;27~",
                "\x1b[91;5u",
                "\x1b[27;5;91~",
            ],
        ),
        (Backspace, none, &["\x7f", "\x1b[127u", "\x1b[127;2u"]),
        (Backspace, alt, &["\x1b\x7f", "\x1b[127;3u", "\x1b[27;3;127~"]),
        (Backspace, ctrl, &["\x1b[127;5u"]),
        (
            Char('c'),
            ctrl,
            &["\x03", "\x1b[99;5u", "\x1b[27;5;99~", "\x1b[67;5u", "\x1b[99;69u"],
        ),
        (Char('_'), ctrl, &["\x1f", "\x1b[95;5u"]),
        (Char('z'), ctrl, &["\x1a", "\x1b[122;5u"]),
        (Char(' '), ctrl, &["\0", "\x1b[32;5u"]),
        (Char('b'), alt, &["\x1bb", "\x1b[98;3u", "\x1b[27;3;98~"]),
        (
            Char('j'),
            none,
            &[
                "j",
                "\x1b[106u",
                "\x1b[106;1u",
                "\x1b[106;1:1u",
                "\x1b[106;1;106u",
                "\x1b[106;129u",
            ],
        ),
        (
            Char('V'),
            shift,
            &[
                "V",
                "\x1b[118;2u",
                "\x1b[118:86;2u",
                "\x1b[27;2;86~",
                "\x1b[118;2;86u",
                "\x1b[86;2u",
            ],
        ),
        (
            Char('!'),
            shift,
            &["\x1b[49:33;2u", "\x1b[49;2;33u", "\x1b[27;2;33~"],
        ),
        (Char('é'), none, &["é", "\x1b[233u"]),
        (Char('é'), alt, &["\x1bé"]),
        (Char('🔑'), none, &["🔑"]),
        (Char('7'), none, &["7", "\x1bOw", "\x1b[57406u"]),
    ];
    for (code, modifiers, encodings) in table {
        for encoding in *encodings {
            let got = parsed(encoding.as_bytes());
            assert_eq!(got, [Made::Key(*code, *modifiers)], "{encoding:?}");
        }
    }
}

#[test]
fn the_mouse_is_understood_and_is_no_keys() {
    for (bytes, report) in [
        (&b"\x1b[<0;10;5M"[..], "Down(Left) 9,4"),
        (b"\x1b[<0;10;5m", "Up(Left) 9,4"),
        (b"\x1b[<64;300;200M", "ScrollUp 299,199"),
        (b"\x1b[<65;1;1M", "ScrollDown 0,0"),
        (b"\x1b[M !!", "Down(Left) 0,0"),
        (b"\x1b[Ma!\xff", "ScrollDown 0,222"),
        (b"\x1b[32;10;5M", "Down(Left) 9,4"),
    ] {
        assert_eq!(
            parsed(bytes),
            [Made::Mouse(report.into())],
            "{:?}",
            bytes.escape_ascii().to_string()
        );
    }
}

#[test]
fn a_paste_is_text_and_ends_by_itself() {
    let paste = |text: &str| vec![Made::Paste(text.into())];
    assert_eq!(parsed(b"\x1b[200~q d\rx\r\ny\n\x1b[201~"), paste("q d\nx\ny\n"));
    assert_eq!(parsed(b"\x1b[200~a\x1bb\x1b\x1bc\x1b[201~"), paste("abc"));
    assert_eq!(
        parsed(b"\x1b[200~a\x1b[Ab\x1bOAc\x1b[<0;1;1Md\x1b[201~"),
        paste("abcd")
    );
    assert_eq!(parsed("\x1b[200~“ü” 🔑\x1b[201~".as_bytes()), paste("“ü” 🔑"));
    assert_eq!(parsed(b"\x1b[200~no end"), paste("no end"));
    assert_eq!(parsed(b"\x1b[200~no end\x1b"), paste("no end"));
    assert_eq!(
        parsed(b"\x1b[200~a\x1b]string without an end\x1b[201~"),
        paste("a")
    );
    assert_eq!(parsed(b"\x1b[200~\x1b[201~"), paste(""));
    let mut parser = Parser::default();
    fed(&mut parser, &[b"\x1b[200~"]);
    for _ in 0..256 {
        assert_eq!(fed(&mut parser, &[&[b'a'; 4096]]), []);
    }
    let got = fed(&mut parser, &[b"\x1b[201~j"]);
    assert!(matches!(&got[0], Made::Paste(text) if text.len() == MAX_PASTE));
    assert_eq!(got[1..], letters("j"));
}

/// A key that can stand before anything, and its bytes.
fn any_key() -> impl Strategy<Value = (Vec<u8>, Option<Made>)> {
    prop_oneof![
        "[a-zé漢🔑0-9]".prop_map(|text| {
            let c = text.chars().next().unwrap_or_default();
            (text.into_bytes(), Some(key(KeyCode::Char(c))))
        }),
        Just((b"\r".to_vec(), Some(key(KeyCode::Enter)))),
        Just((b"\x1b[A".to_vec(), Some(key(KeyCode::Up)))),
        Just((b"\x1bOF".to_vec(), Some(key(KeyCode::End)))),
        Just((b"\x1b[3~".to_vec(), Some(key(KeyCode::Delete)))),
        Just((
            b"\x1b[99;5u".to_vec(),
            Some(Made::Key(KeyCode::Char('c'), Mod::CONTROL))
        )),
        Just((
            b"\x1b[<64;3;4M".to_vec(),
            Some(Made::Mouse("ScrollUp 2,3".into()))
        )),
        "[a-z ]{0,9}".prop_map(|text| (
            format!("\x1b[200~{text}\x1b[201~").into_bytes(),
            Some(Made::Paste(text))
        )),
    ]
}

/// A control string of random content, or a report.
fn any_noise() -> impl Strategy<Value = (Vec<u8>, Option<Made>)> {
    let content = proptest::collection::vec(
        prop_oneof![32..=126u8, Just(b'\r'), Just(b'\t'), Just(b'q'), Just(3)],
        0..20,
    );
    let ends = prop_oneof![Just("\x1b\\"), Just("\u{9c}"), Just("\x18")];
    let string = ("[\\]P_^X]", content, ends).prop_map(|(introducer, content, end)| {
        [b"\x1b", introducer.as_bytes(), &content, end.as_bytes()].concat()
    });
    let report = "\\[[<=>?][0-9;:]{0,80}[ !\"$'*]{0,2}[a-lp-zA-LN-Z]"
        .prop_map(|body| [b"\x1b", body.as_bytes()].concat());
    let listed = proptest::sample::select(NO_KEYS).prop_map(<[u8]>::to_vec);
    prop_oneof![string, report, listed].prop_map(|bytes| (bytes, None))
}

proptest! {
    #[test]
    fn keys_among_control_strings_are_exactly_the_keys(
        parts in proptest::collection::vec(prop_oneof![any_key(), any_noise()], 0..30),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12),
    ) {
        let bytes: Vec<u8> = parts.iter().flat_map(|(bytes, _)| bytes.clone()).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
        let mut parser = Parser::default();
        let got = fed(&mut parser, &pieces);
        let expected: Vec<Made> = parts.into_iter().filter_map(|(_, made)| made).collect();
        prop_assert_eq!(got, expected);
        prop_assert_eq!(parser.patience(), None);
    }

    #[test]
    fn no_bytes_are_too_much(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut parser = Parser::default();
        fed(&mut parser, &[&bytes]);
        quiet(&mut parser);
        // And whatever came, it is over by now.
        prop_assert_eq!(fed(&mut parser, &[b"j"]), letters("j"));
    }
}
