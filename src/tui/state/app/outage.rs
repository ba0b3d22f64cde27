//! The connection is lost, and comes back.

use std::time::Duration;

use super::{App, EventStream};
use crate::client::Error;
use crate::tui::message::Message;
use crate::tui::state::Outage;

impl App {
    pub(super) fn event_stream(&mut self, stream: EventStream) {
        let now = self.moment.now;
        self.outage = match &stream {
            EventStream::Lost(_) => self.outage.or(Some(Outage::begun(now))),
            // Another server is asked: it is not known yet whether it answers.
            EventStream::Connecting => self.outage,
            EventStream::Live | EventStream::Polling => None,
        };
        self.connection = stream;
    }

    pub(super) fn retrying(&mut self, wait: Duration) {
        let at = self.moment.now.checked_add(wait).ok();
        if let Some(outage) = &mut self.outage {
            outage.next_try = at;
        }
    }

    /// What is answered while there is no stream of events tells that the server can be reached.
    pub(super) fn note_answer(&mut self, reply: &Message) {
        let Some(outage) = &mut self.outage else {
            return;
        };
        match reply.error() {
            Some(error) => outage.is_answered &= !error.is_retryable(),
            None => outage.is_answered |= reply.is_answer(),
        }
    }

    /// Why no server can be asked for anything now.
    pub fn offline(&self) -> Option<&Error> {
        let is_answered = self.outage.is_some_and(|outage| outage.is_answered);
        match &self.connection {
            EventStream::Lost(error) if error.is_retryable() && !is_answered => Some(error),
            _ => None,
        }
    }
}
