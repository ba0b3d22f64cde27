//! What may lie over a screen. A dialog is a file here, with its state, its keys, its requests and the replies to
//! them, and `view.rs` beside it, which draws it, says it in the linear mode ([`Speak`](super::plain::spoken::Speak)) and
//! alone knows ratatui. The stack (`tui/state/app/stack.rs`) knows it as a [`Dialog`]: it routes to it what comes in, and
//! carries out its [commands](super::state::command::DialogCommand).
//!
//! A new dialog: its file, its view, and three lines here. It takes the bindings of an existing layer where it has the
//! same keys, as all dialogs with buttons do; a layer of its own is declared in `keymap`. A small form has no view of
//! its own, nor a line in the list: it is the [`SheetPurpose`](sheet::SheetPurpose) of a [`Sheet`].

pub mod add_person;
pub mod add_project;
pub mod conflict;
pub mod disable;
pub mod dismiss_leak;
mod explain;
pub mod extend_rotation;
pub mod filter;
mod help;
mod key_form;
mod leak;
mod new_secret;
mod not_shown;
mod opening;
mod palette;
mod plan;
pub mod planning;
mod question;
mod removal;
pub mod rename_project;
mod revoke;
mod revoked;
pub mod rotate;
mod rotation;
pub mod session_server;
pub mod set_expiry;
pub mod set_role;
pub mod sheet;
mod successors;
mod usage;

pub use conflict::Conflict;
pub use explain::Explaining;
pub use filter::FilterLine;
pub use help::Help;
pub use key_form::KeyForm;
pub use leak::LeakDialog;
pub use new_secret::{NewSecret, SecretOf};
pub use not_shown::NotShown;
pub use opening::Opening;
pub use palette::{Palette, PaletteCommand};
pub use plan::{PlanDialog, PlanStage};
pub use question::Confirmation;
pub use removal::{Choice, RemovalDialog};
pub use revoke::RevokeDialog;
pub use revoked::RevokedCard;
pub use rotation::{RotationChoice, RotationDialog};
pub use sheet::Sheet;
pub use successors::SuccessorPicker;
pub use usage::LargeUsage;

use super::state::dialog::Dialog;

/// Declares the dialogs, each by its name and type; `$` is what a macro within needs.
macro_rules! modals {
    ($d:tt $($name:ident($dialog:ty),)+) => {
        /// A dialog over a screen; the last one takes the keys.
        #[derive(Debug)]
        pub enum Modal {
            $($name(Box<$dialog>),)+
        }

        $(impl From<$dialog> for Modal {
            fn from(dialog: $dialog) -> Self {
                Self::$name(Box::new(dialog))
            }
        })+

        impl Modal {
            /// What kinds there are.
            pub const NAMES: &[&str] = &[$(stringify!($name)),+];

            /// Which of them it is.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)+
                }
            }

            pub(super) fn dialog(&self) -> &dyn Dialog {
                match self {
                    $(Self::$name(dialog) => &**dialog,)+
                }
            }

            pub(super) fn dialog_mut(&mut self) -> &mut dyn Dialog {
                match self {
                    $(Self::$name(dialog) => &mut **dialog,)+
                }
            }
        }

        /// The same expression for each type of dialog.
        macro_rules! with_dialog {
            ($d modal:expr, $d dialog:ident => $d value:expr) => {
                match $d modal {
                    $($crate::tui::dialogs::Modal::$name($d dialog) => $d value,)+
                }
            };
        }
        pub(super) use with_dialog;
    };
}

modals! { $
    Filter(FilterLine),
    Form(KeyForm),
    Sheet(Sheet),
    Conflict(Conflict),
    Revoke(RevokeDialog),
    NotShown(NotShown),
    Plan(PlanDialog),
    Revoked(RevokedCard),
    Leak(LeakDialog),
    Rotation(RotationDialog),
    Usage(LargeUsage),
    Explain(Explaining),
    Removal(RemovalDialog),
    Successors(SuccessorPicker),
    NewSecret(NewSecret),
    Question(Confirmation),
    Palette(Palette),
    Opening(Opening),
    Help(Help),
}
