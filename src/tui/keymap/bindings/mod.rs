//! The bindings themselves, a file for each part of the screen; in the order of footer and help.

mod activity;
mod anywhere;
mod dialogs;
mod keys;
mod marks;
mod people;
mod projects;
mod screens;

use super::Binding;

/// Declares a binding: layers, keys, action, a hint for the footer or "", and a line of help.
macro_rules! bind {
    ($layers:expr, [$($key:expr),+], $action:ident, $hint:literal, $help:literal) => {
        Binding { layers: std::borrow::Cow::Borrowed($layers), keys: std::borrow::Cow::Borrowed(&[$($key),+]), action: Action::$action, hint: $hint, help: std::borrow::Cow::Borrowed($help), danger: false }
    };
    (danger $layers:expr, [$($key:expr),+], $action:ident, $hint:literal, $help:literal) => {
        Binding { layers: std::borrow::Cow::Borrowed($layers), keys: std::borrow::Cow::Borrowed(&[$($key),+]), action: Action::$action, hint: $hint, help: std::borrow::Cow::Borrowed($help), danger: true }
    };
}
use bind;

/// Every binding.
pub const BINDINGS: &[&[Binding]] = &[
    keys::BINDINGS,
    marks::BINDINGS,
    projects::BINDINGS,
    people::BINDINGS,
    activity::BINDINGS,
    screens::BINDINGS,
    dialogs::BINDINGS,
    anywhere::BINDINGS,
];
