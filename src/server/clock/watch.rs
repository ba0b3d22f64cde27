//! Compares the clock as long as the server runs, and logs when it is wrong.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::sleep;

use super::jumps::Jumps;
use super::{Clock, TOLERATED, since_start};
use crate::server::state::ServerState;

/// How often it is looked whether it was set, and how often it is compared: each time that it was, and else now and
/// then.
const LOOK: Duration = Duration::from_secs(1);
const LOOKS: u32 = 5;
/// An answer that takes longer says nothing about the time.
const SLOW: i64 = 2_000_000;
/// A clock without another to compare with that was set, and has run evenly since for so long, is taken as right.
const SETTLED: i64 = 300 * 1_000_000;

/// A clock that is off, while it is.
#[derive(Default)]
struct Watch {
    off: Option<Skew>,
}

struct Skew {
    by: SignedDuration,
    since: i64,
    /// When it was not off any more last.
    began: i64,
}

/// Compares the clock until the server is closing, and says in the log when it is off.
pub async fn run(server: ServerState) {
    let watching = async {
        let mut watch = Watch::default();
        watch.look(server.clock.skew());
        let mut jumps = Jumps::new(server.clock.wall());
        let mut looks = 0;
        loop {
            sleep(LOOK).await;
            looks = (looks + 1) % LOOKS;
            let jumped = jumps.look(server.clock.wall(), since_start());
            if !jumped && looks != 0 {
                continue;
            }
            let asked = since_start();
            let Ok(compared) = server.status().clock().await else {
                continue;
            };
            let took = since_start() - asked;
            match compared.own {
                Some(_) if took > SLOW => continue,
                Some(own) => server
                    .clock
                    .compare(own.as_microsecond().saturating_add(took / 2)),
                None => watch.settle(&server.clock),
            }
            if watch.look(server.clock.skew()) {
                // What was counted under another clock may lie in the future.
                if let Err(error) = server.work().settle_usage().await {
                    tracing::debug!(%error, "what lies in the future can't be put right yet");
                }
            }
        }
    };
    tokio::select! {
        () = watching => {}
        () = server.clone().closed() => {}
    }
}

impl Watch {
    /// With nothing to compare with but the time that passes: small steps are as they should be, and after a large one
    /// the clock is believed again when it has run evenly for a while.
    fn settle(&self, clock: &Clock) {
        let (skew, wall) = (clock.skew(), clock.wall().as_microsecond());
        let is_settled = |off: &Skew| is_same(off.by, skew) && since_start() - off.since > SETTLED;
        if skew.abs() <= TOLERATED || self.off.as_ref().is_some_and(is_settled) {
            clock.compare(wall);
        }
    }

    /// Whether a clock that was off is right again.
    fn look(&mut self, skew: SignedDuration) -> bool {
        let seconds = skew.as_secs();
        match &self.off {
            None if skew.abs() <= TOLERATED => false,
            Some(off) if skew.abs() <= TOLERATED => {
                let (seconds, lasted) = (off.by.as_secs(), (since_start() - off.began) / 1_000_000);
                tracing::warn!(
                    seconds,
                    lasted,
                    "this machine's clock is right again, or treated as right; it was ahead (or, below 0, behind) by so \
                     many seconds, and that lasted so many"
                );
                self.off = None;
                true
            }
            Some(off) if is_same(off.by, skew) => false,
            off => {
                tracing::warn!(
                    seconds,
                    "this machine's clock is ahead (or, below 0, behind) of the database's or was set: no connection \
                     tokens are signed until it is right; let it be set by a time service"
                );
                let since = since_start();
                let began = off.as_ref().map_or(since, |off| off.began);
                self.off = Some(Skew {
                    by: skew,
                    since,
                    began,
                });
                false
            }
        }
    }
}

/// But for what clocks drift.
fn is_same(one: SignedDuration, other: SignedDuration) -> bool {
    (one - other).abs() < SignedDuration::from_secs(2)
}

#[cfg(test)]
mod tests {
    use super::super::tests::clock;
    use super::*;

    #[test]
    fn a_clock_that_was_set_is_believed_when_it_has_run_evenly() {
        let (clock, mut watch) = (clock(), Watch::default());
        clock.set_ahead(SignedDuration::from_hours(1));
        watch.settle(&clock);
        assert!(!watch.look(clock.skew()));
        watch.settle(&clock);
        assert!(clock.checked().is_err());
        // As if it had been so for long.
        if let Some(off) = &mut watch.off {
            off.since -= SETTLED + 1_000_000;
        }
        watch.settle(&clock);
        assert!(clock.checked().is_ok() && watch.look(clock.skew()));
    }
}
