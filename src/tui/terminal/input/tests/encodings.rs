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
