//! Names from the configuration and from the server, asked quickly and quietly, or not at all.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clap::Arg;
use clap_complete::engine::CompletionCandidate;

use crate::api::{KeyList, MAX_LIMIT, ProjectQuery, Sort, UserQuery};
use crate::cli::Failure;
use crate::client::Client;
use crate::config::{self, Config};
use crate::credentials;
use crate::deck::{self, Selection, bootstrap, local};
use crate::model::{Shown, StateFilter, pasted};

/// How long somebody waits for a Tab.
const PATIENCE: Duration = Duration::from_millis(250);
/// Another time, in milliseconds, for servers that are far away.
const TIMEOUT: &str = "KEYDECK_COMPLETION_TIMEOUT";

/// What the value of an argument is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    Key,
    Project,
    Person,
    Gateway,
    Webhook,
    Profile,
}

impl NameKind {
    /// By the name of the argument, which is the same in all commands.
    pub fn of(arg: &Arg) -> Option<Self> {
        match arg.get_id().as_str() {
            "key" => Some(NameKind::Key),
            "project" => Some(NameKind::Project),
            "user" | "creator" | "hand_over_to" | "person" => Some(NameKind::Person),
            "gateway" => Some(NameKind::Gateway),
            "webhook" => Some(NameKind::Webhook),
            "profile" => Some(NameKind::Profile),
            _ => None,
        }
    }
}

/// The deck that the typed line chooses.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    servers: Vec<String>,
    profile: Option<String>,
    token_file: Option<PathBuf>,
}

impl Chosen {
    /// By the words before the one that is completed.
    pub fn by(words: &[OsString]) -> Self {
        let mut chosen = Self::default();
        let mut words = words.iter().filter_map(|word| word.to_str());
        while let Some(word) = words.next() {
            let (flag, value) = match word.split_once('=') {
                Some((flag, value)) => (flag, Some(value)),
                None => (word, None),
            };
            if !["--server", "--profile", "--token-file"].contains(&flag) {
                continue;
            }
            let Some(value) = value.or_else(|| words.next()) else {
                break;
            };
            match flag {
                "--server" => chosen.servers.extend(value.split(',').map(str::to_owned)),
                "--profile" => chosen.profile = Some(value.to_owned()),
                _ => chosen.token_file = Some(value.into()),
            }
        }
        chosen
    }

    /// The names that begin with what is typed, if they come in time. A secret is not sent to any server.
    pub fn ask(&self, kind: NameKind, typed: &str) -> Vec<CompletionCandidate> {
        if pasted::is_in(typed)
            || self
                .token_file
                .as_deref()
                .is_some_and(|file| file.as_os_str() == "-")
        {
            return Vec::new();
        }
        let (answer_in, answer) = mpsc::channel();
        let (chosen, typed) = (self.clone(), typed.to_owned());
        // It may wait for a keyring, a file or a server. The process ends before it does.
        thread::spawn(move || {
            let _ = answer_in.send(chosen.found(kind, &typed).unwrap_or_default());
        });
        answer.recv_timeout(patience()).unwrap_or_default()
    }

    fn found(self, kind: NameKind, typed: &str) -> Result<Vec<CompletionCandidate>, Failure> {
        let selection = Selection {
            servers: self.servers,
            profile: self.profile,
            token_file: self.token_file,
        };
        let (mut config, name) = deck::choose(&selection)?;
        let mut profile = config.profile(&name)?.clone();
        match &profile.servers {
            Some(servers) => profile.given = Some(credentials::find_unasked(&profile, servers)?),
            // Nothing is created because somebody pressed Tab.
            None => drop(local::database(&config::data_directory()?)?),
        }
        config.begin_with(profile);
        let deck = deck::open_profile(&config, &name)?;
        let names = bootstrap::block_on(names(&deck.client, kind, typed.to_owned()))?;
        let begins = |name: &str| {
            let typed = typed.to_lowercase();
            is_plain(name) && name.to_lowercase().starts_with(&typed)
        };
        let of_those = names.into_iter().filter(|(name, _)| begins(name));
        Ok(of_those
            .map(|(name, about)| {
                let about = Shown::new(&about).into_string();
                CompletionCandidate::new(name).help(Some(about.into()))
            })
            .collect())
    }
}

fn patience() -> Duration {
    let set = config::variable(TIMEOUT).ok().flatten();
    let set = set.and_then(|milliseconds| milliseconds.parse().ok());
    set.map_or(PATIENCE, Duration::from_millis)
}

/// Whether a shell can be given it: nothing in it could move the cursor, or mean something else than it shows.
pub fn is_plain(name: &str) -> bool {
    !name.is_empty() && Shown::new(name).as_str() == name
}

pub fn profiles() -> Vec<CompletionCandidate> {
    let config = Config::load();
    let profiles = config.map(|config| config.profiles).unwrap_or_default();
    let told = profiles.into_iter().map(|profile| {
        let servers = profile.servers.as_ref();
        let about = servers.map_or_else(|| "the local deck".to_owned(), ToString::to_string);
        CompletionCandidate::new(profile.name).help(Some(about.into()))
    });
    told.collect()
}

/// Each with what it is, A to Z.
async fn names(client: &Client, kind: NameKind, typed: String) -> Result<Vec<(String, String)>, Failure> {
    let text = (!typed.is_empty()).then_some(typed);
    match kind {
        NameKind::Key => keys(client, text).await,
        NameKind::Project => {
            let query = ProjectQuery {
                q: text,
                limit: Some(MAX_LIMIT),
                ..ProjectQuery::default()
            };
            let projects = client.projects(&query).await?.into_iter();
            let about = |deployed| {
                if deployed {
                    "project"
                } else {
                    "project, not deployed"
                }
            };
            Ok(projects
                .map(|project| (project.name, about(project.deployed).to_owned()))
                .collect())
        }
        NameKind::Person => {
            let query = UserQuery {
                q: text,
                limit: Some(MAX_LIMIT),
                after: None,
            };
            let people = client.users(&query).await?.into_iter();
            Ok(people
                .map(|person| (person.user.email, person.user.role.to_string()))
                .collect())
        }
        NameKind::Gateway => {
            let gateways = client.gateways().await?.into_iter();
            Ok(gateways.map(|gateway| (gateway.name, "gateway".into())).collect())
        }
        NameKind::Webhook => {
            let webhooks = client.webhooks().await?.into_iter();
            Ok(webhooks.map(|webhook| (webhook.url, "webhook".into())).collect())
        }
        NameKind::Profile => Ok(Vec::new()),
    }
}

/// Active and disabled keys, and those that have expired, which can be renewed.
async fn keys(client: &Client, text: Option<String>) -> Result<Vec<(String, String)>, Failure> {
    let mut names = Vec::new();
    for state in [None, Some(StateFilter::Expired)] {
        let list = KeyList {
            state,
            q: text.clone(),
            sort: Sort::Name,
            limit: Some(MAX_LIMIT),
            ..KeyList::default()
        };
        for row in client.keys(&list).await?.items {
            let key = row.key;
            let of = key
                .project
                .map_or_else(String::new, |project| format!(" of {}", project.name));
            names.push((key.name, format!("{} key{of}, {}", key.scope, key.state.as_str())));
        }
    }
    names.dedup_by(|one, other| one.0 == other.0);
    Ok(names)
}
