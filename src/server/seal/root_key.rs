//! The root key: 32 bytes in a file that only its owner can read, or in the environment; never in
//! the database. Without it no secret can be viewed again.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hmac::{Hmac, Mac};
use rustix::fs::{fchown, fstat, stat};
use rustix::process::{Gid, Uid, geteuid};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::SealError;
use crate::hardening;

const BYTES: usize = 32;
/// Of SHA-256.
const BLOCK: usize = 64;
/// More than any way to write a key takes.
const MAX_FILE: u64 = 1024;

pub struct RootKey(Zeroizing<[u8; BYTES]>);

impl RootKey {
    pub fn generate() -> Result<Self, SealError> {
        let mut key = Zeroizing::new([0; BYTES]);
        getrandom::fill(key.as_mut())?;
        Ok(Self(key))
    }

    /// Reads 64 hexadecimal digits, or base64, from the environment or a file.
    pub fn from_text(text: &str) -> Result<Self, SealError> {
        let text = text.trim();
        let mut key = Zeroizing::new([0; BYTES]);
        if text.len() == BYTES * 2 {
            hex::decode_to_slice(text, key.as_mut()).map_err(|_| SealError::NotARootKey)?;
            return Ok(Self(key));
        }
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(text).map_err(|_| SealError::NotARootKey)?);
        if bytes.len() != BYTES {
            return Err(SealError::NotARootKey);
        }
        key.copy_from_slice(&bytes);
        Ok(Self(key))
    }

    /// Reads the file; refuses one that group or others can read.
    pub fn read_file(path: &Path) -> Result<Self, SealError> {
        let unreadable = |source| SealError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(unreadable)?;
        if hardening::is_open_to_others(&file).map_err(unreadable)? {
            return Err(SealError::OpenToOthers(path.to_owned()));
        }
        let mut text = Zeroizing::new(String::with_capacity(BYTES * 4));
        file.take(MAX_FILE)
            .read_to_string(&mut text)
            .map_err(unreadable)?;
        Self::from_text(&text)
    }

    /// Writes a new file that only its owner can read: this process's user, or the one that is given.
    /// It is there whole or not at all, also after a power cut: a database whose root key is lost is
    /// lost too.
    pub fn write_new(&self, path: &Path, owner: Option<Owner>) -> Result<(), SealError> {
        let write = || -> io::Result<()> {
            let parent = directory_of(path);
            // Temporary files are made with mode 0600.
            let mut file = tempfile::NamedTempFile::new_in(parent)?;
            if let Some(owner) = owner {
                owner.take(file.as_file())?;
            }
            file.write_all(self.to_text().as_bytes())?;
            file.as_file().sync_all()?;
            file.persist_noclobber(path)?;
            File::open(parent)?.sync_all()
        };
        write().map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => SealError::Exists(path.to_owned()),
            _ => unwritable(path, source),
        })
    }

    /// 64 hexadecimal digits and a line break.
    fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(BYTES * 2 + 1));
        for byte in self.0.iter() {
            for nibble in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(nibble.into(), 16));
            }
        }
        text.push('\n');
        text
    }

    /// A key for one purpose, from which the root key can't be found: the one block of HKDF-Expand (RFC 5869).
    pub fn derived(&self, purpose: &[u8]) -> Zeroizing<[u8; BYTES]> {
        let mut block = authenticator(&self.0);
        block.update(purpose);
        block.update(&[1]);
        Zeroizing::new(block.finalize().into_bytes().into())
    }

    pub(super) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

/// HMAC-SHA-256. A key that is shorter than a block is followed by zeros, as the standard has it.
pub fn authenticator(key: &[u8; BYTES]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; BLOCK]);
    block[..BYTES].copy_from_slice(key);
    <Hmac<Sha256> as hmac::KeyInit>::new((&*block).into())
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey(…)")
    }
}

/// The user and group whose a file is.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    user: Uid,
    group: Gid,
}

impl Owner {
    pub fn of(path: &Path) -> io::Result<Self> {
        let found = stat(path)?;
        Ok(Self {
            user: Uid::from_raw(found.st_uid),
            group: Gid::from_raw(found.st_gid),
        })
    }

    pub fn user(self) -> u32 {
        self.user.as_raw()
    }

    /// Whether this process can make files that are this owner's.
    pub fn can_be_given_files(self) -> bool {
        let own = geteuid();
        own == self.user || own.is_root()
    }

    /// Makes the file this owner's, unless it is.
    pub fn take(self, file: &File) -> io::Result<()> {
        if fstat(file)?.st_uid != self.user() {
            fchown(file, Some(self.user), Some(self.group))?;
        }
        Ok(())
    }
}

/// Puts the file `new` in place of `old`, also after a power cut.
pub fn replace(new: &Path, old: &Path) -> Result<(), SealError> {
    std::fs::rename(new, old)
        .and_then(|()| File::open(directory_of(old))?.sync_all())
        .map_err(|source| unwritable(old, source))
}

/// The file itself: a link to it stays, and what is beside it is beside the file.
pub fn behind_links(path: &Path) -> PathBuf {
    let followed = |link: &Path| -> io::Result<PathBuf> {
        let target = std::fs::canonicalize(link);
        match target {
            Ok(target) => Ok(target),
            // What it leads to is not there yet.
            Err(_) => Ok(directory_of(link).join(std::fs::read_link(link)?)),
        }
    };
    match path.is_symlink() {
        true => followed(path).unwrap_or_else(|_| path.to_owned()),
        false => path.to_owned(),
    }
}

/// Where a rotation keeps the new root key until it takes the place of this one.
pub fn next_to(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".next");
    PathBuf::from(name)
}

/// The directory that a file is in.
pub fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn unwritable(path: &Path, source: io::Error) -> SealError {
    SealError::Unwritable {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::*;

    #[test]
    fn a_root_key_is_read_as_hexadecimal_or_base64() {
        let hex = RootKey::from_text(&format!(" {}\n", "0aF1".repeat(16))).expect("hexadecimal");
        let base64 = RootKey::from_text(&BASE64_STANDARD.encode([0x0a, 0xf1].repeat(16))).expect("base64");
        assert_eq!(hex.0, base64.0);
        assert_eq!(format!("{hex:?}"), "RootKey(…)");
        for text in ["", "0af1", &"é".repeat(32), &BASE64_STANDARD.encode([1; 31])] {
            assert!(
                matches!(RootKey::from_text(text), Err(SealError::NotARootKey)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_new_file_is_its_owners_and_is_never_overwritten() {
        let dir = tempfile::tempdir().expect("made");
        let path = dir.path().join("root-key");
        let key = RootKey::generate().expect("random");
        key.write_new(&path, None).expect("written");
        assert_eq!(RootKey::read_file(&path).expect("read").0, key.0);
        let mode = fs::metadata(&path).expect("there").mode();
        assert_eq!(mode & 0o777, 0o600);

        let again = RootKey::generate().expect("random").write_new(&path, None);
        assert!(matches!(again, Err(SealError::Exists(_))));
        assert_eq!(RootKey::read_file(&path).expect("read").0, key.0);
        assert_eq!(fs::read_dir(dir.path()).expect("read").count(), 1);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_what_to_run() {
        let dir = tempfile::tempdir().expect("made");
        let path = dir.path().join("root-key");
        RootKey::generate()
            .expect("random")
            .write_new(&path, None)
            .expect("written");
        for mode in [0o640, 0o604, 0o620, 0o644] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("set");
            let error = RootKey::read_file(&path).expect_err("open to others").to_string();
            assert!(
                error.contains(&format!("chmod 600 '{}'", path.display())),
                "{error}"
            );
        }
    }
}
