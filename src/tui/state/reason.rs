//! Why an action can't be done now. Footer, help, palette and dispatch all act on the same reason.

use super::notice::Tone;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No server answers.
    Offline,
    /// The profile of this name changes nothing.
    ReadOnly(String),
    /// The role never allows it, in a sentence.
    Role(String),
    /// It has no meaning for this role: its key does nothing.
    Hidden,
    /// The row that it would be about is on its way: it can be asked for, and waits.
    RowsComing,
    /// The rows are those of before, and others will not come by themselves; this says why.
    OldRows(String),
    NothingSelected,
    /// What is selected doesn't allow it, in a sentence.
    Selection(String),
    /// The dialog waits for an answer, and says so itself.
    Unanswered,
    /// What was typed is still being searched for.
    Searching,
    /// It would change nothing.
    NothingToDo,
}

impl Reason {
    /// Whether it holds whatever is selected, so that help doesn't list the action either.
    pub fn is_lasting(&self) -> bool {
        matches!(self, Reason::ReadOnly(_) | Reason::Role(_) | Reason::Hidden)
    }

    /// What is said when it is tried all the same.
    pub fn sentence(&self) -> Option<String> {
        Some(match self {
            Reason::ReadOnly(profile) => format!("The profile {profile} is read-only: it changes nothing."),
            Reason::Role(sentence) | Reason::Selection(sentence) => sentence.clone(),
            Reason::Offline => "Offline: this needs the server, which is being tried again.".into(),
            Reason::OldRows(why) => format!("{why} The list is not up to date: refresh it."),
            Reason::NothingSelected => "Nothing is selected: the list is empty.".into(),
            Reason::Searching => "Still searching; choose when the results are there.".into(),
            Reason::Hidden | Reason::RowsComing | Reason::Unanswered | Reason::NothingToDo => return None,
        })
    }

    pub fn tone(&self) -> Tone {
        match self {
            Reason::OldRows(_) => Tone::Failed,
            _ => Tone::Note,
        }
    }
}
