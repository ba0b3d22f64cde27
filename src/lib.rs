//! keydeck: a terminal dashboard for an organisation's API keys, and the key server behind it.
//!
//! The map: [`model`] says what a key is and validates it, [`api`] is the wire that client and
//! server share, `server` answers it over a store, `client` asks it, `tui` draws the dashboard,
//! `cli` holds the commands for scripts and administration.

pub mod api;
pub mod cli;
pub mod client;
pub mod config;
pub mod model;
pub mod server;
