//! What a person does, in every encoding.

use super::super::paste::MAX_PASTE;
use super::*;

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
    // A terminal sends Alt and its key together; a person types slower.
    assert_eq!(
        fed(&mut Parser::default(), &[b"\x1b", b"j"]),
        [vec![key(KeyCode::Esc)], letters("j")].concat()
    );
    assert_eq!(
        fed(&mut Parser::default(), &[b"\x1bj"]),
        [Made::Key(KeyCode::Char('j'), Mod::ALT)]
    );
    // After the key, other keys are keys.
    let mut parser = Parser::default();
    let got = timed(&mut parser, &[(0, b"\x1b"), (150, b"Pj")]);
    assert_eq!(
        got[1..],
        [Made::Key(KeyCode::Char('P'), Mod::SHIFT), key(KeyCode::Char('j'))]
    );
}

const NONE: Mod = Mod::NONE;
const SHIFT: Mod = Mod::SHIFT;
const ALT: Mod = Mod::ALT;
const CTRL: Mod = Mod::CONTROL;

/// A key, and what terminals send for it.
const KEYS: &[(KeyCode, Mod, &[&str])] = &[
    (
        KeyCode::Home,
        NONE,
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
        KeyCode::End,
        NONE,
        &["\x1b[F", "\x1b[4~", "\x1b[8~", "\x1bOF", "\x1b[57424u"],
    ),
    (
        KeyCode::Home,
        CTRL,
        &["\x1b[1;5H", "\x1b[7^", "\x1b[1;5~", "\x1b[7;5~"],
    ),
    (KeyCode::Delete, NONE, &["\x1b[3~", "\x1b[57426u"]),
    (KeyCode::Delete, CTRL, &["\x1b[3;5~", "\x1b[3^"]),
    (
        KeyCode::Up,
        NONE,
        &["\x1b[A", "\x1bOA", "\x1b[1;1:1A", "\x1b[1;1:2A"],
    ),
    (KeyCode::Left, CTRL, &["\x1b[1;5D", "\x1bOd", "\x1bO5D"]),
    (KeyCode::Left, SHIFT, &["\x1b[1;2D", "\x1b[d"]),
    (
        KeyCode::Left,
        ALT,
        &["\x1b[1;3D", "\x1b\x1b[D", "\x1b\x1bOD", "\x1b[1;33D"],
    ),
    (KeyCode::Right, ALT, &["\x1b[1;3C", "\x1b\x1b[C"]),
    (KeyCode::PageUp, NONE, &["\x1b[5~"]),
    (KeyCode::PageDown, NONE, &["\x1b[6~"]),
    (KeyCode::F(1), NONE, &["\x1bOP", "\x1b[11~", "\x1b[[A", "\x1b[P"]),
    (KeyCode::F(5), NONE, &["\x1b[15~", "\x1b[[E"]),
    (KeyCode::F(12), NONE, &["\x1b[24~"]),
    (
        KeyCode::Enter,
        NONE,
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
    (KeyCode::Enter, ALT, &["\x1b\r", "\x1b[13;3u"]),
    (KeyCode::Tab, NONE, &["\t", "\x1b[9u", "\x1b[105;5u"]),
    (
        KeyCode::BackTab,
        SHIFT,
        &["\x1b[Z", "\x1b[9;2u", "\x1b[27;2;9~", "\x1b[1;2Z"],
    ),
    (
        KeyCode::Esc,
        NONE,
        &[
            "\x1b[27u",
            "\x1b[27;1u",
            "\x1b[27;1;27~",
            "\x1b[91;5u",
            "\x1b[27;5;91~",
        ],
    ),
    (KeyCode::Backspace, NONE, &["\x7f", "\x1b[127u", "\x1b[127;2u"]),
    (
        KeyCode::Backspace,
        ALT,
        &["\x1b\x7f", "\x1b[127;3u", "\x1b[27;3;127~"],
    ),
    (KeyCode::Backspace, CTRL, &["\x1b[127;5u"]),
    (
        KeyCode::Char('c'),
        CTRL,
        &["\x03", "\x1b[99;5u", "\x1b[27;5;99~", "\x1b[67;5u", "\x1b[99;69u"],
    ),
    (KeyCode::Char('_'), CTRL, &["\x1f", "\x1b[95;5u"]),
    (KeyCode::Char('z'), CTRL, &["\x1a", "\x1b[122;5u"]),
    (KeyCode::Char(' '), CTRL, &["\0", "\x1b[32;5u"]),
    (KeyCode::Char('b'), ALT, &["\x1bb", "\x1b[98;3u", "\x1b[27;3;98~"]),
    (
        KeyCode::Char('j'),
        NONE,
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
        KeyCode::Char('V'),
        SHIFT,
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
        KeyCode::Char('!'),
        SHIFT,
        &["\x1b[49:33;2u", "\x1b[49;2;33u", "\x1b[27;2;33~"],
    ),
    (KeyCode::Char('é'), NONE, &["é", "\x1b[233u"]),
    (KeyCode::Char('é'), ALT, &["\x1bé"]),
    (KeyCode::Char('🔑'), NONE, &["🔑"]),
    (KeyCode::Char('7'), NONE, &["7", "\x1bOw", "\x1b[57406u"]),
];

#[test]
fn keys_are_understood_in_every_encoding() {
    for (code, modifiers, encodings) in KEYS {
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
