//! keydeck: a terminal dashboard for an organisation's API keys, and the key server behind it.
//!
//! The map: [`model`] says what a key is and validates it. [`api`] is the wire that client and server
//! share; [`server`] answers it over a store, [`client`] asks it. [`tui`] is the dashboard, with the
//! [`clipboard`]. [`deck`] opens what commands and dashboard work on: [`config`] finds it, [`credentials`]
//! sign in to it. [`cli`] holds the commands, [`demo`] what one of them shows, [`failure`] how they fail.
//! [`hardening`] keeps secrets out of others' hands, [`ending`] leaves nothing behind.

#![cfg_attr(not(test), warn(unused_crate_dependencies))]

pub mod api;
pub mod cli;
pub mod client;
pub mod clipboard;
pub mod config;
pub mod credentials;
pub mod deck;
pub mod demo;
pub mod ending;
pub mod failure;
pub mod hardening;
pub mod model;
pub mod server;
pub mod tui;
