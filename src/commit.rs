//! The commit that the program was built from. Of the program and not of the library: a new commit compiles only this.

use std::sync::LazyLock;

const LENGTH: usize = 12;
const COMMIT: Option<[u8; LENGTH]> = commit(include_bytes!(env!("KEYDECK_REFLOG")));

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let version = env!("CARGO_PKG_VERSION");
    match COMMIT
        .as_ref()
        .and_then(|commit| std::str::from_utf8(commit).ok())
    {
        Some(commit) => format!("{version} ({commit})"),
        None => version.to_owned(),
    }
});

/// The version, with the commit where it is known.
pub fn version() -> &'static str {
    &VERSION
}

/// The beginning of the second word of the last line.
const fn commit(log: &[u8]) -> Option<[u8; LENGTH]> {
    let mut start = log.len().saturating_sub(1);
    while start > 0 && log[start - 1] != b'\n' {
        start -= 1;
    }
    while start < log.len() && log[start] != b' ' {
        start += 1;
    }
    let mut commit = [0; LENGTH];
    let mut index = 0;
    while index < LENGTH {
        let at = start + 1 + index;
        if at >= log.len() || !log[at].is_ascii_hexdigit() {
            return None;
        }
        commit[index] = log[at];
        index += 1;
    }
    Some(commit)
}

#[cfg(test)]
mod tests {
    use super::commit;

    #[test]
    fn the_last_line_says_the_commit() {
        let log = b"0000000000000000 1111111111111111 mira <m@acme.example> 1 +0000\tclone\n\
            1111111111111111 abcdef0123456789 mira <m@acme.example> 2 +0000\tcommit: 2222222222222222\n";
        assert_eq!(commit(log).as_ref(), Some(b"abcdef012345"));
        assert_eq!(commit(b"- abcdef0123456789\n").as_ref(), Some(b"abcdef012345"));
        for unknown in [
            b"".as_slice(),
            b"\n",
            b"- \n",
            b"- abc\n",
            b"- HEAD of something\n",
        ] {
            assert_eq!(commit(unknown), None, "{}", String::from_utf8_lossy(unknown));
        }
    }
}
