//! Type-ahead: what is typed for rows that are on their way waits for them, and then acts on what is
//! selected there. So a slow server never makes an action hit a row of the list before.
//!
//! Once something waits, every later key waits after it, in order. Esc drops all of it; Ctrl-C and Ctrl-Z
//! are never kept waiting. What was typed ahead of a question that confirms is dropped when that opens:
//! nobody has read it yet.

use std::collections::VecDeque;
use std::fmt;

use crossterm::event::KeyEvent;

use crate::model::Secret;
use crate::tui::keymap::Action;
use crate::tui::message::{Load, Message};

/// Keys that wait at most; nobody types more without looking.
const MOST: usize = 500;

pub(super) enum Typed {
    Action(Action),
    Key(KeyEvent),
    /// It may be a secret.
    Paste(Secret),
    /// A click on a row that was on the screen.
    Row {
        id: u128,
        name: String,
    },
}

/// What waits, the oldest first.
#[derive(Default)]
pub struct TypeAhead(pub(super) VecDeque<Typed>);

impl TypeAhead {
    pub(super) fn push(&mut self, typed: Typed) {
        if self.0.len() < MOST {
            self.0.push_back(typed);
        }
    }

    /// Whether only the selection waits to be moved, so that the filter can still be typed.
    pub(super) fn only_moves(&self) -> bool {
        self.0.iter().all(|typed| match typed {
            Typed::Action(action) => action.moves(),
            Typed::Row { .. } => true,
            Typed::Key(_) | Typed::Paste(_) => false,
        })
    }
}

/// Says nothing of what was typed, which may be part of a secret.
impl fmt::Debug for TypeAhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeAhead({})", self.0.len())
    }
}

/// How a question was answered, for what waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnswerOutcome {
    Fine,
    Failed,
    /// The row that was asked for was not found; others may come in its place.
    Lost,
}

impl AnswerOutcome {
    pub(super) fn of(message: &Message) -> Self {
        match message {
            Message::Page {
                load: Load::Around(_),
                result: Err(_),
                ..
            } => AnswerOutcome::Lost,
            other if other.error().is_some() => AnswerOutcome::Failed,
            _ => AnswerOutcome::Fine,
        }
    }
}
