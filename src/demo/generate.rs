//! Generated keys in any number, the same ones each time: for `demo --keys` and for measurements.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::random::Random;
use super::sample::{Draft, Sample};
use crate::model::field::{FieldValue, Widget};
use crate::model::{KeyField, KeyFields, Role, Scope};
use crate::server::store::sqlite::SampleProject;

const TWO_YEARS_MS: u64 = 730 * 24 * 60 * 60 * 1_000;
/// So many keys share a project, until there are [`MAX_PROJECTS`].
const KEYS_PER_PROJECT: u64 = 500;
const MAX_PROJECTS: u64 = 200;

const PURPOSES: [&str; 24] = [
    "Checkout assistant",
    "Kiosk",
    "Concierge",
    "Product finder",
    "Order status",
    "Size guide",
    "Welcome desk",
    "Tutor",
    "Booking",
    "Returns helper",
    "Gift finder",
    "Campaign page",
    "Support chat",
    "Lobby screen",
    "Configurator",
    "Warranty",
    "Billing questions",
    "Onboarding",
    "Staging",
    "Beta",
    "Partner portal",
    "Load test",
    "Video wall",
    "Field tablet",
];
const PLACES: [&str; 24] = [
    "Auckland",
    "Berlin",
    "Lisbon",
    "Montréal",
    "São Paulo",
    "Osaka",
    "Nairobi",
    "Reykjavík",
    "Lyon",
    "Kraków",
    "Austin",
    "Cork",
    "Ghent",
    "Turin",
    "Porto",
    "Malmö",
    "Wellington",
    "Seville",
    "Denver",
    "Leeds",
    "Oslo",
    "Graz",
    "Izmir",
    "Pune",
];

/// The sample's people, and enough projects for `count` keys.
pub fn organisation(mut sample: Sample, count: u64) -> Sample {
    let extra = (count / KEYS_PER_PROJECT).min(MAX_PROJECTS);
    let creators: Vec<Uuid> = sample.projects.iter().map(|p| p.creator).collect();
    let oldest = sample
        .projects
        .iter()
        .map(|p| p.created_at)
        .min()
        .unwrap_or_default();
    let mut random = Random(count);
    for number in 0..extra {
        sample.projects.push(SampleProject {
            id: Uuid::new_v4(),
            name: format!("{} {number}", random.one_of(&PLACES)),
            creator: *random.one_of(&creators),
            deployed: true,
            created_at: oldest,
        });
    }
    for project in &mut sample.projects {
        project.created_at = oldest;
    }
    sample.keys.clear();
    sample
}

/// `count` keys over the organisation's deployed projects, older ones first.
pub fn keys(sample: &Sample, count: u64, now: Timestamp) -> impl Iterator<Item = Draft> {
    let deployed: Vec<&SampleProject> = sample.projects.iter().filter(|p| p.deployed).collect();
    let analysts: Vec<Uuid> = sample
        .people
        .iter()
        .filter(|p| p.role != Role::Editor)
        .map(|p| p.id)
        .collect();
    let mut random = Random(0x006b_6579_6465_636b);
    (0..count).map(move |number| {
        let scope = match random.below(100) {
            0..70 => Scope::Web,
            70..94 => Scope::Mobile,
            _ => Scope::Analytics,
        };
        let project = scope.has_project().then(|| *random.one_of(&deployed));
        let creator = project.map_or_else(|| *random.one_of(&analysts), |project| project.creator);
        let (created_at, last_used_at) = times(&mut random, now, number, count);
        Draft {
            usage: Vec::new(),
            disabled: None,
            rotating: None,
            revoked: None,
            fields: KeyFields {
                expires_at: end(&mut random, now),
                ..fields(&mut random, scope, project.map(|p| p.id), number)
            },
            creator,
            created_at,
            last_used_at,
        }
    })
}

/// The number keeps names apart, which must differ within a project.
fn fields(random: &mut Random, scope: Scope, project: Option<Uuid>, number: u64) -> KeyFields {
    let purpose = *random.one_of(&PURPOSES);
    let place = *random.one_of(&PLACES);
    let ui_domains = match scope {
        Scope::Web => Some(vec![format!("https://{}.acme.example", random.below(100_000))]),
        Scope::Mobile => Some(vec![format!("com.acme.app{}", random.below(1_000))]),
        Scope::Analytics => None,
    };
    let mut fields = KeyFields {
        name: format!("{purpose}, {place} {number}"),
        project,
        ui_domains,
        ..KeyFields::blank(scope)
    };
    for field in KeyField::of(scope).filter(|field| matches!(field.widget(), Widget::Toggle { .. })) {
        fields.set(field, FieldValue::Flag(random.below(3) == 0));
    }
    fields
}

/// A tenth of the keys ends within a year.
fn end(random: &mut Random, now: Timestamp) -> Option<String> {
    let ends = random.below(10) == 0;
    let hours = i64::try_from(1 + random.below(365 * 24)).unwrap_or(1);
    let at = Timestamp::from_second(now.as_second() + 3_600 * hours).ok()?;
    ends.then(|| at.to_string())
}

/// Created evenly over two years; used lately, long ago or never.
fn times(random: &mut Random, now: Timestamp, number: u64, count: u64) -> (Timestamp, Option<Timestamp>) {
    let before = |age: u64| {
        let age = i64::try_from(age).unwrap_or(i64::MAX);
        now.saturating_sub(SignedDuration::from_millis(age))
            .unwrap_or(now)
    };
    let slot = (TWO_YEARS_MS / count).max(1);
    let age = TWO_YEARS_MS * (count - number) / count - random.below(slot);
    if random.below(8) == 0 {
        return (before(age), None);
    }
    // A product of shares leans towards the present.
    let idle = (0..3).fold(age, |idle, _| idle * random.below(1_000) / 1_000);
    (before(age), Some(before(idle)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::sample::SampleFile;

    #[test]
    fn generated_keys_are_valid_distinct_and_the_same_each_time() {
        let now = Timestamp::now();
        let sample = SampleFile::read()
            .and_then(|file| file.at(now, Uuid::nil()))
            .expect("valid");
        let sample = organisation(sample, 2_000);
        assert_eq!(sample.projects.len(), 7 + 4);
        let keys: Vec<Draft> = keys(&sample, 2_000, now).collect();
        let names: HashSet<&str> = keys.iter().map(|key| key.fields.name.as_str()).collect();
        assert_eq!(names.len(), 2_000);
        for key in &keys {
            assert!(key.fields.validate().is_ok(), "{:?}", key.fields);
            assert!(key.created_at < now && key.last_used_at.is_none_or(|used| used >= key.created_at));
        }
        assert!(keys.is_sorted_by_key(|key| key.created_at));
        let again: Vec<String> = super::keys(&sample, 2_000, now)
            .take(50)
            .map(|key| key.fields.name)
            .collect();
        assert!(
            again
                .iter()
                .zip(&keys)
                .all(|(name, key)| *name == key.fields.name)
        );
    }
}
