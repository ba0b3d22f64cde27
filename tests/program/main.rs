//! The real program as people and scripts meet it: its commands, and the dashboard in a terminal.
#![cfg(test)]

mod activity;
mod activity_stream;
#[path = "../common/authority.rs"]
mod authority;
mod backup;
mod browser;
mod canaries;
mod cli;
mod cli_completions;
mod cli_ended;
mod cli_ends;
mod cli_export;
mod cli_filter;
mod cli_gateways;
mod cli_help;
mod cli_import;
mod cli_import_odd;
mod cli_leaks;
mod cli_local;
mod cli_man;
mod cli_many;
mod cli_networks;
mod cli_people;
mod cli_rotation;
mod cli_secrets;
mod cli_tables;
mod cli_webhooks;
mod cli_words;
mod clipboard;
mod container;
mod debian;
mod decks;
mod gitleaks;
mod guide;
#[path = "../common/keys.rs"]
mod keys;
mod login;
mod logs;
#[path = "../common/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests of the store")]
mod postgres;
mod program;
#[path = "../common/pty.rs"]
#[expect(dead_code, reason = "shared with the benchmark of the dashboard")]
mod pty;
mod pty_at_work;
mod pty_demo;
mod pty_failover;
mod pty_life;
mod pty_lifecycle;
mod pty_marks;
mod pty_output;
mod pty_plain;
mod pty_proxy;
mod pty_revoked;
mod pty_settings;
mod pty_story;
mod pty_terminal;
#[path = "../common/receiver.rs"]
#[expect(dead_code, reason = "shared with the tests of the API")]
mod receiver;
mod scan_git;
mod scan_layers;
mod schemathesis;
mod seal;
#[path = "../common/stub.rs"]
#[expect(dead_code, reason = "shared with the tests of the client")]
mod stub;
mod systemd;
mod tls;
#[path = "../common/unmarked.rs"]
mod unmarked;
#[path = "../common/unrotated.rs"]
mod unrotated;
#[path = "../common/venv.rs"]
mod venv;
#[path = "../common/verifying.rs"]
mod verifying;
mod version;
mod webhooks;
mod x11;
