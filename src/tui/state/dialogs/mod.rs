//! What may lie over a screen. A dialog is one file here, with its state, its keys and its answers, and one in
//! `view`, which draws it. The stack in `app` knows it as a [`Dialog`] alone: it routes to it what comes in, and
//! does what it [wishes](Wish).
//!
//! A new dialog: its file here, a line of [`Modal`] and of its two accessors below, its file in `view`, and a line
//! of the match there. It takes the bindings of an existing layer where it has the same keys, as all dialogs with
//! buttons do; a layer of its own is declared in `keymap`.

mod conflict;
mod dialog;
mod explain;
mod filter;
mod form;
mod help;
mod new_secret;
mod opening;
mod palette;
mod question;
mod removal;
mod revoke;
mod sheet;
mod successors;
mod usage;
mod wish;

pub use dialog::{AtStake, Dialog, Turn};
pub use explain::Explaining;
pub use help::Help;
pub use new_secret::{NewSecret, SecretOf};
pub use opening::Opening;
pub use palette::{Palette, PaletteCommand};
pub use question::Confirmation;
pub use removal::{Choice, RemovalDialog};
pub use revoke::RevokeDialog;
pub use sheet::Sheet;
pub use successors::SuccessorPicker;
pub use usage::LargeUsage;
pub use wish::{About, Task, Wish};

use super::conflict::Conflict;
use super::filter::FilterLine;
use super::form::Form;

/// What lies over the table; the last one takes the keys.
#[derive(Debug)]
pub enum Modal {
    /// The filter is being typed.
    Filter(FilterLine),
    Form(Box<Form>),
    Sheet(Box<Sheet>),
    Conflict(Box<Conflict>),
    Revoke(Box<RevokeDialog>),
    Usage(Box<LargeUsage>),
    Explain(Box<Explaining>),
    Removal(Box<RemovalDialog>),
    Successors(Box<SuccessorPicker>),
    NewSecret(NewSecret),
    Question(Confirmation),
    Palette(Palette),
    Opening(Opening),
    Help(Help),
}

impl Modal {
    pub(super) fn dialog(&self) -> &dyn Dialog {
        match self {
            Modal::Filter(dialog) => dialog,
            Modal::Form(dialog) => &**dialog,
            Modal::Conflict(dialog) => &**dialog,
            Modal::Sheet(dialog) => &**dialog,
            Modal::Revoke(dialog) => &**dialog,
            Modal::Usage(dialog) => &**dialog,
            Modal::Explain(dialog) => &**dialog,
            Modal::Removal(dialog) => &**dialog,
            Modal::Successors(dialog) => &**dialog,
            Modal::NewSecret(dialog) => dialog,
            Modal::Question(dialog) => dialog,
            Modal::Palette(dialog) => dialog,
            Modal::Opening(dialog) => dialog,
            Modal::Help(dialog) => dialog,
        }
    }

    pub(super) fn dialog_mut(&mut self) -> &mut dyn Dialog {
        match self {
            Modal::Filter(dialog) => dialog,
            Modal::Form(dialog) => &mut **dialog,
            Modal::Conflict(dialog) => &mut **dialog,
            Modal::Sheet(dialog) => &mut **dialog,
            Modal::Revoke(dialog) => &mut **dialog,
            Modal::Usage(dialog) => &mut **dialog,
            Modal::Explain(dialog) => &mut **dialog,
            Modal::Removal(dialog) => &mut **dialog,
            Modal::Successors(dialog) => &mut **dialog,
            Modal::NewSecret(dialog) => dialog,
            Modal::Question(dialog) => dialog,
            Modal::Palette(dialog) => dialog,
            Modal::Opening(dialog) => dialog,
            Modal::Help(dialog) => dialog,
        }
    }
}
