//! The sample organisation of `keydeck demo`: who is in it, and its hand-written keys.

use std::collections::HashMap;

use jiff::{SignedDuration, Span, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

use super::deed::{Deed, DeedKind, FileDeed, KeyDeed};
use super::times::{after, before, broken, known};
use super::usage::usage;

use crate::failure::Failure;
use crate::model::{KeyFields, Role, Token};
use crate::server::seal::Sealer;
use crate::server::store::sqlite::{SampleKey, SampleProject, SampleUser};
use crate::server::store::{Founding, Tally};

const FILE: &str = include_str!("../../assets/demo.json");

/// `assets/demo.json`. Times are ages, so that the sample is always as old as it says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleFile {
    organisation: String,
    /// The Owner, whom the database is founded with.
    owner: FilePerson,
    people: Vec<FilePerson>,
    projects: Vec<FileProject>,
    keys: Vec<FileKey>,
    /// What people did lately.
    week: Vec<FileDeed>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FilePerson {
    email: String,
    role: Role,
    joined: Span,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileProject {
    name: String,
    creator: String,
    deployed: bool,
    created: Span,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileKey {
    /// By its name.
    project: Option<String>,
    creator: String,
    created: Span,
    used: Option<Span>,
    /// From now on; what is ago has expired.
    ends: Option<Span>,
    /// The same of local development.
    local_ends: Option<Span>,
    /// Why it is disabled.
    disabled: Option<FileDisabling>,
    /// For so long its old token is valid beside its new one; both are used.
    rotating: Option<Span>,
    revoked: Option<SampleRevocation>,
    #[serde(flatten)]
    fields: KeyFields,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileDisabling {
    ago: Span,
    reason: String,
}

/// How a key ended.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRevocation {
    ago: Span,
    pub reason: String,
    /// How often it has been presented since.
    #[serde(default)]
    pub attempts: u32,
}

/// What is loaded into a new database.
#[derive(Debug, Clone)]
pub struct Sample {
    pub people: Vec<SampleUser>,
    pub projects: Vec<SampleProject>,
    /// Older ones first.
    pub keys: Vec<Draft>,
    pub week: Vec<Deed>,
}

/// A key to be made: real in everything but its age.
#[derive(Debug, Clone)]
pub struct Draft {
    pub fields: KeyFields,
    pub creator: Uuid,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub usage: Vec<Tally>,
    /// When and why it is to be disabled, once it is there.
    pub disabled: Option<(Timestamp, String)>,
    /// Until when its old token is to be valid.
    pub rotating: Option<Timestamp>,
    /// How it is to be revoked, once it is there.
    pub revoked: Option<SampleRevocation>,
}

impl SampleFile {
    pub fn read() -> Result<Self, Failure> {
        serde_json::from_str(FILE).map_err(broken)
    }

    pub fn founding(&self, now: Timestamp) -> Result<Founding, Failure> {
        Ok(Founding {
            organisation: self.organisation.clone(),
            owner_email: self.owner.email.clone(),
            owner_token: None,
            at: before(now, self.owner.joined)?,
        })
    }

    /// The sample as it is at `now`, in a database that was founded with `owner`.
    pub fn at(self, now: Timestamp, owner: Uuid) -> Result<Sample, Failure> {
        let people = people(self.people, now)?;
        let mut ids: HashMap<String, Uuid> = people.iter().map(|p| (p.email.clone(), p.id)).collect();
        ids.insert(self.owner.email, owner);
        let projects = projects(self.projects, &ids, now)?;
        let named: HashMap<String, Uuid> = projects.iter().map(|p| (p.name.clone(), p.id)).collect();
        let keys = (0..).zip(self.keys);
        let keys = keys.map(|(n, key)| draft(key, &ids, &named, now, n));
        let mut keys: Vec<Draft> = keys.collect::<Result<_, _>>()?;
        keys.sort_by_key(|key| key.created_at);
        let mut week = self
            .week
            .into_iter()
            .map(|did| did.at(&ids, now))
            .collect::<Result<Vec<_>, _>>()?;
        for key in &keys {
            week.extend(ends_of(key, now)?);
        }
        Ok(Sample {
            keys,
            week,
            people,
            projects,
        })
    }
}

impl Draft {
    /// The key with a real token, sealed as the server seals it.
    pub fn sealed(self, sealer: &Sealer) -> Result<(SampleKey, Token), Failure> {
        let valid = self
            .fields
            .validate()
            .map_err(|errors| broken(format!("{}: {:?}", self.fields.name, errors.0)))?;
        let (new, token) =
            crate::server::new_key(sealer, &valid, None, self.created_at).map_err(Failure::failed)?;
        let key = SampleKey {
            new,
            creator: self.creator,
            last_used_at: self.last_used_at,
            usage: self.usage,
        };
        Ok((key, token))
    }
}

fn people(people: Vec<FilePerson>, now: Timestamp) -> Result<Vec<SampleUser>, Failure> {
    let user = |person: FilePerson| {
        Ok(SampleUser {
            id: Uuid::new_v4(),
            created_at: before(now, person.joined)?,
            email: person.email,
            role: person.role,
        })
    };
    people.into_iter().map(user).collect()
}

fn projects(
    projects: Vec<FileProject>,
    people: &HashMap<String, Uuid>,
    now: Timestamp,
) -> Result<Vec<SampleProject>, Failure> {
    let project = |project: FileProject| {
        Ok(SampleProject {
            id: Uuid::new_v4(),
            creator: known(people, &project.creator)?,
            created_at: before(now, project.created)?,
            name: project.name,
            deployed: project.deployed,
        })
    };
    projects.into_iter().map(project).collect()
}

fn draft(
    key: FileKey,
    people: &HashMap<String, Uuid>,
    projects: &HashMap<String, Uuid>,
    now: Timestamp,
    n: u32,
) -> Result<Draft, Failure> {
    let created_at = before(now, key.created)?;
    let last_used_at = key.used.map(|age| before(now, age)).transpose()?;
    let domain = key.fields.ui_domains.as_ref().and_then(|domains| domains.first());
    Ok(Draft {
        usage: last_used_at.map_or_else(Vec::new, |last| {
            usage(
                key.fields.scope,
                domain.map(String::as_str),
                created_at,
                last,
                now,
                n,
            )
        }),
        disabled: key
            .disabled
            .map(|disabled| before(now, disabled.ago).map(|at| (at, disabled.reason)))
            .transpose()?,
        rotating: key.rotating.map(|span| before(now, span.negate())).transpose()?,
        revoked: key.revoked,
        creator: known(people, &key.creator)?,
        created_at,
        last_used_at,
        fields: KeyFields {
            project: key.project.map(|name| known(projects, &name)).transpose()?,
            expires_at: key.ends.map(|span| after(now, span)).transpose()?,
            local_development_ends_at: key.local_ends.map(|span| after(now, span)).transpose()?,
            ..key.fields
        },
    })
}

/// How long the overlap of a rotation in the sample is.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// What its creator did to a key: disabled, revoked or rotated it.
fn ends_of(key: &Draft, now: Timestamp) -> Result<Vec<Deed>, Failure> {
    let mut deeds = Vec::new();
    if let Some((at, reason)) = &key.disabled {
        deeds.push((*at, KeyDeed::Disable(reason.clone())));
    }
    if let Some(revoked) = &key.revoked {
        deeds.push((before(now, revoked.ago)?, KeyDeed::Revoke(revoked.reason.clone())));
    }
    if let Some(ends) = key.rotating {
        let begun = ends.checked_sub(OVERLAP).map_err(broken)?;
        deeds.push((begun, KeyDeed::Rotate(Some(ends))));
    }
    let deeds = deeds.into_iter().map(|(at, did)| Deed {
        at,
        what: DeedKind::ToKey {
            by: key.creator,
            key: key.fields.name.clone(),
            did,
        },
    });
    Ok(deeds.collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use strum::IntoEnumIterator;

    use super::*;
    use crate::model::Scope;

    fn sample() -> (Sample, Uuid) {
        let owner = Uuid::new_v4();
        let file = SampleFile::read().expect("valid");
        (file.at(Timestamp::now(), owner).expect("valid"), owner)
    }

    #[test]
    fn the_sample_shows_every_kind_of_thing() {
        let (sample, _) = sample();
        assert_eq!(
            (sample.people.len(), sample.projects.len(), sample.keys.len()),
            (4, 7, 64)
        );
        let roles: HashSet<Role> = sample.people.iter().map(|p| p.role).collect();
        assert_eq!(roles, [Role::Support, Role::Analytics, Role::Editor].into());
        assert_eq!(sample.projects.iter().filter(|p| !p.deployed).count(), 1);
        let scopes: HashSet<Scope> = sample.keys.iter().map(|k| k.fields.scope).collect();
        assert_eq!(scopes.len(), Scope::iter().len());
        let now = Timestamp::now().to_string();
        let ends = |key: &Draft, is_over: bool| {
            key.fields
                .expires_at
                .as_ref()
                .is_some_and(|at| (*at < now) == is_over)
        };
        assert_eq!(sample.keys.iter().filter(|key| ends(key, true)).count(), 1);
        assert!(sample.keys.iter().any(|key| ends(key, false)));
        assert!(sample.keys.iter().any(|key| key.disabled.is_some()));
        assert!(sample.keys.iter().any(|key| key.rotating.is_some()));
        let revoked = sample.keys.iter().filter_map(|key| key.revoked.as_ref());
        let are_presented: HashSet<bool> = revoked.map(|revoked| revoked.attempts > 0).collect();
        assert_eq!(are_presented, [true, false].into());
        let local = sample
            .keys
            .iter()
            .filter(|key| key.fields.local_development.is_some());
        let ends = local.map(|key| key.fields.local_development_ends_at.as_ref().map(|at| *at < now));
        let ends: HashSet<Option<bool>> = ends.collect();
        assert_eq!(ends, [None, Some(true), Some(false)].into());
        assert!(sample.keys.iter().any(|k| k.last_used_at.is_none()));
        assert!(sample.keys.iter().any(|k| k.fields.name.contains('🛒')));
    }

    #[test]
    fn every_sample_key_could_have_been_created_as_it_is() {
        let (sample, owner) = sample();
        for key in &sample.keys {
            let name = &key.fields.name;
            assert!(
                key.fields.validate().is_ok(),
                "{name}: {:?}",
                key.fields.validate()
            );
            assert!(
                key.last_used_at.is_none_or(|used| used > key.created_at),
                "{name}"
            );
            let creator = sample.people.iter().find(|p| p.id == key.creator);
            assert!(
                creator.map_or(key.creator == owner, |p| p.created_at < key.created_at),
                "{name}"
            );
            let role = creator.map_or(Role::Owner, |p| p.role);
            if let Some(id) = key.fields.project {
                let project = sample.projects.iter().find(|p| p.id == id).expect("known");
                assert!(project.deployed && project.created_at < key.created_at, "{name}");
                assert!(role != Role::Editor || project.creator == key.creator, "{name}");
                assert!(role != Role::Analytics, "{name}");
            } else {
                assert!(role != Role::Editor, "{name}");
            }
        }
    }
}
