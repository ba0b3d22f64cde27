//! Limits on simultaneous connections and streams, and on how long each may be silent.

use std::time::Duration;

/// Open files other than connections and streams: the database's, its log's, the terminal's, and the
/// connections that are being closed.
const OTHER_FILES: u64 = 160;

#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Simultaneous connections. A waiting connection costs much less than one that is closed and reconnects.
    /// When all places are taken, a new connection gets the place of the least important one
    /// (`places::order`).
    pub connections: usize,
    /// Simultaneous connections of one address, or one /64 of IPv6; a further one gets the place of another of that
    /// address. Doesn't apply to loopback and trusted proxies. `None` if all connections come from a proxy.
    pub per_address: Option<usize>,
    /// Connections with a reserved place of one person who has signed in.
    pub per_person: usize,
    /// Simultaneous event streams; their connections take no ordinary place.
    pub streams: usize,
    pub streams_per_person: usize,
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For the head of the first request, when half of the places are taken.
    pub first_head: Duration,
    /// For the head of a request, from its first byte.
    pub head: Duration,
    /// Between two requests. Load balancers keep theirs for 60 s or a little more; the one who closes first must not be the
    /// server, which can't know of a request that is on its way.
    pub keep_alive: Duration,
    /// For the client to read more of a response.
    pub unread: Duration,
    /// How long an idle connection is still answered after the shutdown began, and told to be the last time.
    pub linger: Duration,
    /// For requests in progress when the shutdown began.
    pub grace: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 8192,
            per_address: Some(256),
            per_person: 32,
            streams: 1024,
            streams_per_person: 8,
            handshake: Duration::from_secs(10),
            first_head: Duration::from_secs(2),
            head: Duration::from_secs(30),
            keep_alive: Duration::from_secs(90),
            unread: Duration::from_secs(30),
            linger: Duration::from_millis(300),
            grace: Duration::from_secs(3),
        }
    }
}

impl Bounds {
    /// No more connections and streams than the limit of open files allows.
    #[must_use]
    pub fn within_open_files(self, files: u64) -> Self {
        let left = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX);
        Self {
            connections: self.connections.min((left / 2).max(16)),
            streams: self.streams.min((left / 4).max(8)),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_open_files_are_shared_by_connections_and_streams() {
        for (files, connections, streams) in [
            (u64::MAX, 8192, 1024),
            (10_000, 4920, 1024),
            (1024, 432, 216),
            (256, 48, 24),
            (64, 16, 8),
        ] {
            let bounds = Bounds::default().within_open_files(files);
            assert_eq!(
                (bounds.connections, bounds.streams),
                (connections, streams),
                "{files}"
            );
        }
    }
}
