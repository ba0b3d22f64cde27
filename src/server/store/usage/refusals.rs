//! From where one key was refused within an hour, and who presented it or a token of it that is not valid any more. What
//! clients send decides how much of it there is, so all of it is bounded.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::source::source_name;
use super::used::{SOURCES, Use};
use crate::model::Rule;

/// An address or a name that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedFrom<T> {
    pub name: T,
    /// The one that refused it last.
    pub rule: Cow<'static, str>,
    pub n: u32,
    /// Microseconds since the epoch.
    pub at: i64,
}

/// The newest of either, at most [`SOURCES`]: one that sends many origins leaves the addresses of others as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusals {
    pub addresses: SmallVec<[RefusedFrom<IpAddr>; 1]>,
    /// As they are kept: whatever else a client sends takes nobody's place.
    pub origins: SmallVec<[RefusedFrom<Box<str>>; 1]>,
    /// The last of each rule that says that the key or its token is not valid, whatever the request.
    pub ended: SmallVec<[(Cow<'static, str>, Use); 1]>,
}

impl Refusals {
    pub fn of(rule: Rule, used: Use) -> Self {
        let (at, name) = (used.at, rule.as_str());
        let mut refusals = Self::default();
        refusals.addresses.extend(used.address.map(|address| RefusedFrom {
            name: address,
            rule: name.into(),
            n: 1,
            at,
        }));
        refusals.origins.extend(
            used.origin
                .as_deref()
                .and_then(source_name)
                .map(|origin| RefusedFrom {
                    name: origin.into(),
                    rule: name.into(),
                    n: 1,
                    at,
                }),
        );
        if rule.says_it_is_not_valid() {
            refusals.ended.push((name.into(), used));
        }
        refusals
    }

    pub fn add(&mut self, other: Self) {
        other
            .addresses
            .into_iter()
            .for_each(|from| note(&mut self.addresses, from));
        other
            .origins
            .into_iter()
            .for_each(|from| note(&mut self.origins, from));
        for (rule, used) in other.ended {
            match self.ended.iter_mut().find(|(known, _)| *known == rule) {
                Some((_, last)) if last.at <= used.at => *last = used,
                Some(_) => {}
                None => self.ended.push((rule, used)),
            }
        }
    }
}

/// Of those that are too many, the one that was seen the longest ago is forgotten.
fn note<T: PartialEq>(known: &mut SmallVec<[RefusedFrom<T>; 1]>, new: RefusedFrom<T>) {
    if let Some(same) = known.iter_mut().find(|from| from.name == new.name) {
        same.n = same.n.saturating_add(new.n);
        if same.at <= new.at {
            (same.at, same.rule) = (new.at, new.rule);
        }
    } else if known.len() < SOURCES {
        known.push(new);
    } else if let Some(oldest) = known.iter_mut().min_by_key(|from| from.at)
        && oldest.at <= new.at
    {
        *oldest = new;
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn refused(second: i64, rule: Rule, last: u8, origin: &str) -> Refusals {
        let at = Timestamp::from_second(second).unwrap();
        let address = IpAddr::from([203, 0, 113, last]);
        Refusals::of(rule, Use::new(at, Some(address), Some(origin)))
    }

    #[test]
    fn many_origins_of_one_leave_the_addresses_of_others() {
        let mut all = Refusals::default();
        all.add(refused(1, Rule::OriginForeign, 7, "https://shop.acme.example"));
        for n in 0..10_000 {
            let origin = format!("https://{n}.evil.example");
            all.add(refused(n + 2, Rule::OriginForeign, 9, &origin));
        }
        let addresses: Vec<_> = all.addresses.iter().map(|from| (from.name, from.n)).collect();
        let [shop, evil] = [7, 9].map(|last| IpAddr::from([203, 0, 113, last]));
        assert_eq!(addresses, [(shop, 1), (evil, 10_000)]);
        let mut newest: Vec<&str> = all.origins.iter().map(|from| &*from.name).collect();
        newest.sort_unstable();
        let expected: Vec<String> = (9_992..10_000)
            .map(|n| format!("https://{n}.evil.example"))
            .collect();
        assert_eq!(newest, expected);
        assert!(all.ended.is_empty());
    }

    #[test]
    fn what_can_be_no_origin_takes_nobodys_place() {
        let mut all = refused(1, Rule::OriginForeign, 7, "HTTPS://Shop.acme.example:443");
        for n in 0..20 {
            let origins = [
                format!("https://u:p{n}@shop.acme.example"),
                format!("a {n}"),
                "x".repeat(n),
            ];
            for origin in origins {
                all.add(refused(2, Rule::OriginForeign, 9, &origin));
            }
        }
        let kept: Vec<&str> = all.origins.iter().map(|from| &*from.name).collect();
        assert_eq!(kept, ["https://shop.acme.example"]);
    }

    #[test]
    fn the_last_of_each_rule_is_known() {
        let mut all = refused(5, Rule::KeyDisabled, 7, "https://a.example");
        all.add(refused(3, Rule::KeyDisabled, 8, "https://b.example"));
        all.add(refused(9, Rule::KeyRevoked, 9, "https://a.example"));
        let last = |rule: Rule| {
            let found = all.ended.iter().find(|(known, _)| known == rule.as_str());
            found.and_then(|(_, used)| used.address)
        };
        assert_eq!(last(Rule::KeyDisabled), Some([203, 0, 113, 7].into()));
        assert_eq!(last(Rule::KeyRevoked), Some([203, 0, 113, 9].into()));
        let named = |name| all.origins.iter().find(|from| &*from.name == name);
        let first = named("https://a.example").map(|from| (from.n, &*from.rule));
        assert_eq!(first, Some((2, "key-revoked")));
    }
}
