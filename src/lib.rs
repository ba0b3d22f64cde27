//! keydeck: a terminal dashboard for an organisation's API keys, and the key server behind it, in one binary.
//!
//! This page is the map. Each module's own page says the rest; README is for users.
//!
//! # The modules
//!
//! A module imports only what stands above it in this list, and no two files import each other
//! (`cargo test --test dependencies circles`).
//!
//! | module | what it holds |
//! |---|---|
//! | [`model`] | what a key, scope, domain, role, rule and secret are, and what makes each valid; no I/O |
//! | [`api`] | the JSON of `/v1`, shared by client and server |
//! | [`server`] | answers that contract: `http` (connections, limits, router, refusals), `auth`, `keys`, `work` (checks and exchanges), `store` |
//! | [`client`] | typed calls to one server, or to several over one database |
//! | [`config`], [`credentials`] | profiles, and where sign-in tokens come from and are kept |
//! | [`deck`] | opens what a command works on: a server of a profile, or the local deck and the server inside this process |
//! | [`tui`], [`clipboard`] | the dashboard |
//! | [`demo`] | the sample organisation of `keydeck demo` |
//! | [`cli`], [`failure`] | the commands, one file each, and how they fail |
//! | [`hardening`], [`ending`] | keep secrets out of others' hands, and leave nothing behind |
//!
//! # The loop of the dashboard
//!
//! Data goes one way round: a key press or an answer becomes a [`tui::message::Message`]; `App::update` in [`tui::state`]
//! takes it, changes the state and returns effects; [`tui::effects`] carries them out (server, clipboard, timers), and
//! what comes of them is a message again; [`tui::view`] draws the state and changes nothing in it. The loop takes all
//! messages, then all input, and draws once when both have run dry. Nothing ticks: an idle dashboard uses no CPU.
//!
//! An answer is for the list that was asked for last. What is pressed while a list is on its way waits for it
//! (`tui/state/type_ahead.rs`), so that no action meets a row that the person did not see.
//!
//! # The life of a request
//!
//! `server/http/accept.rs` gives the connection a place (`places`: silent ones lose theirs first), `wire.rs` holds what
//! was sent against one strict reading (`framing.rs`), `router.rs` has every route, `auth` knows who asks, `turns.rs`
//! keeps one caller from taking the others' time. A handler parses what it needs by `extract` and `body`, asks the store
//! for one operation, and answers. A refusal is an [`api::ProblemType`], written in `error.rs`.
//!
//! An operation of the store is written once for SQLite and PostgreSQL (`server/store/keys.rs`, `people.rs`, …), over the
//! trait `Db`; the engines only run statements. `server/store/groups` has what handlers see of it: a trait for each
//! group, and beside it which operation answers. What it changes and the row of the activity log that tells of it are one
//! transaction, and the answer goes out after that is on disk.
//!
//! # The life of a check
//!
//! `GET /v1/authorize` is asked for every request of somebody's API, so it goes beside the router's layers
//! (`server/work/authorize.rs`): `question.rs` reads what is asked and refuses what could be read in two ways,
//! `presented.rs` the key, one statement of the store reads all that decides, and [`model::Rule`] says what lets through
//! or refuses. Nothing is cached, so that a revocation holds from its answer on. What was used is counted in memory and
//! written once a second (`server/work/usage`).
//!
//! # Where new things go
//!
//! | new | file |
//! |---|---|
//! | field of a key | `model/field.rs`, then what the compiler and the tests name: `model/key.rs`, `api/keys.rs`, its columns in `server/store/tables.rs` and `key_row.rs`, a migration for each engine. Forms, details, conflicts, flags, the log and moving a deck follow |
//! | word of the filter | `model/filter.rs` |
//! | rule that refuses a key | `model/rule.rs` |
//! | column of a table | `tui/state/columns.rs` |
//! | action or key of the dashboard | `tui/keymap`; when it can be done, and why not: `tui/state/app/availability.rs` |
//! | dialog | a file in `tui/state/dialogs`, whose page lists the steps, and its view of the same name in `tui/view` |
//! | operation of the store | the file of what it is about in `server/store`, and its line in `server/store/groups`; where the engines' languages differ, `dialect.rs` |
//! | statement for one engine alone | `server/store/sqlite` or `server/store/postgres` |
//! | route | its handler in `server`, then `server/http/router.rs` |
//! | metric | `server/http/metrics.rs` |
//! | limit | on what is stored: beside what it limits, in `model`; on connections: `server/http/bounds.rs` |
//! | command | a file in `cli`, named in `cli/args.rs` |
//!
//! # Decisions that surprise
//!
//! - **Short reads of SQLite run on the thread that asks** (`server/store/sqlite/readers.rs`): they take microseconds, and a hop to another
//!   thread costs more than they do. What may take long has two threads of its own and can be given up.
//! - **One writer** (`sqlite/writer.rs`) gathers what waits into one commit: a disk syncs a few hundred times a second, however many ask.
//! - **Removals come in portions of 15 ms**, between which others write: in one transaction, 20,000 keys held everyone up for seconds.
//! - **Each write looks at the files it goes to** (`sqlite/open_file.rs`): SQLite doesn't notice that its path has become
//!   another file, and would acknowledge what is gone after the next start.
//! - **The activity log is a chain of hashes and states who exists**, so that a database that somebody edited is told from one that keydeck wrote.
//! - **A parser stands in front of crossterm** (`tui/terminal/input`): crossterm takes for keys what a terminal answers.
//!
//! What each costs is measured by `cargo bench` (`checks`, `server`, `postgres`, `hostile`, `dashboard`).

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
