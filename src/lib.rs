//! keydeck: a terminal dashboard for an organisation's API keys, and the key server behind it.
//!
//! The map: [`model`] says what a key is and validates it, [`api`] is the wire that client and
//! server share, [`server`] answers it over a store, [`client`] asks it, [`tui`] draws the dashboard
//! with the [`clipboard`], [`hardening`] keeps secrets out of core dumps,
//! [`config`] finds where things are kept.

pub mod api;
pub mod cli;
pub mod client;
pub mod clipboard;
pub mod config;
pub mod hardening;
pub mod model;
pub mod server;
pub mod tui;
