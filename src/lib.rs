//! keydeck: a terminal dashboard for an organisation's API keys, and the key server behind it, in one binary.
//!
//! This page is the map. Each module's own page says the rest; README and `assets/guide` are for users.
//!
//! # The modules
//!
//! A module imports only modules above it in this list or beside it in its row, and no two files import each other
//! (`cargo test --test dependencies circles`). No file is longer than 400 lines, no function longer than 60, and
//! no two public types have the same name (`shape`).
//!
//! | module | what it contains |
//! |---|---|
//! | [`hardening`], [`ending`] | protect secrets from other processes, and clean up at the end |
//! | [`model`] | what a key, scope, domain, role, rule and secret are, and what makes each valid; no I/O |
//! | [`api`] | the JSON of `/v1`, shared by client and server |
//! | [`server`] | the key server: `http` (connections, limits, router, error responses), `auth`, `keys`, `work` (checks and exchanges), `store`, `seal`, `leaks`, `imports`, `webhooks`, `activity_stream` |
//! | [`client`] | typed calls to one server, or to several over one database |
//! | [`config`], [`credentials`] | profiles and the dashboard's settings, and where sign-in tokens come from and are stored |
//! | [`tui`], [`clipboard`] | the dashboard |
//! | [`failure`] | how commands fail: exit codes and what is said |
//! | [`deck`] | opens what a command works on: a server of a profile, or the local deck and the server inside this process |
//! | [`demo`] | the sample organisation of `keydeck demo`, and what goes on in it (`life`) |
//! | [`cli`] | the commands, a file or directory each |
//!
//! # The loop of the dashboard
//!
//! Data flows in one direction: a key press or a response becomes a [`tui::message::Message`]; `App::update` in
//! [`tui::state`] changes the state and collects effects; [`tui::effects`] performs them (server, clipboard, timers), and
//! their results are messages again; [`tui::view`] draws the state and never changes it. The loop handles all
//! messages, then all input, and draws once when both are empty. Nothing polls: an idle dashboard uses no CPU. The state reads no clock:
//! the loop tells it how late it is ([`tui::state::moment`]). Where a countdown is on the screen, the loop draws again when it says something else
//! ([`tui::view::next_change`]), and never before. What can be clicked is what the last frame shows: the view collects it while it draws,
//! and the loop hands it to the state.
//!
//! A response belongs to the list that was requested last. Keys that are pressed while a list is loading wait for it
//! (`tui/state/type_ahead.rs`), so that no action applies to a row that the person did not see.
//!
//! # The life of a request
//!
//! `server/http/accept.rs` gives the connection a place (`places`: silent connections lose theirs first), `wire.rs` checks
//! the bytes with one strict parser (`framing.rs`), `router.rs` has every route, `auth` authenticates the caller, and `turns.rs`
//! limits how much one caller can do at once. A handler parses its input with `extract` and `body`, calls one operation of
//! the store, and answers. Errors are an [`api::ProblemType`], created in `error.rs`.
//!
//! An operation of the store is written once for SQLite and PostgreSQL (`server/store/keys.rs`, `people.rs`, …), over the
//! trait `Db`; the engines only run statements. `server/store/groups` has what handlers see of it: a trait for each
//! group, and beside it which operation answers. A change and its row in the activity log are one transaction, and the
//! response is sent after it is on disk.
//!
//! # The life of a check
//!
//! `GET /v1/authorize` is called for every request of somebody's API, so it bypasses the router's layers
//! (`server/work/authorize.rs`): `question.rs` parses the parameters and refuses ambiguous ones, `presented.rs` reads the
//! key, one statement of the store reads everything that decides, and [`model::Rule`] names what refuses. Whether a key has
//! expired, and whether local development has ended, is part of that statement, by the clock of the database;
//! [`model::Standing`] says which of revoked, replaced, expired and disabled comes first. A token that is not the key's current
//! one is looked up by a second statement. Nothing is cached, so that a revocation is effective once it is answered. Usage is
//! counted in memory and written once a second (`server/work/usage`): from where keys are used and, separately, refused, and how
//! often a key that is not valid is still presented (`server/store/refusals.rs`).
//!
//! # Where new things go
//!
//! Begin in the first file named; the compiler and the tests name the rest.
//!
//! | new | file |
//! |---|---|
//! | field of a key | `model/field/declared.rs` and its value in `model/field.rs`; then its columns in `server/store/tables.rs` and `key_row/settings.rs`, a migration for each engine. Forms, details, conflicts, flags, the log, exports, imports and moving a deck follow |
//! | filter word | `model/filter/declared.rs`, and its parameter in `model/filter.rs`; then its condition in `server/store/filter.rs` |
//! | rule of refusal | `model/rule.rs` (name, message, and whether it is a 401 or a 403); when it applies: about origin, address, app or whether the project is deployed `model/connection.rs`; about the key's state [`model::Standing`] beside the rules, read by the `check.rs` of each engine; about the gateway or the scope that it asks for `server/work/authorize.rs`; about the session server `connect.rs` there; about what was presented `presented.rs` there |
//! | column of the table of keys | `tui/state/columns.rs` (of ended keys `columns/ended.rs`), which declares at what width it is shown; its cells: `tui/view/table.rs` (`ended.rs`). Of people and projects: `tui/view/people.rs` and `projects.rs`. Of `keydeck key list`: `cli/key/cells.rs` |
//! | something to be clicked | it is added to the [`tui::state::Targets`] where it is drawn; what a click does: `tui/state/app/input.rs` |
//! | time that is left until an instant, on the screen | `tui/view/standing.rs` (`ends_of`), so that it is drawn again when its text changes (`countdown.rs` beside it) |
//! | action or key binding of the dashboard | the binding in `tui/keymap/bindings`, a file for each part of the screen; a new action also in `tui/keymap/binding.rs`; what it does: `tui/state/app/commands.rs`, or `perform` of its dialog; when it is available, and why not: `tui/state/app/availability.rs` |
//! | action of the dashboard on all marked keys | which plan it makes: `tui/state/app/marking.rs`; what is asked before: `tui/dialogs/planning.rs` |
//! | dialog | `tui/dialogs/mod.rs`, whose page lists the steps: its own file, `view.rs` beside it, and three lines there. A small form is one file, a purpose of `tui/dialogs/sheet.rs` |
//! | what the linear mode says of a dialog or screen | `Speak` in its `view.rs`; of screens `tui/plain/screens.rs` |
//! | operation of the store | the file of its subject in `server/store`, and its line in `server/store/groups` |
//! | part of a shared statement that the engines write differently | `server/store/dialect.rs` |
//! | statement that one engine alone has | it is called in `server/store/sqlite/store.rs` or `server/store/postgres/store.rs` and has a file of its subject beside it, as `compare_part` calls `indexes.rs`. A check, which both write by themselves: `check.rs` there |
//! | event of webhooks | `model/webhook.rs`; then what it comes from, in `server/store/webhooks`: a row of the log `payload.rs`, several rows `from_log.rs`, the time `ends.rs`, the use of a revoked key `revoked_use.rs` |
//! | action of the activity log | `api/activity.rs` (its name, its words, and whether it leaves the key as it is); then the operation in `server/store` that writes it, as a `Subject` of `changes.rs` |
//! | route | its handler in `server`, then `server/http/router.rs` |
//! | product whose keys are imported | its name in `ImportSource` (`cli/import/args.rs`); its own file in `cli/import/products`: how its file is recognised, and which of its fields becomes what; `json_file.rs` or `csv_file.rs` beside it calls that |
//! | kind of token | `model/token.rs` (`TokenKind` and its prefix; never the format); then `assets/gitleaks.toml` |
//! | other beginning of a secret that `scan` finds | `model/search/plain.rs`, and `model/pasted.rs`, which keeps it out of names and notes |
//! | layer that `scan` undoes in a text | `model/search/layer.rs`, and how it is undone: a code of letters `codes.rs`, compression `unpacked.rs`, anything else `undone.rs`; its disguise in `cli/scan/find/tests/disguises.rs`. A kind of archive: `cli/scan/archive`. What is typed or pasted is read by the same search; what must not be stored: `model/pasted/forms.rs` |
//! | type of an error response | `api/problem.rs`; its status and title: `server/http/error.rs`; which operations answer it: `server/http/openapi/refusals.rs` |
//! | setting of the dashboard in `config.toml` | `config/settings.rs`; then `cli/config/default.rs`, which `keydeck config default` and keydeck-config(5) print. Of a profile: `config/file.rs` |
//! | metric | `server/http/metrics.rs` |
//! | limit on connections, streams or their time | `server/http/bounds.rs` |
//! | limit on a field of a key | its declaration in `model/field/declared.rs`; of names `model/name.rs`, of UI domains `model/domain.rs`, of networks `model/field/networks.rs`, of expiry `model/expiry.rs`, of local development `model/local.rs` |
//! | other limit | on a body `server/http/body.rs`; on a head `accept.rs` and `framing.rs` there; on requests at once `turns.rs` there; on a filter `model/filter/limits.rs`; on how many there may be of a thing: a constant beside its declaration in `model` or `api` |
//! | command | `cli/args.rs`; its own file in `cli`; its examples in `cli/help/examples`. Help, man pages and completions follow |
//! | argument that is the name of something | `cli/completions/candidates.rs` (`NameKind::of`), so that it is completed |
//! | topic of the guide | its file in `assets/guide`, and its name in `cli/guide/topics.rs` |
//! | file of the Debian package | `package.metadata.deb` in `Cargo.toml` |
//!
//! # Decisions that surprise
//!
//! - **Short reads of SQLite run on the calling thread** (`server/store/sqlite/readers.rs`): they take microseconds, less than
//!   a switch to another thread. Reads that may take long have two threads of their own and can be cancelled.
//! - **One writer** (`sqlite/writer`) commits all waiting changes together: a disk syncs a few hundred times a second,
//!   however many callers there are.
//! - **Removals and plans of many keys are done in portions of some 20 ms** (`PORTION`), between which others write: in one transaction, 20,000 keys blocked everyone for seconds.
//! - **An import is one transaction** (`server/store/imports`), however many keys it has: nobody is to see a part of it. All that takes long is
//!   done before, where the keys wait; still, 100,000 keys keep others from writing for seconds. Checks only read.
//! - **The id of a plan is a hash of all that it says** (`server/store/plans`), and the log names it with each key: a plan in the tables that
//!   nobody committed so is not carried on.
//! - **Each write checks the files that it writes to** (`sqlite/open_file.rs`): SQLite doesn't notice that its path has become
//!   another file, and would acknowledge changes that are gone after the next start.
//! - **The activity log is a hash chain and records the state of people, projects, gateways and keys**, so that changes to the
//!   database outside keydeck are detected.
//! - **What webhooks are told is derived from the log**, in a transaction that also stores how far the log was looked at for each
//!   (`server/store/webhooks`): changes need not know of webhooks. What no row says (a key expires, a
//!   revoked one is used) is stored once. So nothing is lost or stored twice when a server is killed; a delivery may arrive twice, by the same id.
//! - **The old token of a key that is rotated is in the key's own row**, and a check asks for the current one first: one
//!   statement for all tokens made each check 20 % (SQLite) or 40 % (PostgreSQL) slower, a table of tokens took a second look.
//! - **Keys that have expired are marked, and the marks decide nothing** (`server/store/marks.rs`): pages of the others would step over
//!   each of them, and a condition on the clock can't be in an index. What is marked wrongly is found by an index and merged into the page.
//! - **keydeck parses terminal input before crossterm** (`tui/terminal/input`): crossterm takes a terminal's responses for key presses.
//!
//! `cargo bench` measures their costs (`checks`, `server`, `postgres`, `plans`, `ended`, `imports`, `scan`, `hostile`, `dashboard`).

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
