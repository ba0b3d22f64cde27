//! The dashboard's state. [`App::update`] is pure: a message goes in, the state changes, effects
//! come out. Nothing here draws, waits or talks to anyone. `app` is the whole; the files beside it are its
//! parts, which know nothing of the whole.

pub mod activity;
mod app;
pub mod browse;
pub mod buttons;
pub mod chips;
pub mod columns;
pub mod command;
pub mod dialog;
mod displaced;
pub mod form;
pub mod hidden;
mod history;
pub mod key_words;
pub mod layout;
pub mod leaks;
pub mod list;
pub mod loadable;
pub mod marks;
pub mod moment;
pub mod notice;
pub mod number;
pub mod outage;
pub mod people;
pub mod picker;
pub mod projects;
pub mod query;
pub mod reason;
pub mod rows;
pub mod screen;
pub mod scroll;
mod side_count;
pub mod targets;
pub mod text;
pub mod tour;
mod trail;
mod type_ahead;

pub use activity::ActivityLog;
pub use app::{App, EventStream, ShownSecret};
pub use browse::{Body, Browse};
pub use layout::Layout;
pub use leaks::Leaks;
pub use loadable::Loadable;
pub use notice::{Notice, Tone};
pub use outage::Outage;
pub use people::People;
pub use projects::Projects;
pub use reason::Reason;
pub use screen::Screen;
pub use side_count::SideCount;
pub use targets::{Target, Targets};
