//! The password file that every client of PostgreSQL reads: `~/.pgpass`, or what `PGPASSFILE` or `passfile=` names.
//! Each line is `host:port:database:user:password`; `*` is any, and a backslash makes a colon or a backslash itself.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::model::Secret;

/// Far more than anybody has passwords.
const LARGEST: u64 = 1024 * 1024;

/// Where passwords may be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassFile {
    pub path: PathBuf,
    /// Whether it was named explicitly.
    pub named: bool,
}

/// Why a file that is there can't be used. Its content is never shown.
#[derive(Debug, thiserror::Error)]
#[error("the password file {} {why}", path.display())]
pub struct PassFileError {
    path: PathBuf,
    why: String,
}

/// What a password is for.
#[derive(Debug, Clone, Copy)]
pub struct Login<'a> {
    pub host: &'a str,
    pub port: u16,
    pub database: &'a str,
    pub user: &'a str,
}

impl PassFile {
    /// The password of the first line that fits. A file that was not named need not exist.
    pub fn look_up(&self, login: Login<'_>) -> Result<Option<Secret>, PassFileError> {
        let text = match self.read() {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.named => return Ok(None),
            Err(error) => return Err(self.unusable(&error)),
        };
        Ok(text.expose().lines().find_map(|line| password(line, login)))
    }

    fn read(&self) -> io::Result<Secret> {
        let seen = fs::metadata(&self.path)?;
        if !seen.is_file() {
            return Err(io::Error::other("is no plain file"));
        }
        if seen.permissions().mode() & 0o077 != 0 {
            return Err(io::Error::other(
                "can be read or written by others, so it is not used: chmod 600 it",
            ));
        }
        let mut text = String::new();
        File::open(&self.path)?.take(LARGEST).read_to_string(&mut text)?;
        Ok(Secret::new(text))
    }

    fn unusable(&self, why: &dyn fmt::Display) -> PassFileError {
        let why = why.to_string();
        PassFileError {
            path: self.path.clone(),
            why: match why.starts_with("is ") || why.starts_with("can ") {
                true => why,
                false => format!("can't be read: {why}"),
            },
        }
    }
}

/// As a path that was given.
impl From<&Path> for PassFile {
    fn from(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            named: true,
        }
    }
}

fn password(line: &str, login: Login<'_>) -> Option<Secret> {
    let line = line.trim_end_matches('\r');
    if line.starts_with('#') {
        return None;
    }
    let mut rest = line;
    for wanted in [login.host, &login.port.to_string(), login.database, login.user] {
        let (field, behind) = field(rest)?;
        if field.raw != "*" && field.text != wanted {
            return None;
        }
        rest = behind;
    }
    // The last one goes on to the next colon, as libpq has it.
    let password = field(rest).map_or_else(|| unescaped(rest), |(field, _)| field.text);
    (!password.is_empty()).then(|| Secret::new(password))
}

struct Field<'a> {
    raw: &'a str,
    text: String,
}

/// Up to the next colon that no backslash stands before, and what is after it. `None`: there is no such colon.
fn field(line: &str) -> Option<(Field<'_>, &str)> {
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ':' => {
                let raw = &line[..at];
                let text = unescaped(raw);
                return Some((Field { raw, text }, &line[at + 1..]));
            }
            _ => {}
        }
    }
    None
}

fn unescaped(text: &str) -> String {
    let mut characters = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(c) = characters.next() {
        plain.push(match c {
            '\\' => characters.next().unwrap_or('\\'),
            c => c,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: Login = Login {
        host: "db.acme.example",
        port: 5432,
        database: "keydeck",
        user: "app:1",
    };

    fn written(text: &str, mode: u32) -> (tempfile::TempDir, PassFile) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pgpass");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let file = PassFile::from(path.as_path());
        (directory, file)
    }

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        for (text, password) in [
            (r"db.acme.example:5432:keydeck:app\:1:Ret77", Some("Ret77")),
            (r"*:*:*:*:Ret77", Some("Ret77")),
            (r"*:*:*:app\:1:a\:b\\c", Some(r"a:b\c")),
            ("# *:*:*:*:no\r\n\r\n*:*:*:*:Ret77\r\n*:*:*:*:no", Some("Ret77")),
            (r"\*:*:*:*:no", None),
            (
                "*:5433:*:*:no\n*:*:other:*:no\n*:*:*:app:no\nother:*:*:*:no",
                None,
            ),
            ("*:*:*:*:", None),
            ("*:*:*", None),
            ("", None),
            ("*:*:*:*:Ret77:trailing", Some("Ret77")),
        ] {
            let (_directory, file) = written(text, 0o600);
            let found = file.look_up(LOGIN).unwrap();
            assert_eq!(found.as_ref().map(Secret::expose), password, "{text}");
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_not_used() {
        for mode in [0o640, 0o604, 0o660, 0o606] {
            let (_directory, file) = written("*:*:*:*:Ret77", mode);
            let refused = file.look_up(LOGIN).unwrap_err().to_string();
            assert!(
                refused.contains("chmod 600") && !refused.contains("Ret77"),
                "{refused}"
            );
        }
        let (directory, mut file) = written("*:*:*:*:Ret77", 0o400);
        assert!(file.look_up(LOGIN).unwrap().is_some());
        file.path = directory.path().join("none");
        assert!(
            file.look_up(LOGIN)
                .unwrap_err()
                .to_string()
                .contains("can't be read")
        );
        file.named = false;
        assert!(file.look_up(LOGIN).unwrap().is_none());
        file.path = directory.path().to_owned();
        assert!(
            file.look_up(LOGIN)
                .unwrap_err()
                .to_string()
                .contains("no plain file")
        );
    }
}
