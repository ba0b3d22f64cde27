//! Made-up usage for the sample keys: the same one each time, with busy days, quiet nights and a few refusals.

use std::net::IpAddr;

use jiff::Timestamp;

use super::random::Random;
use crate::model::{Rule, Scope};
use crate::server::store::{HOURS_KEPT, Tally, Use, hour_of};

const HOURS_PER_DAY: u32 = 24;
/// Where the sample's visitors come from: addresses of documentation (RFC 5737, RFC 3849).
pub const VISITORS: [&str; 4] = ["203.0.113.24", "198.51.100.7", "192.0.2.61", "2001:db8:51::7"];

/// Who presents keys where they are not valid: a page or an app that nobody has listed yet, and one that is somebody else's.
const STRANGE_PAGES: [Option<&str>; 2] = [
    Some("https://staging.acme.example"),
    Some("https://deals.invalid"),
];
const STRANGE_APPS: [Option<&str>; 2] = [Some("com.acme.app.beta"), Some("com.lookalike.app")];
const STRANGER: &str = "198.51.100.23";

/// What a key was used for from its creation until `last`, hour by hour. `seed` makes keys differ; `domain` is where
/// its visitors are.
pub fn usage(
    scope: Scope,
    domain: Option<&str>,
    created_at: Timestamp,
    last: Timestamp,
    now: Timestamp,
    seed: u32,
) -> Vec<Tally> {
    // No page has a name with a wildcard.
    let page = domain.map(|domain| domain.replace('*', "emea"));
    let domain = page.as_deref();
    let first = (hour_of(now) + HOURS_PER_DAY).saturating_sub(HOURS_KEPT);
    let first = first.max(hour_of(created_at) + 1).min(hour_of(last));
    (first..=hour_of(last))
        .filter_map(|hour| hour_of_use(scope, domain, last, hour, seed))
        .collect()
}

fn hour_of_use(scope: Scope, domain: Option<&str>, last: Timestamp, hour: u32, seed: u32) -> Option<Tally> {
    let is_last = hour == hour_of(last);
    let mut random = Random(u64::from(seed) << 32 | u64::from(hour));
    let mut below = |limit: u32| random.below(limit.into()) as u32;
    let by_day = [
        0, 0, 0, 0, 1, 2, 4, 7, 9, 10, 9, 8, 8, 9, 10, 9, 8, 7, 6, 5, 3, 2, 1, 0,
    ];
    let busy = by_day[(hour % HOURS_PER_DAY) as usize] * (1 + seed % 5);
    let allowed = busy * below(7) / 4 + u32::from(is_last);
    // Not every key is tried from elsewhere.
    let is_tried = seed.is_multiple_of(3);
    let refused = if below(29) == 0 && is_tried {
        1 + below(5)
    } else {
        0
    };
    if allowed + refused == 0 {
        return None;
    }
    let mut tally = Tally {
        allowed: allowed.saturating_sub(1),
        ..Tally::of(0, hour)
    };
    let begins = Timestamp::from_second(i64::from(hour) * 3600).ok()?;
    if allowed > 0 {
        let visitor = VISITORS[below(VISITORS.len() as u32) as usize]
            .parse::<IpAddr>()
            .ok();
        tally.allow(Use::new(if is_last { last } else { begins }, visitor, domain));
    }
    let (rule, strangers) = match scope {
        Scope::Web => (Rule::OriginForeign, STRANGE_PAGES),
        Scope::Mobile => (Rule::BundleForeign, STRANGE_APPS),
        Scope::Analytics => (Rule::ScopeOther, [None; 2]),
    };
    let from = Use::new(
        begins,
        STRANGER.parse().ok(),
        strangers[seed as usize % strangers.len()],
    );
    (0..refused).for_each(|_| tally.refuse_from(rule, from.clone()));
    Some(tally)
}
