//! What a dialog wants done outside itself. It is plain data, which the stack carries out.

use uuid::Uuid;

use crate::api::{ActivityAction, Key, Person, PersonRef};
use crate::tui::keymap::Action;
use crate::tui::message::ProjectTask;
use crate::tui::state::notice::Tone;
use crate::tui::state::people::PersonTask;

#[derive(Debug)]
pub enum Wish {
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
    /// A question got the answer that loses something.
    Confirm(About),
    /// What was typed into the sheet of this task is to be sent.
    Submit(Task),
    /// The form of a key is to be sent.
    SubmitForm,
    /// The form below goes on with the sides that were chosen, and is sent.
    SettleConflict,
    /// An action, once the dialog is gone.
    Perform(Action),
    /// An action of the screen below, while the dialog stays.
    PerformOnScreen(Action),
    /// This stands in the filter.
    Filter(String),
    /// The filter is complete: its line goes, when it can be read.
    KeepFilter,
    /// What was said before is about something else.
    DropNotice,
    /// Goes to this key, among all.
    ShowKey(Box<Key>),
    /// Another profile.
    GoTo(String),
    /// Only this in the activity log; `None`: everything.
    OnlyAction(Option<ActivityAction>),
    /// Choose who gets the keys of this person.
    ChooseSuccessor(Uuid),
    /// This person was chosen, for the dialog below.
    Choose(Person),
    /// This key no longer exists.
    KeyGone(Uuid),
    PersonGone {
        id: Uuid,
        is_me: bool,
    },
}

/// What a sheet is for; its screen carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    Person(PersonTask),
    Project(ProjectTask),
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Leave the form and what was typed in it.
    DiscardForm,
    /// Close the dialog of a secret that is shown only now.
    LoseSecret,
    /// Take a person's sign-in token from them by making a new one.
    NewToken(PersonRef),
    /// Remove a person and hand over their keys to this one.
    HandOver(PersonRef),
    /// Quit with a form or such a secret open.
    Quit,
    /// Undeploy a project, remove it or its session server.
    Project(ProjectTask),
}
