//! A backup as one authenticated file: no byte of it can be changed, removed or added without the root key.
//!
//! It is the copy of the database, with a head of its own in place of SQLite's, so that nothing opens it as a
//! database before it was proven; half of the head tells root keys apart. After it comes HMAC-SHA-256 over all
//! before. Both are made with keys that are derived from the root key.
//!
//! NEVER CHANGE HOW IT IS MADE: backups in the field are. Another way has another head.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::server::seal::{self, RootKey};

const MAGIC: [u8; 8] = *b"kdbackup";
/// What every file of SQLite begins with.
const DATABASE: [u8; 16] = *b"SQLite format 3\0";
const KEY_ID: usize = 8;
const HEAD: usize = MAGIC.len() + KEY_ID;
const TAIL: usize = 32;
const PIECE: usize = 64 * 1024;

/// Why a file is not accepted as a backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("it was changed after it was made")]
    Changed,
    #[error("it was changed after it was made: a part of it is missing")]
    CutOff,
    #[error(
        "it was made with another root key (before a rotation, that is the ….old-DATE of that time; give its file with \
         --root-key-file), or changed after it was made"
    )]
    OtherRootKey,
    #[error(
        "it is neither a database nor a backup, or was changed after it was made; name the file that keydeck backup \
         wrote, unpacked if something packed it"
    )]
    Neither,
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// What a file is, by its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupKind {
    Backup,
    /// As earlier versions made them: nothing tells whether it was changed.
    Database,
}

/// Looks at the head; the file is at its beginning again.
pub fn kind(file: &mut File) -> Result<BackupKind, BackupError> {
    let mut head = Vec::with_capacity(HEAD);
    file.take(HEAD as u64).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    match head.as_slice() {
        head if head.starts_with(&MAGIC) => Ok(BackupKind::Backup),
        head if head == DATABASE => Ok(BackupKind::Database),
        _ => Err(BackupError::Neither),
    }
}

/// Makes the copy of a database, which nothing has open, into a backup.
pub fn seal(file: &mut File, root_key: &RootKey) -> Result<(), BackupError> {
    if kind(file)? != BackupKind::Database {
        return Err(BackupError::Neither);
    }
    file.write_all(&MAGIC)?;
    file.write_all(&key_id(root_key))?;
    file.seek(SeekFrom::Start(0))?;
    let mut mac = authenticator(root_key);
    let mut reader = BufReader::with_capacity(PIECE, &mut *file);
    io::copy(&mut reader, &mut Authenticated(&mut mac))?;
    file.seek(SeekFrom::End(0))?;
    file.write_all(&mac.finalize().into_bytes())?;
    Ok(())
}

/// Copies the database that is in a backup; nothing of the copy may be used when this fails.
pub fn open(from: &mut File, to: &mut File, root_key: &RootKey) -> Result<(), BackupError> {
    let mut mac = authenticator(root_key);
    let mut head = [0; HEAD];
    from.read_exact(&mut head).map_err(|_| BackupError::CutOff)?;
    mac.update(&head);
    to.write_all(&DATABASE)?;
    // The tail is known as such when nothing follows it.
    let mut held = Vec::with_capacity(PIECE + TAIL);
    loop {
        let read = Read::take(&mut *from, PIECE as u64).read_to_end(&mut held)?;
        if read == 0 {
            break;
        }
        let ready = held.len().saturating_sub(TAIL);
        mac.update(&held[..ready]);
        to.write_all(&held[..ready])?;
        held.drain(..ready);
    }
    match mac.verify_slice(&held) {
        Ok(()) => Ok(()),
        Err(_) if head[MAGIC.len()..] != key_id(root_key) => Err(BackupError::OtherRootKey),
        Err(_) if held.len() < TAIL => Err(BackupError::CutOff),
        Err(_) => Err(BackupError::Changed),
    }
}

fn authenticator(root_key: &RootKey) -> Hmac<Sha256> {
    seal::authenticator(&root_key.derived(b"keydeck backup 1 authentication"))
}

fn key_id(root_key: &RootKey) -> [u8; KEY_ID] {
    let mut id = [0; KEY_ID];
    id.copy_from_slice(&root_key.derived(b"keydeck backup 1 key id")[..KEY_ID]);
    id
}

/// What is written is authenticated.
struct Authenticated<'a>(&'a mut Hmac<Sha256>);

impl Write for Authenticated<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().expect("made");
        file.write_all(bytes).expect("written");
        file.seek(SeekFrom::Start(0)).expect("sought");
        file
    }

    fn bytes(file: &mut File) -> Vec<u8> {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).expect("sought");
        file.read_to_end(&mut bytes).expect("read");
        bytes
    }

    fn database(length: usize) -> Vec<u8> {
        let body = (0..length).map(|n| (n * n / 7) as u8);
        DATABASE.into_iter().chain(body).collect()
    }

    fn sealed(database: &[u8], key: &RootKey) -> Vec<u8> {
        let mut made = file(database);
        seal(&mut made, key).expect("sealed");
        bytes(&mut made)
    }

    fn opened(backup: &[u8], key: &RootKey) -> Result<Vec<u8>, BackupError> {
        let (mut from, mut to) = (file(backup), file(b""));
        match kind(&mut from)? {
            BackupKind::Backup => {}
            _ => return Err(BackupError::Neither),
        }
        open(&mut from, &mut to, key)?;
        Ok(bytes(&mut to))
    }

    #[test]
    fn what_is_opened_is_what_was_sealed() {
        let key = RootKey::generate().expect("random");
        for length in [
            0,
            1,
            TAIL - 1,
            TAIL,
            4096,
            PIECE - 16,
            PIECE,
            PIECE + 1,
            3 * PIECE + 5,
        ] {
            let database = database(length);
            let backup = sealed(&database, &key);
            assert_eq!(backup.len(), database.len() + TAIL);
            assert_eq!(opened(&backup, &key).expect("its own key"), database, "{length}");
        }
    }

    #[test]
    fn any_changed_missing_or_added_byte_is_refused() {
        let key = RootKey::generate().expect("random");
        let backup = sealed(&database(300), &key);
        for bit in 0..backup.len() * 8 {
            let mut changed = backup.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let refused = opened(&changed, &key).expect_err("changed").to_string();
            assert!(
                refused.contains("changed after it was made"),
                "bit {bit}: {refused}"
            );
        }
        for length in 0..backup.len() {
            assert!(opened(&backup[..length], &key).is_err(), "{length}");
            assert!(opened(&backup[length + 1..], &key).is_err(), "{length}");
        }
        for more in [&b"\0"[..], &backup[..], &[0; 4096]] {
            let longer = [&backup[..], more].concat();
            assert!(opened(&longer, &key).is_err());
        }
        let mut swapped = backup.clone();
        swapped.swap(20, 21);
        assert!(opened(&swapped, &key).is_err());
    }

    #[test]
    fn another_root_key_says_so() {
        let [key, other] = [(); 2].map(|()| RootKey::generate().expect("random"));
        let refused = opened(&sealed(&database(300), &key), &other);
        assert!(matches!(refused, Err(BackupError::OtherRootKey)));
    }

    #[test]
    fn what_is_made_never_changes() {
        let key = RootKey::from_text(&"07".repeat(32)).expect("a root key");
        let backup = sealed(&database(0), &key);
        let digits = hex::encode(backup);
        // As HMAC-SHA-256 and HKDF-Expand of another implementation have it.
        assert_eq!(
            digits,
            "6b646261636b75702bb483e20d2f12a5961c55e2b5b481d548bd5f3398f7827855e6b138bc939e9ca65206a8eda9d9eb"
        );
    }
}
