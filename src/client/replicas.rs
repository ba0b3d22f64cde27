//! Which of several servers over one database is asked: the one that answered last, until it is away.

use std::mem;

use tokio::sync::watch;

use super::Error;
use super::server::{Failed, FailureKind, Server};

#[derive(Debug)]
pub(super) struct Replicas {
    servers: Vec<Server>,
    /// The one that calls begin with.
    asked: watch::Sender<usize>,
}

/// Whether a request that may have been carried out is sent again, to another server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It changes nothing, or the servers know it again by its idempotency key.
    Safe,
    /// It would be done twice.
    Never,
}

/// The servers that one call tries. None is tried twice.
pub(super) struct Attempts<'a> {
    replicas: &'a Replicas,
    at: usize,
    away: Vec<Error>,
}

impl Replicas {
    /// Of one server at least.
    pub(super) fn new(servers: Vec<Server>) -> Self {
        Self {
            servers,
            asked: watch::Sender::new(0),
        }
    }

    pub(super) fn are_several(&self) -> bool {
        self.servers.len() > 1
    }

    /// The server that the next call begins with.
    pub(super) fn asked(&self) -> &Server {
        self.server(*self.asked.borrow())
    }

    pub(super) fn server(&self, index: usize) -> &Server {
        &self.servers[index]
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &Server> {
        self.servers.iter()
    }

    pub(super) fn turn(&self) -> Attempts<'_> {
        Attempts {
            replicas: self,
            at: *self.asked.borrow(),
            away: Vec::new(),
        }
    }

    /// The message when another server is asked.
    pub(super) fn subscribe(&self) -> watch::Receiver<usize> {
        self.asked.subscribe()
    }

    /// The server is away: calls begin with the next one, unless they do already.
    pub(super) fn pass_on(&self, from: usize) {
        let next = self.next(from);
        self.asked.send_if_modified(|asked| {
            let is_asked = *asked == from && next != from;
            if is_asked {
                *asked = next;
            }
            is_asked
        });
    }

    fn stay_with(&self, index: usize) {
        self.asked
            .send_if_modified(|asked| mem::replace(asked, index) != index);
    }

    fn next(&self, index: usize) -> usize {
        (index + 1) % self.servers.len()
    }
}

impl<'a> Attempts<'a> {
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn server(&self) -> &'a Server {
        self.replicas.server(self.at)
    }

    /// A late answer of a server that others found away since does not bring them back to it.
    pub(super) fn answered(&self) {
        if !self.away.is_empty() {
            self.replicas.stay_with(self.at);
        }
    }

    /// Tries the next server, or ends with the error.
    pub(super) fn failed(&mut self, failed: Failed, repeat: Repeat) -> Result<(), Error> {
        let error = match self.replicas.are_several() {
            true => failed.error.said_by(&self.server().address),
            false => failed.error,
        };
        if failed.how == FailureKind::Answered {
            self.answered();
            return Err(error);
        }
        self.replicas.pass_on(self.at);
        if failed.how == FailureKind::Unknown && repeat == Repeat::Never {
            return Err(error.unsure());
        }
        self.at = self.replicas.next(self.at);
        self.away.push(error);
        match self.away.len() == self.replicas.servers.len() {
            true => Err(Error::none_of(mem::take(&mut self.away))),
            false => Ok(()),
        }
    }
}
