//! What a dialog wants done outside itself. It is plain data, which the stack carries out.

use uuid::Uuid;

use crate::api::{ActivityAction, KeptToken, Key, Leak, Person, PersonRef, PlanAction};
use crate::model::{KeyField, WhichToken};
use crate::tui::keymap::Action;
use crate::tui::message::{NamedId, ProjectTask};
use crate::tui::state::notice::Tone;

#[derive(Debug)]
pub enum DialogCommand {
    /// The dialog goes, and what lies over it.
    Close,
    /// What lies over the dialog goes.
    Uncover,
    Say(Tone, String),
    /// A question is asked, with the harmless answer focused.
    Ask {
        about: About,
        text: String,
        stay: &'static str,
        leave: &'static str,
    },
    /// For the dialog below that asked for it.
    Answer(DialogAnswer),
    /// A question that no dialog asked got the answer that loses something.
    Confirm(About),
    /// Compares what was typed into the form with the key as somebody else saved it.
    Compare(Box<Key>),
    /// Chooses who gets the keys of this person.
    ChooseSuccessor {
        removed: Uuid,
        /// What is handed over: `12 keys of nina@acme.example`.
        what: String,
    },
    /// An action, once the dialog is gone.
    Perform(Action),
    /// An action of the screen below, while the dialog stays.
    PerformOnScreen(Action),
    /// This is in the filter.
    Filter(String),
    /// The filter is complete: its line goes, when it can be read.
    KeepFilter,
    /// What was said before is about something else.
    DropNotice,
    /// Goes to the key that a secret is of, among all of its view, and says which of its tokens that is.
    ShowKey {
        key: Box<Key>,
        token: WhichToken,
    },
    /// Shows what became of a key that was revoked.
    ShowRevoked(Box<Key>),
    /// Asks whether to revoke this key.
    RevokeKey(Box<Key>),
    /// Gives this key, whose token leaked, a new one, or manages its rotation.
    RotateLeaked(Box<Key>),
    /// Asks why the report of this leak is dismissed.
    DismissLeak(Box<Leak>),
    /// Goes to what was done to this key.
    ShowActivity(NamedId),
    /// Shows the rotation of this key, and what can be done with it.
    ManageRotation(Box<Key>),
    /// Asks for how much longer the old token of this key is to be valid.
    ExtendRotation(Box<Key>),
    SwitchProfile(String),
    /// Only this in the activity log; `None`: everything.
    OnlyAction(Option<ActivityAction>),
    /// Something with the marked keys.
    Marks(MarksCommand),
    /// What the screen lists may have changed.
    RefreshList,
    /// This key no longer exists.
    KeyGone(Uuid),
    PersonGone {
        id: Uuid,
        is_me: bool,
    },
}

/// What is done with the marked keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarksCommand {
    /// Shows what this would do to them.
    Plan(PlanAction),
    /// Shows those that are not shown.
    Show,
    /// Drops the marks of those.
    DropHidden,
    /// Something was done to them: only these stay marked.
    Keep(Vec<Uuid>),
}

/// What a dialog over another one tells that one.
#[derive(Debug, Clone)]
pub enum DialogAnswer {
    /// The question about this got the answer that loses something.
    Confirmed(About),
    /// This person was chosen.
    Chosen(Person),
    /// Of a key that both edited, the fields in which what was typed is taken.
    Merged { current: Box<Key>, mine: Vec<KeyField> },
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Leave the form and what was typed in it.
    DiscardForm,
    /// Save an edit that refuses what the key was used from recently.
    RefuseRecent,
    /// Close the dialog of a secret that is shown only now.
    LoseSecret,
    /// Take a person's sign-in token from them by making a new one.
    NewToken(PersonRef),
    /// Remove a person and hand over their keys to this one.
    HandOver(PersonRef),
    /// Quit with a form or such a secret open.
    Quit,
    /// Enable this key again.
    EnableKey(Uuid),
    /// End the rotation that the dialog below shows, with this one of the two tokens.
    FinishRotation(KeptToken),
    /// Undeploy a project, remove it or its session server.
    Project(ProjectTask),
}
