//! What a change of a key would refuse of what the key was used from recently, for those who are about to make it.

use std::fmt;

use super::usage::{Usage, UsageSource};
use crate::model::connection::{is_from_allowed, is_listed};
use crate::model::{Scope, Settings};

/// Of the recent addresses, or of the recent origins or apps, those that a change would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldRefuse {
    /// What they are; one of them, and several.
    kind: [&'static str; 2],
    pub refused: Vec<String>,
    /// How many there are, with those that are allowed.
    pub of: usize,
}

/// `2 of the 8 recent addresses would be refused: 203.0.113.7, 2001:db8::7`
impl fmt::Display for WouldRefuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, many] = self.kind;
        match (self.refused.len(), self.of) {
            (_, 1) => write!(f, "The only recent {one}")?,
            (n, of) if n == of => write!(f, "All {of} recent {many}")?,
            (n, of) => write!(f, "{n} of the {of} recent {many}")?,
        }
        write!(f, " would be refused: {}", self.refused.join(", "))
    }
}

impl Usage {
    /// What the settings after a change refuse, if there is something among it that those before it allow.
    pub fn would_refuse(&self, scope: Scope, before: &Settings, after: &Settings) -> Vec<WouldRefuse> {
        let from_allowed =
            |settings: &Settings, address: &str| is_from_allowed(settings, address.parse().ok());
        let listed = |settings: &Settings, source: &str| is_listed(scope, settings, source);
        let sources = match scope {
            Scope::Mobile => ["bundle identifier", "bundle identifiers"],
            Scope::Web | Scope::Analytics => ["origin", "origins"],
        };
        let of_addresses = refused(
            ["address", "addresses"],
            &self.addresses,
            [before, after],
            from_allowed,
        );
        let of_sources = refused(sources, &self.origins, [before, after], listed);
        of_addresses.into_iter().chain(of_sources).collect()
    }
}

fn refused(
    kind: [&'static str; 2],
    recent: &[UsageSource],
    [before, after]: [&Settings; 2],
    is_allowed: impl Fn(&Settings, &str) -> bool,
) -> Option<WouldRefuse> {
    let names = recent.iter().map(|source| source.name.as_str());
    let refused: Vec<&str> = names.filter(|name| !is_allowed(after, name)).collect();
    let is_new = refused.iter().any(|name| is_allowed(before, name));
    is_new.then(|| WouldRefuse {
        kind,
        refused: refused.into_iter().map(str::to_owned).collect(),
        of: recent.len(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::{AllowedNetwork, UiDomain};

    fn used(origins: &[&str], addresses: &[&str]) -> Usage {
        let sources = |names: &[&str]| -> Vec<Value> {
            let source = |name: &&str| json!({"name": name, "last_used_at": "2026-11-18T11:10:00Z"});
            names.iter().map(source).collect()
        };
        let none = json!({"from": "2026-11-18T11:00:00Z", "allowed": [], "refused": []});
        let usage = json!({
            "hours": none,
            "days": none,
            "refused_by": [],
            "last_use": null,
            "origins": sources(origins),
            "addresses": sources(addresses),
        });
        serde_json::from_value(usage).expect("a usage")
    }

    fn bound(scope: Scope, domains: &[&str], networks: &[&str]) -> Settings {
        Settings {
            ui_domains: domains
                .iter()
                .map(|text| UiDomain::parse(scope, text).expect(text))
                .collect(),
            allowed_networks: networks
                .iter()
                .map(|text| AllowedNetwork::parse(text).expect(text))
                .collect(),
            ..Settings::default()
        }
    }

    fn told(usage: &Usage, scope: Scope, before: &Settings, after: &Settings) -> Vec<String> {
        let refused = usage.would_refuse(scope, before, after);
        refused.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn networks_are_compared_with_recent_addresses() {
        let usage = used(&[], &["10.1.0.1", "10.2.0.1", "2001:db8::7"]);
        let of = |networks: &[&str]| bound(Scope::Analytics, &[], networks);
        let told = |before: &[&str], after: &[&str]| told(&usage, Scope::Analytics, &of(before), &of(after));
        assert_eq!(
            told(&[], &["10.1.0.0/16"]),
            ["2 of the 3 recent addresses would be refused: 10.2.0.1, 2001:db8::7"]
        );
        assert_eq!(
            told(&[], &["192.0.2.1"]),
            ["All 3 recent addresses would be refused: 10.1.0.1, 10.2.0.1, 2001:db8::7"]
        );
        assert!(told(&[], &["10.0.0.0/8", "2001:db8::/32"]).is_empty());
        // What is refused already, the change has nothing to do with.
        assert!(told(&["10.1.0.0/16"], &["10.1.0.0/16", "192.0.2.1"]).is_empty());
        assert_eq!(
            told(&["10.0.0.0/8"], &["10.1.0.0/16"]),
            ["2 of the 3 recent addresses would be refused: 10.2.0.1, 2001:db8::7"]
        );
        assert!(told(&["10.1.0.0/16"], &[]).is_empty());
        let one = used(&[], &["10.1.0.1"]);
        assert_eq!(
            self::told(&one, Scope::Analytics, &of(&[]), &of(&["10.2.0.0/16"])),
            ["The only recent address would be refused: 10.1.0.1"]
        );
        assert!(self::told(&used(&[], &[]), Scope::Analytics, &of(&[]), &of(&["10.2.0.0/16"])).is_empty());
    }

    #[test]
    fn domains_are_compared_with_recent_origins_and_apps() {
        let usage = used(
            &["https://a.acme.example", "https://b.acme.example"],
            &["10.1.0.1"],
        );
        let of = |domains: &[&str]| bound(Scope::Web, domains, &[]);
        let told = |before: &[&str], after: &[&str]| told(&usage, Scope::Web, &of(before), &of(after));
        let all = ["https://*.acme.example"];
        assert_eq!(
            told(&all, &["https://a.acme.example"]),
            ["1 of the 2 recent origins would be refused: https://b.acme.example"]
        );
        assert!(told(&["https://a.acme.example", "https://b.acme.example"], &all).is_empty());
        let apps = used(&["com.acme.shop", "com.acme.beta"], &[]);
        let of = |domains: &[&str]| bound(Scope::Mobile, domains, &[]);
        assert_eq!(
            self::told(&apps, Scope::Mobile, &of(&[]), &of(&["com.acme.shop"])),
            ["1 of the 2 recent bundle identifiers would be refused: com.acme.beta"]
        );
        assert!(self::told(&apps, Scope::Mobile, &of(&["com.acme.shop"]), &of(&[])).is_empty());
    }
}
