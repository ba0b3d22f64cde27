//! The HTTP contract, asked of a real server over a real database.

#![expect(clippy::expect_used, reason = "a helper of a test fails the test")]

#[path = "../common/checks.rs"]
mod checks;
#[path = "../common/mod.rs"]
mod common;

mod activity;
mod authorize;
mod bad_input;
mod bad_keys;
mod bounds;
mod changes;
mod connections;
mod creation;
mod ended;
mod ends;
mod events;
mod hostile;
mod imports;
mod introspection;
mod leaks;
mod local_development;
mod meanwhile;
mod networks;
mod no_secrets;
mod openapi;
mod pages;
mod peers;
mod people;
mod plans;
mod policy;
mod projects;
#[path = "../common/receiver.rs"]
mod receiver;
mod removal;
mod revoked;
mod rotation;
mod secrets;
mod unclear;
mod unseen;
mod usage;
#[path = "../common/venv.rs"]
mod venv;
mod webhooks;
mod webviews;
