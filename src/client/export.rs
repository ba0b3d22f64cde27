//! All keys of a filter, read key by key.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use reqwest::RequestBuilder;

use super::server::Server;
use super::transport::Transport;
use super::{Client, Error};
use crate::api::{EXPORT_BEGIN, EXPORT_END, Key, KeyExporting};

/// The longest line; a key with all that it may have is much shorter.
const MAX_LINE: usize = 1024 * 1024;

impl Client {
    /// Keys as they were at one moment. Ends with an error unless all of them were read.
    pub fn export(&self, exporting: KeyExporting) -> impl Stream<Item = Result<Key, Error>> + Send + use<> {
        let transport = self.transport.clone();
        stream::once(async move {
            let with = |request: RequestBuilder| request.query(&exporting);
            let (index, response) = transport.stream("v1/keys/export", with).await?;
            let reading = Reading {
                bytes: Box::pin(response.bytes_stream()),
                lines: Lines::default(),
                count: 0,
                transport,
                index,
            };
            Ok::<_, Error>(stream::try_unfold(reading, Reading::next))
        })
        .try_flatten()
    }
}

/// An export on its way.
struct Reading<S> {
    bytes: Pin<Box<S>>,
    lines: Lines,
    /// The keys that were read.
    count: u64,
    transport: Transport,
    /// Of the server that sends it.
    index: usize,
}

impl<S: Stream<Item = reqwest::Result<Bytes>>> Reading<S> {
    async fn next(mut self) -> Result<Option<(Key, Self)>, Error> {
        loop {
            let server = self.transport.replicas.server(self.index);
            match self.lines.next(server)? {
                None => {
                    let chunk = self.bytes.next().await.ok_or_else(|| cut_off(server))?;
                    let chunk = chunk.map_err(|error| server.transport_error(&error))?;
                    self.lines.extend(&chunk);
                }
                Some(line) => match read(server, &line, self.count)? {
                    ExportLine::Begin => {}
                    ExportLine::End => return Ok(None),
                    ExportLine::Key(key) => {
                        self.count += 1;
                        return Ok(Some((*key, self)));
                    }
                },
            }
        }
    }
}

enum ExportLine {
    Begin,
    Key(Box<Key>),
    End,
}

/// `count` keys were read before.
fn read(server: &Server, line: &str, count: u64) -> Result<ExportLine, Error> {
    if line == EXPORT_BEGIN {
        return Ok(ExportLine::Begin);
    }
    if let Some(rest) = line.strip_prefix(EXPORT_END) {
        let told = rest.strip_suffix('}').and_then(|told| told.parse().ok());
        return match told == Some(count) {
            true => Ok(ExportLine::End),
            false => Err(cut_off(server)),
        };
    }
    let key = serde_json::from_str(line.strip_suffix(',').unwrap_or(line));
    let unreadable = |_| server.not_keydeck("sent a key that can't be read");
    key.map(ExportLine::Key).map_err(unreadable)
}

fn cut_off(server: &Server) -> Error {
    let what = "ended the export before it was complete; nothing was written, try again";
    Error::Offline(format!("{} {what}", server.address))
}

/// Bytes as they arrive, of which whole lines are taken.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    /// Where the next line begins.
    begin: usize,
}

impl Lines {
    fn extend(&mut self, chunk: &[u8]) {
        self.bytes.drain(..self.begin);
        self.begin = 0;
        self.bytes.extend_from_slice(chunk);
    }

    /// `None` until more has arrived.
    fn next(&mut self, server: &Server) -> Result<Option<String>, Error> {
        let rest = &self.bytes[self.begin..];
        match memchr::memchr(b'\n', rest) {
            None if rest.len() > MAX_LINE => Err(server.not_keydeck("sent a line that is too long")),
            None => Ok(None),
            Some(length) => {
                let line = std::str::from_utf8(&rest[..length]).map(str::to_owned);
                self.begin += length + 1;
                let unreadable = |_| server.not_keydeck("sent what is no text");
                line.map(Some).map_err(unreadable)
            }
        }
    }
}
