//! Files of a database that are read other than through SQLite. A process that closes any of its handles of a file
//! loses all its POSIX locks on that file, also those that SQLite took by another handle. So a process opens such a
//! file once, whoever asks for it, and closes it when nobody reads it any more.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::located::Identity;

static ALL: Mutex<Vec<(Identity, Arc<File>)>> = Mutex::new(Vec::new());

/// An open file of a database. It must be dropped after all connections of this process to that database.
pub struct Held {
    file: Arc<File>,
    // Dropped after `file`.
    _closing: Closing,
}

impl Held {
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut all = lock();
        let identity = Identity::from(&fs::metadata(path)?);
        let found = all.iter().find(|(other, _)| *other == identity);
        let file = match found {
            Some((_, file)) => file.clone(),
            None => {
                let file = Arc::new(File::open(path)?);
                all.push((Identity::from(&file.metadata()?), file.clone()));
                file
            }
        };
        Ok(Self {
            file,
            _closing: Closing,
        })
    }

    pub fn file(&self) -> &File {
        &self.file
    }
}

/// Closes the files that nobody reads any more, while nobody can open them.
struct Closing;

impl Drop for Closing {
    fn drop(&mut self) {
        lock().retain(|(_, file)| Arc::strong_count(file) > 1);
    }
}

fn lock() -> MutexGuard<'static, Vec<(Identity, Arc<File>)>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_opened_once_and_closed_when_nobody_reads_it_any_more() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "text").unwrap();
        let identity = Identity::from(&fs::metadata(&path).unwrap());
        let is_open = || lock().iter().filter(|(other, _)| *other == identity).count();
        let first = Held::open(&path).unwrap();
        let second = Held::open(&path).unwrap();
        assert!(Arc::ptr_eq(&first.file, &second.file));
        drop(first);
        assert_eq!(is_open(), 1);
        drop(second);
        assert_eq!(is_open(), 0);
    }
}
