//! What a binding is: where keys go, what they do, and how that is said.

use std::borrow::Cow;

use strum::{EnumIter, EnumString, IntoStaticStr, VariantArray};

use super::pattern::KeyPattern;

/// Where keys go: the top layer of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Layer {
    /// The table.
    Keys,
    /// The details of the selected key.
    Details,
    /// The keys that have ended, and the details of one.
    Ended,
    Projects,
    People,
    Activity,
    Filter,
    Form,
    /// A form with a few fields.
    Sheet,
    /// A dialog with buttons: no letter acts in it.
    Asking,
    /// How a key is used, large.
    Usage,
    /// Would this be allowed?
    Explain,
    /// Who gets the keys of the person who is removed.
    Successors,
    NewSecret,
    /// What became of a key that was revoked.
    Revoked,
    Conflict,
    Palette,
    /// Another profile is being opened.
    Opening,
    Help,
}

impl Layer {
    /// What help calls it.
    pub fn title(self) -> &'static str {
        match self {
            Layer::Keys => "table",
            Layer::Details => "details",
            Layer::Ended => "ended keys",
            Layer::Projects => "projects",
            Layer::People => "people",
            Layer::Activity => "activity",
            Layer::Filter => "filter",
            Layer::Form | Layer::Sheet => "form",
            Layer::Asking => "question",
            Layer::Usage => "usage",
            Layer::Explain => "would this be allowed?",
            Layer::Successors => "hand over",
            Layer::NewSecret => "new secret",
            Layer::Revoked => "revoked key",
            Layer::Conflict => "conflict",
            Layer::Palette => "commands",
            Layer::Opening => "opening",
            Layer::Help => "help",
        }
    }
}

/// What a key does. `[keys]` in the configuration file and the palette call it by its name in lower case: `set-expiry`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Left,
    Right,
    Details,
    SwitchFocus,
    /// Completes the word of the filter that is being typed.
    Complete,
    Create,
    Edit,
    Revoke,
    /// Refuses the key until it is enabled again.
    Disable,
    Enable,
    /// Sets when the key expires, or renews it.
    SetExpiry,
    /// Gives the key a new token; of one that is being rotated, shows who uses the old one, and ends or extends that.
    Rotate,
    NewToken,
    Mine,
    Copy,
    Reveal,
    CopyId,
    /// Is the key refused, by every server?
    Prove,
    /// The reports of leaked keys that are to be decided about.
    Leaks,
    /// How the key is used.
    Usage,
    /// Would this be allowed?
    Explain,
    Deploy,
    SetSessionServer,
    RemoveSessionServer,
    Remove,
    /// The keys of what is selected.
    ItsKeys,
    /// The activity of what is selected.
    ItsActivity,
    /// The keys of the selected key's project.
    ItsProject,
    /// The keys of the person who created the selected one.
    ItsPerson,
    SamePerson,
    ChooseAction,
    /// Marks the selected key, or takes its mark away.
    Mark,
    /// Begins to mark all keys that the selection passes, or ends that.
    MarkRange,
    /// Marks all that match.
    MarkAll,
    /// Something else is done with the marked keys than what has a key of its own.
    WithMarked,
    /// Shows the marked keys that are not shown.
    ShowHidden,
    /// Drops the marks of those.
    DropHidden,
    Filter,
    /// Takes the last of the filters away that are on.
    DropFilter,
    NextSort,
    ReverseSort,
    ScopeAll,
    ScopeWeb,
    ScopeMobile,
    ScopeAnalytics,
    ShowEnded,
    ShowKeys,
    ShowProjects,
    ShowPeople,
    ShowActivity,
    Refresh,
    Palette,
    Help,
    Suspend,
    /// In the linear mode: where one is, once more.
    SayAgain,
    Quit,
    /// Leaves the innermost layer.
    Back,
    /// Acts on what has the focus.
    Accept,
    NextField,
    PreviousField,
    /// The next scope of a new key.
    NextScope,
    Submit,
}

impl Action {
    /// What configuration file and palette call it.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Action {
    /// Whether there is nothing to it without an answer of the server.
    pub fn needs_server(self) -> bool {
        let is_mark = matches!(self, Action::Mark | Action::MarkRange);
        let asks = matches!(
            self,
            Action::Copy
                | Action::Reveal
                | Action::Prove
                | Action::Explain
                | Action::ItsKeys
                | Action::ItsProject
                | Action::ItsPerson
                | Action::ItsActivity
        );
        asks || (self.changes() && !is_mark)
    }

    /// Whether it moves the selection.
    pub fn moves(self) -> bool {
        matches!(
            self,
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Top | Action::Bottom
        )
    }

    /// Whether it does something with the selected row.
    pub fn acts_on_row(self) -> bool {
        matches!(
            self,
            Action::Edit
                | Action::Revoke
                | Action::Disable
                | Action::Enable
                | Action::SetExpiry
                | Action::Rotate
                | Action::NewToken
                | Action::Copy
                | Action::Reveal
                | Action::CopyId
                | Action::Prove
                | Action::Usage
                | Action::Explain
                | Action::Deploy
                | Action::SetSessionServer
                | Action::RemoveSessionServer
                | Action::Remove
                | Action::ItsKeys
                | Action::ItsActivity
                | Action::ItsProject
                | Action::ItsPerson
                | Action::SamePerson
                | Action::Mark
                | Action::MarkRange
                | Action::MarkAll
        )
    }

    /// Whether what it does or shows depends on which row is selected.
    pub fn is_about_row(self) -> bool {
        self.acts_on_row() || matches!(self, Action::Details | Action::SwitchFocus)
    }
}

/// One key, or several that do the same, and what they do in one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub layers: Cow<'static, [Layer]>,
    pub keys: Cow<'static, [KeyPattern]>,
    pub action: Action,
    /// A word or two for the footer; empty: not in the footer.
    pub hint: &'static str,
    /// A line for help and palette; as it is declared, keys in it are named by their actions.
    pub help: Cow<'static, str>,
    /// Whether it destroys something.
    pub danger: bool,
}

impl Binding {
    /// All its keys: `d, Del`.
    pub fn keys_label(&self) -> String {
        self.keys
            .iter()
            .map(|key| key.label())
            .collect::<Vec<_>>()
            .join(", ")
    }
}
