//! What help and palette put together.

use strum::{EnumIter, IntoStaticStr};

use super::Action;

/// In the order of help.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    IntoStaticStr
)]
pub enum Group {
    Move,
    Find,
    Look,
    Change,
    Many,
    Screens,
    /// What a dialog has beside the others: its fields and buttons.
    Dialog,
    Program,
}

impl Group {
    /// Its heading.
    pub fn title(self) -> &'static str {
        self.into()
    }
}

impl Action {
    /// Whether it begins to change something, which a read-only profile doesn't offer: also marks, which are for that.
    pub fn changes(self) -> bool {
        match self.group() {
            Group::Change => true,
            Group::Many => !matches!(self, Action::ShowHidden | Action::DropHidden),
            _ => false,
        }
    }

    /// Where help and palette list it.
    pub fn group(self) -> Group {
        match self {
            action if action.moves() => Group::Move,
            Action::Left | Action::Right | Action::SwitchFocus | Action::Back => Group::Move,
            Action::Filter
            | Action::Complete
            | Action::DropFilter
            | Action::NextSort
            | Action::ReverseSort
            | Action::ScopeAll
            | Action::ScopeWeb
            | Action::ScopeMobile
            | Action::ScopeAnalytics
            | Action::ShowEnded
            | Action::Mine
            | Action::SamePerson
            | Action::ChooseAction => Group::Find,
            Action::Details
            | Action::Usage
            | Action::Explain
            | Action::Prove
            | Action::Leaks
            | Action::Reveal
            | Action::Copy
            | Action::CopyId
            | Action::ItsKeys
            | Action::ItsProject
            | Action::ItsPerson
            | Action::ItsActivity => Group::Look,
            Action::Create
            | Action::Edit
            | Action::Revoke
            | Action::Disable
            | Action::Enable
            | Action::SetExpiry
            | Action::Rotate
            | Action::NewToken
            | Action::Deploy
            | Action::SetSessionServer
            | Action::RemoveSessionServer
            | Action::Remove => Group::Change,
            Action::Mark
            | Action::MarkRange
            | Action::MarkAll
            | Action::WithMarked
            | Action::ShowHidden
            | Action::DropHidden => Group::Many,
            Action::ShowKeys | Action::ShowProjects | Action::ShowPeople | Action::ShowActivity => {
                Group::Screens
            }
            Action::Accept
            | Action::Submit
            | Action::NextField
            | Action::PreviousField
            | Action::NextScope => Group::Dialog,
            _ => Group::Program,
        }
    }
}
