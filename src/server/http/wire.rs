//! Inspects what arrives over a connection before hyper parses it. hyper is lenient where RFC 9112 leaves room:
//! lines that end without a carriage return, fragments, repeated lengths. A proxy in front may interpret such a
//! request differently, so they are refused. A head that is refused is replaced by one
//! that hyper can read, and the service asks [`Wire::refusal`] first: so every refusal is a problem
//! document, in order, with the headers that all responses have.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::framing::{Framing, Scanned, Unreadable};

/// What hyper reads in place of a head that is refused. The connection ends with the answer.
const REPLACEMENT: &[u8] = b"GET / HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";
/// The buffer size for bytes that are dropped.
const DROPPED: usize = 4096;

/// A connection, and the shared state of its refused head. A head that has begun, and the first, must be there within
/// `patience`.
pub fn inspected<S>(stream: S, max_head: usize, patience: Duration) -> (Inspected<S>, Wire) {
    let wire = Wire::default();
    let stream = Inspected {
        stream,
        framing: Framing::new(max_head),
        held: Vec::new(),
        released: Vec::new(),
        given: 0,
        wire: wire.clone(),
        patience,
        waiting: None,
    };
    (stream, wire)
}

/// Shared by a connection and the service that answers its requests, one after the other.
#[derive(Clone, Default)]
pub struct Wire(Arc<Shared>);

#[derive(Default)]
struct Shared {
    answered: AtomicUsize,
    refused: OnceLock<(usize, Unreadable)>,
}

impl Wire {
    /// Why the next request is refused. To be called once for each, in order.
    pub fn refusal(&self) -> Option<Unreadable> {
        let number = self.0.answered.fetch_add(1, Ordering::Relaxed);
        let refused = self.0.refused.get();
        refused.and_then(|(at, why)| (*at == number).then_some(*why))
    }

    fn is_refused(&self) -> bool {
        self.0.refused.get().is_some()
    }

    fn refuse(&self, number: usize, why: Unreadable) {
        // The first is the only one: nothing is passed on after it.
        let _ = self.0.refused.set((number, why));
    }
}

/// A stream whose requests are inspected before they are read.
pub struct Inspected<S> {
    stream: S,
    framing: Framing,
    /// The beginning of an incomplete head.
    held: Vec<u8>,
    /// Bytes that were held and may be read now, and how many of them were read.
    released: Vec<u8>,
    given: usize,
    wire: Wire,
    patience: Duration,
    /// Until when a head must be there, while one is awaited.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncRead + Unpin> Inspected<S> {
    /// Nothing has arrived; an error once that is so for too long.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.framing.heads() > 0 && self.held.is_empty() {
            return Poll::Pending;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(waiting.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "no head came")))
    }

    /// Whether there was something to return.
    fn give(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let rest = &self.released[self.given..];
        if rest.is_empty() {
            return false;
        }
        let taken = rest.len().min(buf.remaining());
        buf.put_slice(&rest[..taken]);
        self.given += taken;
        if self.given == self.released.len() {
            // Heads nearly always arrive in one piece: an idle connection keeps no memory for those that don't.
            (self.released, self.given) = (Vec::new(), 0);
        }
        true
    }

    /// What was read into `buf` after `start` is inspected in place; what must wait is removed.
    fn look_in_place(&mut self, buf: &mut ReadBuf<'_>, start: usize) -> io::Result<()> {
        let scanned = self.framing.scan(&buf.filled()[start..])?;
        self.held
            .extend_from_slice(&buf.filled()[start + scanned.passed..]);
        buf.set_filled(start + scanned.passed);
        self.settle(scanned);
        Ok(())
    }

    /// The same, appended to what is held.
    fn look_at_held(&mut self, buf: &mut ReadBuf<'_>, start: usize) -> io::Result<()> {
        self.held.extend_from_slice(&buf.filled()[start..]);
        buf.set_filled(start);
        let scanned = self.framing.scan(&self.held)?;
        let rest = self.held.split_off(scanned.passed);
        self.released.extend_from_slice(&self.held);
        self.held = rest;
        self.settle(scanned);
        Ok(())
    }

    fn settle(&mut self, scanned: Scanned) {
        if let Some(why) = scanned.refused {
            self.wire.refuse(self.framing.heads(), why);
            self.held = Vec::new();
            self.released.extend_from_slice(REPLACEMENT);
        }
    }

    /// What comes after a refused head is read and dropped; otherwise the sender would see a broken connection.
    fn drop_rest(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut dropped = [0; DROPPED];
        loop {
            let mut buf = ReadBuf::new(&mut dropped);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buf))?;
            if buf.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Inspected<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.give(buf) {
                return Poll::Ready(Ok(()));
            }
            if this.wire.is_refused() {
                return this.drop_rest(cx);
            }
            let start = buf.filled().len();
            match Pin::new(&mut this.stream).poll_read(cx, buf) {
                Poll::Ready(read) => read?,
                Poll::Pending => return this.wait(cx),
            }
            if buf.filled().len() == start {
                return Poll::Ready(Ok(()));
            }
            match this.held.is_empty() {
                true => this.look_in_place(buf, start)?,
                false => this.look_at_held(buf, start)?,
            }
            if this.held.is_empty() {
                this.waiting = None;
            }
            if buf.filled().len() > start {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Inspected<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    const MAX: usize = 4096;
    const ONE: &str = "POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nbare\n";
    const TWO: &str = "POST /b HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3;x=\"y\"\r\n\n\n\n\r\n0\r\nt: u\r\n\r\n";
    const SHORT: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    const BAD: &str = "GET /c HTTP/1.1\nhost: a\r\n\r\n";

    /// What hyper reads of `sent` when it comes in such pieces, and the number and reason of the refused head.
    async fn read(sent: &str, piece: usize) -> (String, Option<(usize, Unreadable)>) {
        let mut all = Vec::new();
        let (mut stream, wire) = inspected(Pieces(sent.as_bytes(), piece), MAX, Duration::from_secs(60));
        stream.read_to_end(&mut all).await.expect("read");
        (
            String::from_utf8(all).expect("text"),
            wire.0.refused.get().copied(),
        )
    }

    /// A reader that gives at most so many bytes at once.
    struct Pieces<'a>(&'a [u8], usize);

    impl AsyncRead for Pieces<'_> {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let this = self.get_mut();
            let piece = this.0.len().min(this.1).min(buf.remaining());
            let (now, later) = this.0.split_at(piece);
            buf.put_slice(now);
            this.0 = later;
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn requests_pass_as_they_are_however_they_are_cut() {
        let all = [SHORT, ONE, TWO, SHORT].concat();
        for piece in 1..all.len() + 1 {
            assert_eq!(read(&all, piece).await, (all.clone(), None), "{piece}");
        }
    }

    #[tokio::test]
    async fn nothing_of_a_refused_head_and_of_what_follows_passes() {
        let before = [ONE, TWO].concat();
        let all = [&before, BAD, ONE].concat();
        let replaced = [before.as_bytes(), REPLACEMENT].concat();
        for piece in 1..all.len() + 1 {
            let (passed, refused) = read(&all, piece).await;
            assert_eq!(passed.as_bytes(), replaced, "{piece}");
            assert_eq!(refused, Some((2, Unreadable::LineEnd)), "{piece}");
        }
    }

    #[tokio::test]
    async fn a_head_that_never_ends_is_refused_at_its_bound() {
        let endless = format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(2 * MAX));
        for piece in [1, 100, MAX + 1, 2 * MAX] {
            let (_, refused) = read(&endless, piece).await;
            assert_eq!(refused, Some((0, Unreadable::TooLong)), "{piece}");
        }
    }
}
