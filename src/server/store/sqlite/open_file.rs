//! Whether the path of the database still leads to the file that is open, its log still holds what was committed, and
//! the database what was acknowledged. Where it leads elsewhere, because the file was removed, moved, replaced or written
//! over, or the log or the contents were, what this process writes is gone with the next start, and what it reads may have
//! been revoked. So it does neither until it is started again.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rustix::io::Errno;

use super::acknowledged::Acknowledged;
use super::health::Health;
use super::located::{self, Identity, index_of, log_of};
use super::log_file::LogFile;
use super::log_index::Carried;
use super::on_disk::OnDisk;
use super::{chain, connection};
use crate::api::ActivityHead;
use crate::server::store::{StoreError, StoreResult};

/// Reads may be answered for so long without a look.
const UNSEEN: Duration = Duration::from_millis(250);

/// The open file. Clones share it. The last one must be dropped after all connections to the database, see
/// [`super::held`].
#[derive(Clone)]
pub struct OpenFile(Arc<Shared>);

struct Shared {
    /// As it was named, from the root: links on the way may be turned.
    named: PathBuf,
    file: PathBuf,
    database: Identity,
    /// The log and its index, where there were any when it was opened.
    beside: [Option<Identity>; 2],
    log: Option<LogFile>,
    /// `None` where nothing is acknowledged: nobody writes.
    acknowledged: Option<Acknowledged>,
    /// How many names (hard links) the file has.
    names: AtomicU64,
    on_disk: Mutex<OnDisk>,
    health: Health,
    opened: Instant,
    /// When the files and what is in them were last looked at, in milliseconds since it was opened.
    seen: AtomicU64,
    when_elsewhere: Mutex<Option<Box<dyn Fn() + Send>>>,
}

impl OpenFile {
    /// Opens it to be written, by the name that it has behind all links: beside that is the log.
    pub fn open(named: &Path, health: Health) -> StoreResult<(Connection, Self)> {
        let file = located::database(named)?;
        let before = located::identity(&file)?;
        let writer = connection::writer(&file)?;
        let acknowledged = Acknowledged::in_database(&writer)?;
        let open = Self::with(named, &file, before, health, Some(acknowledged))?;
        Ok((writer, open))
    }

    /// To be called while a connection that has read is open, which keeps the log where it is. `before` is what
    /// `file` was before that connection was made.
    pub fn new(named: &Path, file: &Path, before: Identity, health: Health) -> StoreResult<Self> {
        Self::with(named, file, before, health, None)
    }

    fn with(
        named: &Path,
        file: &Path,
        before: Identity,
        health: Health,
        acknowledged: Option<Acknowledged>,
    ) -> StoreResult<Self> {
        let log = LogFile::beside(file).map_err(|error| unavailable(file, &error))?;
        let carried = carried(log.as_ref())?;
        let found = fs::metadata(file).map_err(|error| unavailable(file, &error))?;
        let beside = |path: PathBuf| match fs::metadata(&path) {
            Ok(found) => Ok(Some(Identity::from(&found))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unavailable(&path, &error)),
        };
        if Identity::from(&found) != before {
            return Err(StoreError::Unavailable(format!(
                "{} was replaced while it was opened; try again",
                file.display()
            )));
        }
        let on_disk = OnDisk::of(file, &found, carried).map_err(|error| unavailable(file, &error))?;
        Ok(Self(Arc::new(Shared {
            named: std::path::absolute(named).map_err(|error| unavailable(named, &error))?,
            file: file.to_owned(),
            database: before,
            beside: [beside(log_of(file))?, beside(index_of(file))?],
            log,
            acknowledged,
            names: AtomicU64::new(1),
            on_disk: Mutex::new(on_disk),
            health,
            opened: Instant::now(),
            seen: AtomicU64::new(0),
            when_elsewhere: Mutex::new(None),
        })))
    }

    pub fn path(&self) -> &Path {
        &self.0.file
    }

    /// What is done once it is noticed that the path leads elsewhere.
    pub fn when_elsewhere(&self, act: impl Fn() + Send + 'static) {
        *lock(&self.0.when_elsewhere) = Some(Box::new(act));
    }

    /// Before a read by this connection: a look at all, unless there was one just now.
    pub fn glance(&self, now: Instant, conn: &Connection) -> StoreResult<()> {
        self.0.health.may_read()?;
        let now = now.saturating_duration_since(self.0.opened).as_millis() as u64;
        let seen = self.0.seen.load(Ordering::Relaxed);
        match now.saturating_sub(seen) < UNSEEN.as_millis() as u64 {
            true => Ok(()),
            false => self.look_into(conn),
        }
    }

    /// Looks at the files and at what is in them, which this connection reads.
    pub fn look_into(&self, conn: &Connection) -> StoreResult<()> {
        self.look()?;
        self.compare(conn)?;
        let now = self.0.opened.elapsed().as_millis() as u64;
        self.0.seen.store(now, Ordering::Relaxed);
        Ok(())
    }

    /// Fails when the path leads elsewhere, from then on always. What is in the files is for [`OpenFile::compare`].
    pub fn look(&self) -> StoreResult<()> {
        self.0.health.may_read()?;
        self.difference()?.map_or(Ok(()), |why| self.stop(&why))
    }

    /// Fails when the connection doesn't find what was acknowledged, from then on always.
    pub fn compare(&self, conn: &Connection) -> StoreResult<()> {
        self.0.health.may_read()?;
        let difference = self.0.acknowledged.as_ref().map(|known| known.difference(conn));
        difference
            .transpose()?
            .flatten()
            .map_or(Ok(()), |why| self.stop(&why))
    }

    /// The newest row that is there once the transaction of this connection is committed: then it is to be acknowledged.
    pub fn to_acknowledge(&self, conn: &Connection) -> StoreResult<Option<ActivityHead>> {
        self.0
            .acknowledged
            .as_ref()
            .map(|_| chain::head(conn))
            .transpose()
    }

    pub fn acknowledge(&self, head: Option<ActivityHead>) {
        if let Some((known, head)) = self.0.acknowledged.as_ref().zip(head) {
            known.advance(head);
        }
    }

    /// As [`OpenFile::look`], after reading all of the log: some megabytes.
    pub fn look_through(&self) -> StoreResult<()> {
        self.look()?;
        let damage = self.0.log.as_ref().map_or(Ok(None), LogFile::damage_in_all);
        match damage.map_err(|error| unavailable(&log_of(&self.0.file), &error))? {
            Some(why) => self.stop(&why),
            None => Ok(()),
        }
    }

    fn stop(&self, why: &str) -> StoreResult<()> {
        let shared = &*self.0;
        if shared.health.elsewhere(&shared.named, why) {
            let told = shared.log.as_ref().map_or(Ok(()), LogFile::tell_of_a_stop);
            if let Err(error) = told {
                tracing::warn!(%error, "commands that open the database won't say that this server stopped");
            }
            if let Some(act) = &*lock(&shared.when_elsewhere) {
                act();
            }
        }
        shared.health.may_read()
    }

    /// How many names (hard links) the file had at the last look.
    pub fn names(&self) -> u64 {
        self.0.names.load(Ordering::Relaxed)
    }

    /// Another name alone loses nothing: keydeck refuses to open a file with several, and what another program writes
    /// into it by the other name is noticed as written over. Snapshots (`cp -al`) make such names, so a server that
    /// stopped would do more harm than the name. But it can't be started again, which its operator should know now.
    fn count_names(&self, found: &Metadata) {
        let (names, file) = (found.nlink(), self.0.file.display());
        let before = self.0.names.swap(names, Ordering::Relaxed);
        if names > 1 && names != before {
            tracing::warn!(
                %file,
                names,
                "the database file has several names (hard links) now: no other process opens it, and this server won't \
                 start again, until all names but one are removed, which `find DIRECTORY -samefile {file}` lists. A hard \
                 link is no copy: use `keydeck backup`"
            );
        } else if names == 1 && before > 1 {
            tracing::info!(%file, "the database file has one name again");
        }
    }

    /// What this process itself carried over from the log into the file is no other file: up to `head` of the activity,
    /// or so far as the file tells.
    pub fn carried_over(&self, head: Option<ActivityHead>) {
        let shared = &*self.0;
        let mut on_disk = lock(&shared.on_disk);
        if let Ok(carried) = carried(shared.log.as_ref())
            && let Ok(found) = fs::metadata(&shared.file)
            && Identity::from(&found) == shared.database
        {
            on_disk.written_by_us(&shared.file, &found, carried, head);
        }
    }

    /// Whether the log alone is gone and nobody has written by another one: then what it holds can still be carried
    /// over into the file.
    pub fn misses_its_log_alone(&self) -> bool {
        let shared = &*self.0;
        let is_missing = |path: PathBuf, before: Option<Identity>| match fs::metadata(path) {
            // When it was emptied in its place, what it held is nowhere any more.
            Ok(found) => found.len() == 0 && Some(Identity::from(&found)) != before,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        let is_or_is_missing = |path: PathBuf, before: Option<Identity>| match fs::metadata(path) {
            Ok(found) => Some(Identity::from(&found)) == before,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        let of_file = fs::metadata(&shared.file).ok();
        let Some(found) = of_file.filter(|found| Identity::from(found) == shared.database) else {
            return false;
        };
        let on_disk = lock(&shared.on_disk);
        !on_disk.is_shorter(&found)
            && is_missing(log_of(&shared.file), shared.beside[0])
            && (on_disk.is_untouched(&found) || is_or_is_missing(index_of(&shared.file), shared.beside[1]))
    }

    /// `None`: there is none.
    fn difference(&self) -> StoreResult<Option<String>> {
        let shared = &*self.0;
        // One look at a time: one that is overtaken would take what it saw before for a change.
        let mut on_disk = lock(&shared.on_disk);
        let carried = carried(shared.log.as_ref())?;
        let found = match at(&shared.named)? {
            Some(_) if !leads_to(&shared.named, &shared.file)? => {
                return Ok(Some("it leads to a name beside which the log is not".into()));
            }
            Some(found) if Identity::from(&found) == shared.database => found,
            Some(_) => return Ok(Some("another file is there now".into())),
            None => return Ok(Some("no file is there any more".into())),
        };
        for (path, before) in [log_of(&shared.file), index_of(&shared.file)]
            .into_iter()
            .zip(shared.beside)
            .filter(|(_, before)| before.is_some())
        {
            match at(&path)? {
                Some(found) if Some(Identity::from(&found)) == before => {}
                Some(_) => return Ok(Some(format!("{} was replaced", path.display()))),
                None => return Ok(Some(format!("{} was removed", path.display()))),
            }
        }
        let damage = shared.log.as_ref().map_or(Ok(None), LogFile::damage);
        if let Some(why) = damage.map_err(|error| unavailable(&log_of(&shared.file), &error))? {
            return Ok(Some(why));
        }
        self.count_names(&found);
        Ok(on_disk
            .is_written_over(&shared.file, &found, carried, shared.log.as_ref())
            .then(|| "it was written over".into()))
    }
}

/// Whether the path still leads to this name of the file, beside which its log is, and not to another one.
fn leads_to(named: &Path, file: &Path) -> StoreResult<bool> {
    match fs::canonicalize(named) {
        Ok(found) => Ok(found == file),
        // Those who look for it report that it is gone.
        Err(_) => Ok(true),
    }
}

fn carried(log: Option<&LogFile>) -> StoreResult<Option<Carried>> {
    let index = log.map_or(Ok(None), LogFile::index);
    let index = index.map_err(|error| StoreError::Unavailable(format!("the index of the log: {error}")))?;
    Ok(index.map(|index| index.carried))
}

/// `None`: nothing is there. What can't be looked at just now says nothing.
fn at(path: &Path) -> StoreResult<Option<Metadata>> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) => match Errno::from_io_error(&error) {
            Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
            _ => Err(unavailable(path, &error)),
        },
    }
}

fn unavailable(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}

/// What these locks guard is whole at every instruction, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
