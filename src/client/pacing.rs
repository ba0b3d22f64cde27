//! What a stream of events may cost, whatever the server sends: memory for one event, and work for each second.

use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{Error, EventNotice};

/// What is asked and drawn again because of a stream is bounded for each of these.
const WINDOW: Duration = Duration::from_secs(1);
/// In a window. Changes come one by one; thousands at once are read again as a whole.
const NOTICES: usize = 20;
/// In a window, however little they say.
const BYTES: usize = 128 * 1024;
/// Bytes are handed on in such pieces: the parser moves what is left of a piece for each line in it.
const PIECE: usize = 2 * 1024;
/// The longest event, in bytes; ours have some hundred.
const EVENT: usize = 64 * 1024;

/// The end of the current window, and how much of it is used.
struct Window {
    end: Instant,
    used: usize,
}

impl Window {
    fn new() -> Self {
        Self {
            end: Instant::now() + WINDOW,
            used: 0,
        }
    }

    fn use_up(&mut self, amount: usize) -> usize {
        if Instant::now() >= self.end {
            *self = Self::new();
        }
        self.used += amount;
        self.used
    }
}

/// How many bytes the event has that is being read. An empty line ends it.
#[derive(Default)]
struct EventLength {
    bytes: usize,
    in_line: bool,
}

impl EventLength {
    /// Without empty lines between events, which say nothing and cost the parser as much as any other.
    fn longest(&mut self, chunk: &mut Vec<u8>) -> usize {
        let mut longest = self.bytes;
        chunk.retain(|&byte| {
            if self.bytes == 0 && matches!(byte, b'\n' | b'\r') {
                return false;
            }
            self.bytes += 1;
            match byte {
                b'\n' if !self.in_line => self.bytes = 0,
                b'\n' => self.in_line = false,
                b'\r' => {}
                _ => self.in_line = true,
            }
            longest = longest.max(self.bytes);
            true
        });
        longest
    }
}

/// The bytes of a body as they come, but no faster than they can be read at little cost. Ends where an event has no
/// end.
pub fn bytes<C: AsRef<[u8]>, E>(
    body: impl Stream<Item = Result<C, E>>,
) -> impl Stream<Item = Result<Vec<u8>, E>> {
    let pieces = body.flat_map(|chunk| stream::iter(pieces(chunk)));
    let state = (Box::pin(pieces), Window::new(), EventLength::default());
    stream::unfold(state, async |(mut pieces, mut window, mut event)| {
        let mut piece = pieces.next().await?;
        if let Ok(piece) = &mut piece {
            if window.use_up(piece.len()) > BYTES {
                // What is not read stays with the sender.
                sleep_until(window.end).await;
            }
            if event.longest(piece) > EVENT {
                return None;
            }
        }
        Some((piece, (pieces, window, event)))
    })
}

fn pieces<C: AsRef<[u8]>, E>(chunk: Result<C, E>) -> Vec<Result<Vec<u8>, E>> {
    match chunk {
        Ok(chunk) => chunk
            .as_ref()
            .chunks(PIECE)
            .map(|piece| Ok(piece.to_vec()))
            .collect(),
        Err(error) => vec![Err(error)],
    }
}

/// The notices as they come, up to so many in a window; those beyond become one notice to read everything again.
pub fn notices(
    told: impl Stream<Item = Result<EventNotice, Error>>,
) -> impl Stream<Item = Result<EventNotice, Error>> {
    stream::unfold(
        (Box::pin(told), Window::new(), false),
        async |(mut told, mut window, mut missed)| {
            loop {
                let next = match missed {
                    false => told.next().await,
                    true => match timeout_at(window.end, told.next()).await {
                        Ok(next) => next,
                        Err(_) => return Some((Ok(EventNotice::Resync), (told, window, false))),
                    },
                };
                match next? {
                    Ok(_) if window.use_up(1) > NOTICES => missed = true,
                    notice => return Some((notice, (told, window, missed))),
                }
            }
        },
    )
}
