//! When a delivery is tried again, as Standard Webhooks proposes it: ten attempts over three days.

use std::time::Duration;

use jiff::SignedDuration;
use uuid::Uuid;

use super::sending::Outcome;
use crate::model::WebhookEvent;
use crate::server::store::AfterAttempt;

/// After each attempt but the last one, in seconds.
const WAITS: [u64; 9] = [
    5,
    5 * 60,
    30 * 60,
    2 * 3_600,
    5 * 3_600,
    10 * 3_600,
    14 * 3_600,
    20 * 3_600,
    24 * 3_600,
];
/// The longest wait that a receiver can ask for.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);
/// A wait is longer by up to this part of it, so that what failed together is not sent together.
const JITTER: u32 = 10;

/// What becomes of the delivery `id` that was tried `before` times, and then once more with this outcome.
pub fn after(id: Uuid, event: WebhookEvent, before: u32, outcome: &Outcome) -> AfterAttempt {
    let asked = match outcome {
        Outcome::Delivered { .. } => return AfterAttempt::Delivered,
        Outcome::Gone => return AfterAttempt::Gone,
        Outcome::Refused { retry_after, .. } => retry_after.unwrap_or_default().min(LONGEST),
        _ => Duration::ZERO,
    };
    let Some(wait) = WAITS.get(before as usize).filter(|_| event.can_be_chosen()) else {
        return AfterAttempt::GiveUp;
    };
    let wait = Duration::from_secs(*wait);
    let wait = (wait + jitter(id, wait)).max(asked);
    AfterAttempt::RetryIn(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX))
}

/// By the random bits of the id.
fn jitter(id: Uuid, wait: Duration) -> Duration {
    let part = (id.as_u128() & 0xffff) as u32;
    wait * part / 0xffff / JITTER
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Outcome = Outcome::TimedOut;

    fn wait(id: u128, before: u32, outcome: &Outcome) -> Option<f64> {
        match after(Uuid::from_u128(id), WebhookEvent::KeyRevoked, before, outcome) {
            AfterAttempt::RetryIn(wait) => Some(wait.as_secs_f64()),
            _ => None,
        }
    }

    #[test]
    fn ten_attempts_go_over_three_days() {
        let waits: Vec<f64> = (0..20).map_while(|before| wait(0, before, &FAILED)).collect();
        assert_eq!(waits.len(), 9);
        let days = waits.iter().sum::<f64>() / 86_400.0;
        assert!((3.0..3.5).contains(&days), "{days}");
        let last = after(Uuid::nil(), WebhookEvent::KeyRevoked, 9, &FAILED);
        assert_eq!(last, AfterAttempt::GiveUp);
        assert_eq!(
            after(Uuid::nil(), WebhookEvent::WebhookTest, 0, &FAILED),
            AfterAttempt::GiveUp
        );
    }

    #[test]
    fn waits_differ_a_little() {
        let all: Vec<f64> = (0..0xffff_u128)
            .step_by(97)
            .filter_map(|id| wait(id, 1, &FAILED))
            .collect();
        assert!(all.iter().all(|wait| (300.0..=330.0).contains(wait)));
        assert!(all.iter().any(|wait| *wait > 325.0) && all.iter().any(|wait| *wait < 305.0));
    }

    #[test]
    fn a_receiver_can_ask_for_a_longer_wait_and_not_for_an_endless_one() {
        let refused = |seconds| Outcome::Refused {
            status: 429,
            retry_after: Some(Duration::from_secs(seconds)),
            said: String::new(),
        };
        assert_eq!(wait(0, 0, &refused(120)), Some(120.0));
        assert_eq!(wait(0, 1, &refused(1)), Some(300.0));
        assert_eq!(wait(0, 0, &refused(u64::MAX)), Some(86_400.0));
        let gone = after(Uuid::nil(), WebhookEvent::KeyRevoked, 0, &Outcome::Gone);
        assert_eq!(gone, AfterAttempt::Gone);
    }
}
