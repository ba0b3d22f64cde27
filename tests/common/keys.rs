//! Keys as a terminal sends them.

/// The bytes of each key in `text`, in which `<Enter>` and the like are keys and `<lt>` is a `<`.
/// Wait for the effect of an `<Esc>` before typing on: right behind it a letter means Alt.
pub fn encoded(text: &str) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '<' {
            let (name, behind) = rest[1..].split_once('>').expect("a key's name ends with >");
            keys.push(named(name));
            rest = behind;
        } else {
            keys.push(first.to_string().into_bytes());
            rest = &rest[first.len_utf8()..];
        }
    }
    keys
}

fn named(name: &str) -> Vec<u8> {
    let bytes: &[u8] = match name {
        "lt" => b"<",
        "Enter" => b"\r",
        "Tab" => b"\t",
        "S-Tab" => b"\x1b[Z",
        "Esc" => b"\x1b",
        "Space" => b" ",
        "Backspace" => b"\x7f",
        "Delete" => b"\x1b[3~",
        "Up" => b"\x1b[A",
        "Down" => b"\x1b[B",
        "Right" => b"\x1b[C",
        "Left" => b"\x1b[D",
        "Home" => b"\x1b[H",
        "End" => b"\x1b[F",
        "F1" => b"\x1bOP",
        "F2" => b"\x1bOQ",
        "PageUp" => b"\x1b[5~",
        "PageDown" => b"\x1b[6~",
        _ => return vec![control(name)],
    };
    bytes.to_vec()
}

/// `C-s` is 0x13.
fn control(name: &str) -> u8 {
    match name.as_bytes() {
        [b'C', b'-', letter @ b'a'..=b'z'] => letter & 0x1f,
        _ => panic!("there is no key {name:?}"),
    }
}
