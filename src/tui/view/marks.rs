//! How many keys are marked, and how a marked one is told from others.

use ratatui::style::Style;

use super::{Look, text};
use crate::tui::keymap::{Action, Binding};
use crate::tui::state::{App, Screen};

/// Stands before the name of a marked key.
pub const SIGN: &str = "●";

/// `● 7 marked, 3 not shown`, at the right end of the header.
pub fn counted(app: &App, look: &Look) -> Option<(String, Style)> {
    let marks = &app.marks;
    let coming = marks
        .walked()
        .map(|so_far| format!("marking… {}", text::number(so_far as u64)));
    if marks.is_empty() {
        return coming.map(|words| (words, look.theme.accent()));
    }
    let number = |keys: usize| text::number(keys as u64);
    let mut words = format!("{SIGN} {} marked", number(marks.len()));
    if let Some(keys) = marks.range() {
        words.push_str(&format!(", range of {}", number(keys)));
    }
    let (hidden, style) = match marks.hidden() {
        0 if marks.is_checking() => (", …".to_owned(), look.theme.accent().bold()),
        0 => (String::new(), look.theme.accent().bold()),
        keys => (
            format!(", {} not shown", number(keys)),
            look.theme.warning().bold(),
        ),
    };
    let coming = coming.map_or_else(String::new, |coming| format!(" · {coming}"));
    Some((format!("{words}{hidden}{coming}"), style))
}

/// What the footer says of a binding that acts on marks; `None`: what it says without any.
pub fn hint(app: &App, binding: &Binding) -> Option<String> {
    let marks = &app.marks;
    let in_table = app.screen == Screen::Keys && app.over.is_empty() && !app.details_focused;
    match binding.action {
        Action::WithMarked if app.acts_on_marks(Action::WithMarked) => Some("more for them".into()),
        Action::Revoke if app.acts_on_marks(Action::Revoke) => {
            let keys = text::number(marks.len() as u64);
            Some(format!("{} {keys} marked", binding.hint))
        }
        Action::Back if in_table && marks.walked().is_some() => Some("stop marking".into()),
        Action::Back if in_table && marks.range().is_some() => Some("end range".into()),
        Action::Back if in_table && !marks.is_empty() && !app.browse.query.is_filtered() => {
            Some("drop marks".into())
        }
        _ => None,
    }
}

/// Where the footer says it: first what has to be done before anything else, then what is about marks while there are
/// some, and then the rest, in the order of the bindings.
pub fn rank(app: &App, action: Action) -> u8 {
    let are_some = app.acts_on_marks(Action::WithMarked);
    match action {
        Action::ShowHidden | Action::DropHidden => 0,
        Action::Revoke | Action::Mark | Action::MarkRange | Action::WithMarked if are_some => 1,
        action if app.acts_on_marks(action) => 2,
        _ => 3,
    }
}
