//! Tokens in files that only their user can read, for machines without a keyring.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{CredentialError, StoredToken};
use crate::config::environment::data_directory;
use crate::config::error::ConfigError;
use crate::hardening;

/// Longer than any stored token.
const MAX_FILE: usize = 8192;

/// Where the profile's token is stored: `keydeck/tokens/NAME` in the XDG data directory.
pub fn path(profile: &str) -> Result<PathBuf, ConfigError> {
    Ok(data_directory()?.join("tokens").join(profile))
}

/// Opens the file; refuses one that group or others can read or write, or that is another user's.
pub fn open(path: &Path) -> Result<File, CredentialError> {
    let file = File::open(path).map_err(unreadable(path))?;
    if hardening::is_open_to_others(&file).map_err(unreadable(path))? {
        return Err(CredentialError::OpenToOthers(path.to_owned()));
    }
    if let Some(owner) = hardening::foreign_owner(&file).map_err(unreadable(path))? {
        let path = path.to_owned();
        return Err(CredentialError::Foreign { path, owner });
    }
    Ok(file)
}

/// The stored token; `None` when there is none.
pub fn read(path: &Path) -> Result<Option<StoredToken>, CredentialError> {
    let file = match open(path) {
        Err(CredentialError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Ok(None);
        }
        opened => opened?,
    };
    // Large enough never to be moved, which would leave a copy in memory.
    let mut text = Zeroizing::new(String::with_capacity(MAX_FILE));
    file.take(MAX_FILE as u64)
        .read_to_string(&mut text)
        .map_err(unreadable(path))?;
    let kept = StoredToken::from_text(&text);
    kept.map(Some)
        .ok_or_else(|| CredentialError::Empty(path.display().to_string()))
}

/// Stores the token; the file is written atomically.
pub fn write(path: &Path, kept: &StoredToken) -> Result<(), CredentialError> {
    let write = || -> io::Result<()> {
        let parent = path.parent().unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
        // Temporary files are made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(parent)?;
        file.write_all(kept.to_text().as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|source| CredentialError::Unwritable {
        path: path.to_owned(),
        source,
    })
}

/// Removes the token; returns whether there was one.
pub fn remove(path: &Path) -> Result<bool, CredentialError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(CredentialError::Unwritable {
            path: path.to_owned(),
            source,
        }),
    }
}

pub(super) fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> CredentialError {
    move |source| CredentialError::Unreadable {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::model::{Secret, Servers};

    #[test]
    fn a_kept_token_is_its_owners_alone() {
        let directory = tempfile::tempdir().expect("made");
        let path = directory.path().join("tokens/staging");
        assert!(read(&path).expect("no fault").is_none());
        assert!(!remove(&path).expect("no fault"));
        let servers = Servers::parse(&["https://keys.acme.example"]).expect("valid");
        for token in ["kdu_one", "kdu_two"] {
            let kept = StoredToken::new(&servers, Secret::new(token));
            write(&path, &kept).expect("written");
            let read = read(&path).expect("readable").expect("there");
            assert_eq!((read.token.expose(), read.origins), (token, kept.origins));
        }
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(
            fs::read_dir(path.parent().expect("a directory"))
                .expect("read")
                .count(),
            1
        );

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
        let error = read(&path).expect_err("open to others").to_string();
        assert!(
            error.contains(&format!("chmod 600 '{}'", path.display())),
            "{error}"
        );
        assert!(remove(&path).expect("no fault") && !path.exists());
    }
}
