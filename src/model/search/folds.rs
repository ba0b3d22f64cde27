//! What a line of text becomes where software breaks it over several: mail, YAML, shells, source code, quoted-printable.

use zeroize::Zeroizing;

/// At most this much lies between two parts: the end of a line, an indent, a mark of quotation or of a comment.
pub const LONGEST_FOLD: usize = 120;

/// The bytes that belong to it from the beginning, at most `wanted`, across line breaks; and how many bytes they take.
pub fn unfolded(bytes: &[u8], wanted: usize, belongs: impl Fn(u8) -> bool) -> (Zeroizing<Vec<u8>>, usize) {
    let mut text = Zeroizing::new(Vec::new());
    let (mut at, mut end) = (0, 0);
    while let Some(&byte) = bytes.get(at).filter(|_| text.len() < wanted) {
        if belongs(byte) {
            text.push(byte);
            at += 1;
            end = at;
            continue;
        }
        match fold(&bytes[at..]) {
            0 => break,
            length => at += length,
        }
    }
    (text, end)
}

/// How long the fold is that begins here: what ends a line and begins the next around at least one line break. A break
/// may also be written as an escape, as in JSON.
pub fn fold(bytes: &[u8]) -> usize {
    let (mut length, mut breaks) = (0, 0);
    while let Some(byte) = bytes.get(length).filter(|_| length < LONGEST_FOLD) {
        if matches!(&bytes[length..], [b'\\', b'r' | b'n', ..]) {
            length += 2;
            breaks += 1;
        } else if is_between(*byte) {
            // What joins two literals of source code is no part of base64 only beside a line break.
            breaks += usize::from(matches!(byte, b'\n' | b'\r'));
            length += 1;
        } else {
            break;
        }
    }
    if breaks == 0 { 0 } else { length }
}

/// Whether it may lie beside a line break in a fold.
pub const fn is_between(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t'
            | b'\r'
            | b'\n'
            | b'\\'
            | b'='
            | b'"'
            | b'\''
            | b'>'
            | b'|'
            | b'#'
            | b'*'
            | b'.'
            | b','
            | b'+'
    )
}

#[cfg(test)]
pub mod tests {
    use super::unfolded;

    /// Between two parts of a line.
    pub const FOLDS: [&str; 18] = [
        "\n",
        "\r\n",
        "\n    ",
        " \n",
        "=\n",
        "=\r\n",
        "\\\n",
        "\\\n  ",
        "\n> ",
        "\r\n>> ",
        "\n# ",
        "\n * ",
        "\"\n  \"",
        "\" +\n    \"",
        "' \\\n  '",
        "\\n",
        "\\r\\n",
        "\".\n\"",
    ];

    #[test]
    fn a_text_is_the_same_however_it_is_broken() {
        for between in FOLDS {
            let text = format!("abc{between}def{between}gh;rest");
            let (whole, length) = unfolded(text.as_bytes(), 100, |byte| byte.is_ascii_alphanumeric());
            assert_eq!(
                (whole.as_slice(), length),
                (&b"abcdefgh"[..], text.len() - 5),
                "{between:?}"
            );
        }
        for apart in [" ", "\t", "\", \"", "; ", "+", "\n\n;"] {
            let text = format!("abc{apart}def");
            let (whole, _) = unfolded(text.as_bytes(), 100, |byte| byte.is_ascii_alphanumeric());
            assert_eq!(whole.as_slice(), b"abc", "{apart:?}");
        }
    }
}
