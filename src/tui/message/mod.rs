//! What goes round the loop: messages come in, effects go out. Both are plain data.

mod activity;
mod lifecycle;
mod marks;
mod people;
mod projects;
mod usage;

use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};
use uuid::Uuid;

pub use activity::{ActivityReply, ActivityRequest};
pub use lifecycle::{LifecycleReply, LifecycleRequest};
pub use marks::{MarkedKey, MarksReply, MarksRequest, Walked, Whereabouts};
pub use people::{PeopleReply, PeopleRequest, PersonKeys};
pub use projects::{ProjectChange, ProjectReply, ProjectRequest, ProjectTask};
pub use usage::{UsageReply, UsageRequest};

use crate::api::{
    Created, Key, KeyCounts, KeyEdit, KeyEvent as DeckEvent, KeyFields, KeyFilter, KeyList, KeyPage, Me,
    Part, Project,
};
use crate::client::Error;
use crate::clipboard::Cleared;
use crate::model::Secret;
use crate::model::filter::WordValues;

/// Something happened: a person did it, the server answered, or a time came.
#[derive(Debug)]
pub enum Message {
    Key(KeyEvent),
    /// Bracketed paste: text, never commands; it may be a secret.
    Paste(Secret),
    Mouse(MouseEvent),
    Resized {
        width: u16,
        height: u16,
    },

    Me(Result<Me, Error>),
    Page {
        generation: u64,
        load: Load,
        result: Result<KeyPage, Error>,
    },
    Counts {
        generation: u64,
        result: Result<KeyCounts, Error>,
    },
    Projects {
        question: u64,
        result: Result<Vec<Project>, Error>,
    },
    ProjectCreated {
        question: u64,
        result: Result<Project, Error>,
    },
    /// Names that complete a word of the filter.
    Completions {
        question: u64,
        names: Vec<String>,
    },
    Created {
        result: Result<Box<Created>, Error>,
    },
    Edited {
        id: Uuid,
        result: Result<Box<Key>, Error>,
    },
    /// With what is left of it.
    Revoked {
        id: Uuid,
        result: Result<Box<Key>, Error>,
    },
    Revealed {
        id: Uuid,
        purpose: Purpose,
        result: Result<Secret, Error>,
    },
    /// The clipboard answered.
    Copied {
        subject: NamedId,
        route: Route,
    },
    /// The clipboard answered for the id of a key, which is no secret.
    IdCopied {
        subject: NamedId,
        route: Route,
    },
    ClipboardCleared(Cleared),

    OfPeople(PeopleReply),
    OfProjects(ProjectReply),
    OfActivity(ActivityReply),
    OfUsage(UsageReply),
    OfMarks(MarksReply),
    OfLifecycle(LifecycleReply),

    /// The stream of events is open; everything before may have been missed.
    Connected,
    /// The stream has ended, and another server is asked for it immediately.
    GoingOn,
    Disconnected(Error),
    /// After that: the stream is opened again in so long.
    Retrying(Duration),
    /// There is no place for another stream, and why: what is shown is read again every few seconds instead.
    Polling(Error),
    /// Of several servers calls now go to this one; its host.
    ServerInUse(String),
    Deck(DeckEvent),
    /// Somebody changed something else than a key.
    Changed(Part),
    /// Events were dropped on the way; everything may have changed.
    Resync,

    /// The other profile could not be opened, and why.
    NotSwitched {
        number: u64,
        why: String,
    },

    Due(Timer),
}

impl Message {
    /// Why it failed.
    pub fn error(&self) -> Option<&Error> {
        match self {
            Message::Me(result) => result.as_ref().err(),
            Message::Page { result, .. } => result.as_ref().err(),
            Message::Counts { result, .. } => result.as_ref().err(),
            Message::Projects { result, .. } => result.as_ref().err(),
            Message::ProjectCreated { result, .. } => result.as_ref().err(),
            Message::Created { result } => result.as_ref().err(),
            Message::Edited { result, .. } => result.as_ref().err(),
            Message::Revoked { result, .. } => result.as_ref().err(),
            Message::Revealed { result, .. } => result.as_ref().err(),
            Message::OfPeople(reply) => reply.error(),
            Message::OfProjects(reply) => reply.error(),
            Message::OfActivity(reply) => reply.error(),
            Message::OfUsage(reply) => reply.error(),
            Message::OfMarks(reply) => reply.error(),
            Message::OfLifecycle(reply) => reply.error(),
            Message::Disconnected(error) | Message::Polling(error) => Some(error),
            _ => None,
        }
    }

    /// Whether a server answered something, if it is no error.
    pub fn is_answer(&self) -> bool {
        matches!(
            self,
            Message::Me(_)
                | Message::Page { .. }
                | Message::Counts { .. }
                | Message::Projects { .. }
                | Message::ProjectCreated { .. }
                | Message::Created { .. }
                | Message::Edited { .. }
                | Message::Revoked { .. }
                | Message::Revealed { .. }
                | Message::OfPeople(_)
                | Message::OfProjects(_)
                | Message::OfActivity(_)
                | Message::OfUsage(_)
                | Message::OfLifecycle(_)
        )
    }

    /// Whether it answers an effect that [is a change](Effect::is_change).
    pub fn answers_change(&self) -> bool {
        match self {
            Message::Created { .. } | Message::Edited { .. } | Message::Revoked { .. } => true,
            Message::ProjectCreated { .. } => true,
            Message::OfPeople(reply) => reply.answers_change(),
            Message::OfMarks(reply) => reply.answers_change(),
            Message::OfLifecycle(reply) => reply.answers_change(),
            Message::OfProjects(reply) => matches!(reply, ProjectReply::Done { .. }),
            _ => false,
        }
    }

    /// Whether it matters whichever profile is open: there is only one clipboard.
    pub fn is_about_the_clipboard(&self) -> bool {
        matches!(
            self,
            Message::Copied { .. }
                | Message::IdCopied { .. }
                | Message::ClipboardCleared(_)
                | Message::Due(Timer::ClearClipboard(_))
        )
    }
}

/// Something to be done by `effects`, the only place of the dashboard with I/O.
#[derive(Debug)]
pub enum Effect {
    LoadMe,
    LoadPage {
        generation: u64,
        load: Load,
        list: KeyList,
    },
    LoadCounts {
        generation: u64,
        filter: KeyFilter,
    },
    SearchProjects {
        question: u64,
        text: String,
    },
    CreateProject {
        question: u64,
        name: String,
    },
    /// Names that have this, of projects or people, for a word of the filter.
    Complete(NamesAsked),
    Create {
        fields: KeyFields,
        idempotency_key: Uuid,
    },
    Edit {
        id: Uuid,
        version: u64,
        edit: KeyEdit,
    },
    Revoke {
        id: Uuid,
        reason: Option<String>,
    },
    Reveal {
        id: Uuid,
        purpose: Purpose,
    },
    People(PeopleRequest),
    Projects(ProjectRequest),
    Activity(ActivityRequest),
    Usage(UsageRequest),
    Marks(MarksRequest),
    Lifecycle(LifecycleRequest),
    Copy {
        subject: NamedId,
        secret: Secret,
    },
    /// Its id itself.
    CopyId(NamedId),
    ClearClipboard,
    /// Open the profile of this name instead.
    SwitchProfile {
        number: u64,
        label: String,
    },
    /// Don't wait for the next try: connect now.
    Reconnect,
    After(Duration, Timer),
    /// A secret was on the screen: overwrite what the terminal library remembers of it.
    ForgetFrames,
    Suspend,
    /// The linear mode says where one is.
    SayAgain,
    Quit,
}

impl Effect {
    /// Whether it asks the server to change something.
    pub fn is_change(&self) -> bool {
        match self {
            Effect::Create { .. } | Effect::Edit { .. } | Effect::Revoke { .. } => true,
            Effect::CreateProject { .. } => true,
            Effect::People(request) => request.is_change(),
            Effect::Marks(request) => request.is_change(),
            Effect::Lifecycle(request) => request.is_change(),
            Effect::Projects(request) => matches!(request, ProjectRequest::Do { .. }),
            _ => false,
        }
    }
}

/// Which names complete a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamesAsked {
    pub question: u64,
    pub values: WordValues,
    /// What they have.
    pub text: String,
}

/// Why a page is loaded, which decides how it joins the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// New rows from the start; the first one is selected.
    Start,
    /// The last page; the last row is selected.
    End,
    /// More rows after those that are there.
    After,
    /// More rows before those that are there.
    Before,
    /// The same stretch again; the selection follows its key.
    Refresh,
    /// The page with this key in the middle, which is then selected.
    Around(Uuid),
}

/// What a revealed secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Show,
    Copy,
}

/// Whose secret is copied, a key's or a person's: the name is for the line that confirms it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedId {
    pub id: Uuid,
    pub name: String,
}

/// Which way a copy went, and no more than is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The system's clipboard confirmed that it has it.
    Clipboard,
    /// Sent to the terminal (OSC 52), which does not say whether it took it.
    Terminal,
    /// Sent to a tmux that another one runs in, which takes it or not by a setting of its own.
    OuterTmux,
    Failed(String),
}

/// Times that come once. The number tells a timer from its successors, so that a late one is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    ExpireNotice(u64),
    HideSecret(u64),
    ClearClipboard(u64),
    /// The selection has stayed on a key for a moment.
    KeyRests(u64),
    /// Somebody may be watching whether the key in the details is still used.
    WatchKey(u64),
    /// A person has seen which row is selected in the place of one that is gone.
    SelectionSeen(u64),
    /// What is on the screen of a revoked key may be old.
    AskAgain(u64),
    /// What the screen shows the time until has just ended: a key, or the overlap of a rotation.
    EndPassed,
    /// A demo in which something goes on is looked at again.
    Pulse,
}
