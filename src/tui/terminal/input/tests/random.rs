//! Random input.

use proptest::prelude::*;

use super::answers::NO_KEYS;
use super::*;

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
        prop_oneof![
            "[ -~\r\t\x03]".prop_map(String::into_bytes),
            Just(b"\xc2\x9c".to_vec()),
            Just(b"\x9c".to_vec()),
            Just("✜".into()),
            Just(b"\x1bq".to_vec()),
            Just(b"\x1b[A".to_vec()),
            Just(b"\x1b]d".to_vec()),
            Just(b"\x1b\x1b".to_vec()),
        ],
        0..20,
    );
    let ends = prop_oneof![Just("\x1b\\"), Just("\x18")];
    let string = ("[\\]P_^X]", content, ends).prop_map(|(introducer, content, end)| {
        [b"\x1b", introducer.as_bytes(), &content.concat(), end.as_bytes()].concat()
    });
    let report = "\\[[<=>?][0-9;:]{0,80}[ !\"$'*]{0,2}[a-lp-zA-LN-Z]"
        .prop_map(|body| [b"\x1b", body.as_bytes()].concat());
    let listed = proptest::sample::select(NO_KEYS).prop_map(<[u8]>::to_vec);
    // Space and slash begin such a sequence, too: they are keys when an Escape stood alone before them.
    let designation = "[!-.][ -/]{0,3}[0-~]".prop_map(|body| [b"\x1b", body.as_bytes()].concat());
    prop_oneof![string, report, designation, listed].prop_map(|bytes| (bytes, None))
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
