//! `keydeck serve --activity-stream`: the flags.

use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::Failure;
use crate::server::{ActivityStream, Destination};

#[derive(Debug, Args)]
pub struct ActivityStreamArgs {
    /// Pass on each row of the activity log as JSON: to standard output, a file, or a syslog server over TLS
    #[arg(
        long,
        env = "KEYDECK_ACTIVITY_STREAM",
        value_name = "stdout|FILE|syslog+tls://HOST:PORT"
    )]
    pub activity_stream: Option<Destination>,
    /// The number of the first row, where none was passed on yet; without it, the next one that is written
    #[arg(
        long,
        env = "KEYDECK_ACTIVITY_FROM",
        value_name = "NUMBER",
        requires = "activity_stream",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub activity_from: Option<u64>,
    /// The certificate of the authority that signed the syslog server's, as PEM, if the system doesn't trust it
    #[arg(
        long,
        env = "KEYDECK_ACTIVITY_STREAM_CA",
        value_name = "FILE",
        requires = "activity_stream"
    )]
    pub activity_stream_ca: Option<PathBuf>,
}

impl ActivityStreamArgs {
    pub fn open(&self) -> Result<Option<ActivityStream>, Failure> {
        let Some(to) = &self.activity_stream else {
            return Ok(None);
        };
        let authority = self.activity_stream_ca.as_deref();
        let stream = ActivityStream::open(to, self.activity_from, authority);
        stream
            .map(Some)
            .map_err(|error| Failure::Failed(format!("--activity-stream: {error}")))
    }

    /// What rotates a file asks for a new one by a hang-up, which would end the program otherwise; the file is opened for each
    /// batch anyway.
    pub fn survive_rotation(&self) -> Result<(), Failure> {
        if let Some(Destination::File(_)) = self.activity_stream {
            let mut hang_ups = signal(SignalKind::hangup()).map_err(Failure::failed)?;
            tokio::spawn(async move { while hang_ups.recv().await.is_some() {} });
        }
        Ok(())
    }
}
