//! `config.toml` as people write it. What is wrong about servers and signing in is refused, with the line; what is wrong
//! about looks and keys ([`super::settings`]) and about the colours of profiles is passed over and told.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use toml::de::DeTable;

use super::settings::{self, DashboardSettings, WrongLine};
use super::{Colour, Config, ConfigError, LOCAL, Profile, TokenCommand, check_name, mark};
use crate::model::Servers;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    default: Option<Spanned<String>>,
    #[serde(default)]
    profiles: BTreeMap<Spanned<String>, Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    server: Option<Spanned<Addresses>>,
    colour: Option<Colour>,
    #[serde(default)]
    read_only: bool,
    ca_file: Option<PathBuf>,
    token_command: Option<String>,
}

/// What can be set of a profile: its name, an example, and what it is for.
pub const PROFILE_SETTINGS: [(&str, &str, &str); 5] = [
    (
        "server",
        "\"https://keys.acme.example\"",
        "the address of the key server, or a list of those that share one database",
    ),
    (
        "colour",
        "\"red\"",
        "what the dashboard marks it with: red, yellow, green, cyan, blue or magenta",
    ),
    ("read_only", "true", "offer and send no changes"),
    (
        "ca_file",
        "\"acme-ca.pem\"",
        "certificates of authorities to trust besides the system's, beside this file",
    ),
    (
        "token_command",
        "\"pass show keydeck\"",
        "a command whose first line of output is the sign-in token",
    ),
];

fn setting_names() -> [&'static str; 5] {
    PROFILE_SETTINGS.map(|(name, ..)| name)
}

/// One address, or a list of them.
enum Addresses {
    One(String),
    Several(Vec<Spanned<String>>),
}

/// What is wrong, and where when that is not the whole section.
type Wrong = (Option<Range<usize>>, String);

pub(super) fn parse(text: &str, path: PathBuf) -> Result<Config, ConfigError> {
    parse_for(text, path, None)
}

/// The default may be the profile that is about to be made.
pub(super) fn parse_for(text: &str, path: PathBuf, made: Option<&str>) -> Result<Config, ConfigError> {
    let invalid = |span: Option<Range<usize>>, why: String| ConfigError::Invalid {
        line: line_of(text, span),
        why,
        path: path.clone(),
    };
    let (mut table, errors) = DeTable::parse_recoverable(text);
    let (passed_over, refused): (Vec<_>, Vec<_>) =
        (errors.into_iter()).partition(|error| error.span().is_some_and(|span| is_of_settings(text, &span)));
    let syntax = |error: &toml::de::Error| invalid(error.span(), error.message().to_owned());
    if let Some(error) = refused.first() {
        return Err(syntax(error));
    }
    settings::take(table.get_mut());
    mark::take_wrong(table.get_mut(), &setting_names());
    // What is broken there may have made a part of it look like something else.
    let file = File::deserialize(toml::Deserializer::from(table));
    let mut file = file.map_err(|error| syntax(passed_over.first().unwrap_or(&error)))?;
    let mut sections: Vec<_> = std::mem::take(&mut file.profiles).into_iter().collect();
    // As the file has them.
    sections.sort_by_key(|(name, _)| name.span().start);
    let mut profiles = Vec::new();
    for (name, section) in sections {
        let profile = section
            .profile(name.get_ref(), &path)
            .map_err(|(span, why)| invalid(span.or(Some(name.span())), why))?;
        profiles.push(profile);
    }
    if profiles.iter().all(|profile| profile.name != LOCAL) {
        profiles.push(Profile::local());
    }
    let mut config = Config {
        profiles,
        default: None,
        path: path.clone(),
    };
    if let Some(default) = file.default {
        let is_made = made == Some(default.get_ref());
        let unknown = config.profile(default.get_ref()).err();
        if let Some(error) = unknown.filter(|_| !is_made) {
            return Err(invalid(Some(default.span()), error.to_string()));
        }
        config.default = Some(default.into_inner());
    }
    Ok(config)
}

/// What the file says of looks and keys, whatever else is wrong in it, and what is wrong there.
pub(super) fn settings_of(text: &str) -> (DashboardSettings, Vec<WrongLine>) {
    let (mut table, errors) = DeTable::parse_recoverable(text);
    let line = |span| line_of(text, Some(span));
    let broken = errors.iter().filter_map(|error| {
        let span = error.span().filter(|span| is_of_settings(text, span))?;
        Some(WrongLine {
            line: line(span),
            why: error.message().to_owned(),
        })
    });
    let mut problems: Vec<WrongLine> = broken.collect();
    let (settings, mut wrong) = settings::take(table.get_mut()).read(line);
    let of_marks = mark::take_wrong(table.get_mut(), &setting_names()).into_iter();
    wrong.extend(of_marks.map(|(span, why)| WrongLine {
        line: line(span),
        why,
    }));
    // One line, one problem: the first is what is wrong with it.
    for problem in wrong {
        if problems.iter().all(|other| other.line != problem.line) {
            problems.push(problem);
        }
    }
    problems.sort_by_key(|problem| problem.line);
    (settings, problems)
}

/// Whether this part of the file is about looks and keys: their section, or above all sections a line of theirs.
fn is_of_settings(text: &str, span: &Range<usize>) -> bool {
    let line = line_of(text, Some(span.clone()));
    let lines: Vec<&str> = text.lines().take(line).collect();
    let header = lines.iter().rev().find(|line| line.trim_start().starts_with('['));
    let of = header.or(lines.last()).map_or("", |line| *line);
    let name = of.trim_start().trim_start_matches('[').trim_start();
    let name = name
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-')
        .next();
    name.is_some_and(settings::is_name)
}

impl Section {
    /// A CA file is looked for beside `config.toml`.
    fn profile(self, name: &str, config: &Path) -> Result<Profile, Wrong> {
        check_name(name).map_err(|why| (None, why))?;
        if name == LOCAL && self.server.is_some() {
            let why = format!(
                "the profile {LOCAL} is the deck on this machine and has no server; give it another name"
            );
            return Err((None, why));
        }
        let servers = self.server.map(servers).transpose()?;
        let directory = config.parent().unwrap_or(Path::new(""));
        Ok(Profile {
            name: name.to_owned(),
            servers,
            colour: self.colour,
            read_only: self.read_only,
            ca_file: self.ca_file.map(|file| directory.join(file)),
            token_command: self.token_command.map(|text| TokenCommand {
                text,
                untrusted: None,
            }),
            given: None,
        })
    }
}

fn servers(given: Spanned<Addresses>) -> Result<Servers, Wrong> {
    let whole = given.span();
    let (texts, spans): (Vec<String>, Vec<Range<usize>>) = match given.into_inner() {
        Addresses::One(text) => (vec![text], Vec::new()),
        Addresses::Several(all) => all
            .into_iter()
            .map(|one| (one.as_ref().clone(), one.span()))
            .unzip(),
    };
    Servers::parse(&texts).map_err(|why| {
        let there = why.at().and_then(|index| spans.get(index).cloned());
        (Some(there.unwrap_or(whole)), why.to_string())
    })
}

impl<'de> Deserialize<'de> for Addresses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrSeveral;
        impl<'de> Visitor<'de> for OneOrSeveral {
            type Value = Addresses;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address, or a list of addresses")
            }

            fn visit_str<E>(self, text: &str) -> Result<Addresses, E> {
                Ok(Addresses::One(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Addresses, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    all.push(one);
                }
                Ok(Addresses::Several(all))
            }
        }
        deserializer.deserialize_any(OneOrSeveral)
    }
}

/// Counted from 1.
fn line_of(text: &str, span: Option<Range<usize>>) -> usize {
    let end = span.map_or(0, |span| span.start.min(text.len()));
    text.as_bytes()[..end]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests;
