//! The dashboard.

pub mod terminal;
