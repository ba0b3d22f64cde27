//! Appends lines to a file or to standard output, on a thread of its own: a pipe that nobody reads, or a disk that doesn't answer,
//! stops nothing else, also not the end of the program.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;

use tokio::sync::oneshot;

/// Only for who runs the server, when it is new.
const MODE: u32 = 0o600;

type Job = (Vec<u8>, oneshot::Sender<io::Result<()>>);

pub struct Appender {
    jobs: mpsc::Sender<Job>,
}

impl Appender {
    /// The file is opened for each batch, so that it can be renamed at any time.
    pub fn to_file(path: PathBuf) -> Self {
        Self::on_thread(move |bytes| {
            let kind = std::fs::metadata(&path).map(|found| found.file_type());
            let is_regular = kind.is_ok_and(|kind| kind.is_file()) || !path.exists();
            let mut options = OpenOptions::new();
            options.append(true).create(true).mode(MODE).read(is_regular);
            let mut file = options.open(&path)?;
            if is_regular && is_torn(&mut file)? {
                file.write_all(b"\n")?;
            }
            file.write_all(bytes)?;
            match is_regular {
                true => file.sync_data(),
                // Of a pipe nothing can be synchronised.
                false => Ok(()),
            }
        })
    }

    pub fn to_stdout() -> Self {
        let mut is_torn = false;
        Self::on_thread(move |bytes| {
            // Not through the lock that other output takes.
            let mut out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
            if std::mem::replace(&mut is_torn, true) {
                out.write_all(b"\n")?;
            }
            out.write_all(bytes)?;
            is_torn = false;
            Ok(())
        })
    }

    fn on_thread(mut append: impl FnMut(&[u8]) -> io::Result<()> + Send + 'static) -> Self {
        let (jobs, taken) = mpsc::channel::<Job>();
        let work = move || {
            for (bytes, done) in taken {
                // Who asked may have gone.
                let _ = done.send(append(&bytes));
            }
        };
        if let Err(error) = thread::Builder::new().name("activity-stream".into()).spawn(work) {
            tracing::error!(%error, "the thread of the activity stream can't be started");
        }
        Self { jobs }
    }

    pub async fn append(&self, bytes: Vec<u8>) -> io::Result<()> {
        let (done, finished) = oneshot::channel();
        let gone = || io::Error::other("its thread has ended");
        self.jobs.send((bytes, done)).map_err(|_| gone())?;
        finished.await.map_err(|_| gone())?
    }
}

/// Whether the last line was not written to its end, as when the disk was full.
fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_line_that_was_not_ended_spoils_no_other_one() {
        let directory = tempfile::tempdir().expect("made");
        let path = directory.path().join("activity.jsonl");
        let appender = Appender::to_file(path.clone());
        appender
            .append(b"{\"seq\":1}\n".to_vec())
            .await
            .expect("appended");
        std::fs::write(&path, "{\"seq\":1}\n{\"se").expect("written");
        appender
            .append(b"{\"seq\":2}\n".to_vec())
            .await
            .expect("appended");
        let text = std::fs::read_to_string(&path).expect("read");
        assert_eq!(text, "{\"seq\":1}\n{\"se\n{\"seq\":2}\n");
    }

    #[tokio::test]
    async fn what_cant_be_opened_is_told() {
        let directory = tempfile::tempdir().expect("made");
        let appender = Appender::to_file(directory.path().to_owned());
        assert!(appender.append(b"{}\n".to_vec()).await.is_err());
    }
}
