//! The places for event streams: a limit for all, and one per person.

use std::sync::Arc;

use uuid::Uuid;

use super::Peer;
use super::order::Phase;
use super::seats::{Allocation, PlaceKind, Seat, count_down, packed};
use crate::api::ProblemType;
use crate::server::http::error::ApiError;

/// Why there is no place for a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoStream {
    /// The person has reached the limit per person, which is this.
    OfPerson(usize),
    /// All of the server's places are taken.
    OfServer(usize),
}

/// A stream's place, released on drop.
pub struct StreamPlace {
    shared: Arc<Allocation>,
    seat: Arc<Seat>,
    person: Uuid,
}

impl Peer {
    /// A place for a stream of `person`. While it is held, the connection takes no ordinary place.
    pub fn stream_of(&self, person: Uuid) -> Result<StreamPlace, NoStream> {
        let (bounds, number) = (&self.shared.bounds, self.seat.number);
        let mut taken = self.shared.lock();
        let own = taken.by_person.get(&person).copied().unwrap_or_default();
        if own >= bounds.streams_per_person {
            return Err(NoStream::OfPerson(own));
        }
        if taken.streams >= bounds.streams {
            return Err(NoStream::OfServer(taken.streams));
        }
        taken.streams += 1;
        taken.by_person.insert(person, own + 1);
        if let Some(entry) = taken.by_number.get_mut(&number)
            && entry.pool == PlaceKind::Connections
        {
            entry.pool = PlaceKind::Streams;
            taken.part(&self.seat);
            // It isn't part of the person's share either.
            taken.forget_caller(&self.seat);
        }
        Ok(StreamPlace {
            shared: self.shared.clone(),
            seat: self.seat.clone(),
            person,
        })
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let now = packed(Phase::Idle, self.shared.started.elapsed());
        let mut taken = self.shared.lock();
        taken.streams -= 1;
        count_down(&mut taken.by_person, &self.person);
        // A connection that continues has an ordinary place again.
        if let Some(entry) = taken.by_number.get_mut(&self.seat.number)
            && entry.pool == PlaceKind::Streams
        {
            entry.pool = PlaceKind::Connections;
            self.seat
                .activity
                .store(now, std::sync::atomic::Ordering::Relaxed);
            taken.join(&self.seat);
        }
    }
}

impl From<NoStream> for ApiError {
    fn from(why: NoStream) -> Self {
        let detail = match why {
            NoStream::OfPerson(streams) => {
                format!(
                    "You have {streams} event streams open, the limit for one person; close one, or poll."
                )
            }
            NoStream::OfServer(streams) => {
                format!("All {streams} event streams of this server are in use; poll instead.")
            }
        };
        Self::new(ProblemType::TooManyAtOnce, detail)
    }
}
