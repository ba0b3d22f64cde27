//! Answers to the questions of the screens beside the keys, and what stands in them.

use jiff::Timestamp;
use keydeck::api::{
    Activity, ActivityAction, ActivityPage, ActivityQuery, ChainHash, PersonRef, Project, ProjectMay,
    ProjectQuery, SessionServer, Stated,
};
use keydeck::client::Error;
use keydeck::tui::message::ProjectTask;
use keydeck::tui::message::{
    ActivityReply, ActivityRequest, Effect, Message, ProjectChange, ProjectReply, ProjectRequest, Timer,
};
use keydeck::tui::state::list::Fetch;
use serde_json::{Value, json};
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::talk::{Talk, project};

pub fn person(number: u128, email: &str) -> PersonRef {
    PersonRef {
        id: Uuid::from_u128(number),
        email: email.into(),
    }
}

/// Projects as an Owner sees them: one at work, one that is not deployed and has no session server, one
/// without keys.
pub fn some_projects() -> Vec<Project> {
    let may = ProjectMay {
        edit: true,
        session_server: true,
    };
    let server = SessionServer {
        url: "wss://sessions.acme.example/storefront".into(),
        key_name: "storefront-2026".into(),
    };
    vec![
        Project {
            keys: 1_284,
            session_server: Some(server),
            may,
            ..project(50, "Storefront")
        },
        Project {
            keys: 3,
            deployed: false,
            creator: person(4, "jonas@acme.example"),
            may,
            ..project(51, "Kiosk, Auckland 🥝")
        },
        Project {
            may,
            ..project(52, "Empty shelf")
        },
    ]
}

/// Row `seq` of the log: what the Owner did to key 1,000.
pub fn row(seq: u64, action: ActivityAction, subject: &str) -> Activity {
    Activity {
        seq,
        at: Timestamp::from_second(1_794_000_000 + seq as i64 * 60).expect("valid"),
        actor: Some(person(1, "mira@acme.example")),
        address: "203.0.113.7".parse().ok(),
        action,
        key: Some(Uuid::from_u128(1_000)),
        subject: subject.into(),
        changes: json!({}),
        stated: Stated::default(),
        hash: ChainHash([seq as u8; 32]),
    }
}

/// `count` rows, the newest of which is `newest`.
pub fn rows(newest: u64, count: u64) -> Vec<Activity> {
    let seqs = (newest - count + 1..=newest).rev();
    seqs.map(|seq| row(seq, ActivityAction::KeyEdited, &format!("Key of row {seq}")))
        .collect()
}

/// One row of each kind, newest first.
pub fn varied_rows() -> Vec<Activity> {
    let domains = json!({
        "name": ["Checkout", "Checkout assistant"],
        "ui_domains": [["https://shop.acme.example"], ["https://shop.acme.example", "https://pay.acme.example"]],
        "local_development": ["203.0.113.7", Value::Null],
    });
    let mut rows: Vec<Activity> = ActivityAction::iter()
        .zip((1..=17).rev())
        .map(|(action, seq)| row(seq, action, "Checkout assistant"))
        .collect();
    rows[1].changes = domains;
    rows[2].actor = Some(person(4, "jonas@acme.example"));
    rows[15].actor = None;
    rows[16].actor = None;
    rows[16].address = None;
    rows
}

pub fn log(items: Vec<Activity>, more: bool) -> Result<ActivityPage, Error> {
    let next = items.last().map(|row| row.seq).filter(|_| more);
    Ok(ActivityPage {
        items,
        next,
        ..ActivityPage::default()
    })
}

impl Talk {
    /// What the oldest question for projects asks, and how it is answered.
    pub fn answer_list_of_projects(&mut self, result: Result<Vec<Project>, Error>) -> (Fetch, ProjectQuery) {
        let (generation, fetch, query) = self.expect("question for projects", |effect| match effect {
            Effect::Projects(ProjectRequest::Load {
                generation,
                fetch,
                query,
            }) => Some((*generation, *fetch, query.clone())),
            _ => None,
        });
        self.tell(Message::OfProjects(ProjectReply::Loaded {
            generation,
            fetch,
            result,
        }));
        (fetch, query)
    }

    /// The only change of a project that was asked for.
    pub fn project_change(&mut self) -> (ProjectTask, String) {
        self.expect("change of a project", |effect| match effect {
            Effect::Projects(ProjectRequest::Do { task, change }) => Some((*task, in_short(change))),
            _ => None,
        })
    }

    pub fn answer_change(&mut self, task: ProjectTask, result: Result<Option<Project>, Error>) -> &mut Self {
        let result = result.map(|project| project.map(Box::new));
        self.tell(Message::OfProjects(ProjectReply::Done { task, result }))
    }

    pub fn answer_activity(&mut self, result: Result<ActivityPage, Error>) -> (Fetch, ActivityQuery) {
        let (generation, fetch, query) = self.expect("question for activity", |effect| match effect {
            Effect::Activity(ActivityRequest::Load {
                generation,
                fetch,
                query,
            }) => Some((*generation, *fetch, query.clone())),
            _ => None,
        });
        self.tell(Message::OfActivity(ActivityReply::Loaded {
            generation,
            fetch,
            result,
        }));
        (fetch, query)
    }

    /// The moment for which the selection must stay where it is passes: every timer for it is due.
    pub fn rest(&mut self) -> &mut Self {
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::After(_, timer @ Timer::KeyRests(_)) => {
                    self.tell(Message::Due(timer));
                }
                other => self.effects.push(other),
            }
        }
        self
    }

    /// Answers the question for the newest activity of the selected key; which key that was.
    pub fn answer_key_activity(&mut self, result: Result<Vec<Activity>, Error>) -> Option<Uuid> {
        let (number, query) = self.expect("question for a key's activity", |effect| match effect {
            Effect::Activity(ActivityRequest::OfKey { number, query }) => Some((*number, query.clone())),
            _ => None,
        });
        self.tell(Message::OfActivity(ActivityReply::OfKey { number, result }));
        query.key
    }
}

/// A change in words, the private key in the open.
fn in_short(change: &ProjectChange) -> String {
    match change {
        ProjectChange::Add(new) => format!("add {} deployed={}", new.name, new.deployed),
        ProjectChange::Edit(_, edit) => match (&edit.name, edit.deployed) {
            (Some(name), None) => format!("rename {name}"),
            (None, Some(true)) => "deploy".into(),
            (None, Some(false)) => "undeploy".into(),
            other => format!("{other:?}"),
        },
        ProjectChange::SetSessionServer(_, edit) => {
            let key = edit.private_key.as_ref().map_or("kept", |key| key.expose());
            format!("set {} {} {key}", edit.url, edit.key_name)
        }
        ProjectChange::RemoveSessionServer(_) => "remove session server".into(),
        ProjectChange::Remove(_) => "remove".into(),
    }
}
