//! What the server keeps, behind one trait. `sqlite` is the embedded store, `postgres` that of several servers; nothing
//! above this trait knows which engine answers.
//!
//! An operation is written once, in the file of what it is about (`keys`, `people`, `projects`, …), over the small
//! trait `db::Db` or, where it changes something, `db::Change`: one text of a statement, values, and what a row is read
//! as (`row`). Where the engines' languages differ, `dialect` says both. `tables` lists all columns; a new one of a key
//! is read and written in `key_row`. What only one engine has stays with it: connections, threads and lanes, the search,
//! backups, and the one statement of a check.
//!
//! Every change and the activity row that records it are one transaction, and a call returns only
//! after that transaction is durable. Reads see every change whose call has returned.

mod acting;
mod activity;
mod alike;
mod called;
mod changes;
mod check;
mod clock;
mod count;
mod data_keys;
mod db;
mod dialect;
mod error;
mod filter;
mod for_rows;
mod founding;
mod gateways;
mod grouped;
mod groups;
mod imports;
mod key_row;
mod keys;
pub(crate) mod latency;
mod leak_decisions;
mod leaks;
mod lifetimes;
mod list;
mod log_readers;
mod log_rows;
mod marks;
mod names;
mod order;
mod paging;
mod people;
mod plans;
pub mod postgres;
mod projects;
mod records;
mod refusals;
mod removal;
mod report;
mod revocations;
mod rotations;
mod row;
mod schema;
pub mod seals;
mod search;
mod session_servers;
mod session_tokens;
mod sql;
pub mod sqlite;
mod statement;
mod switch;
mod tables;
mod token_uses;
pub mod transfer;
mod usage;
mod value;
mod webhooks;
mod weeks;

pub use self::called::{Called, MOST_CALLED};
pub use self::check::{Checked, CheckedKey};
pub use self::clock::DatabaseClock;
pub use self::error::{StoreError, StoreResult};
pub use self::founding::Founding;
pub use self::groups::{
    ActivityStore, DataKeyStore, GatewayStore, ImportStore, KeyStore, LeakStore, PeopleStore, PlanStore,
    ProjectStore, StatusStore, Store, WebhookStore, WorkStore,
};
pub use self::imports::WAITS as IMPORT_WAITS;
pub use self::latency::Latencies;
pub use self::records::{
    Actor, AfterAttempt, AskingServer, ChangeRecord, Changed, ClaimedDelivery, DueWebhook, Fate, Found,
    FoundToken, IDEMPOTENT, Idempotency, ImportCommit, ImportCounts, ImportFault, ImportNames, KeyChange,
    KeyCreation, KeyGroup, KeyQuery, KeyRecord, KeySlice, KeySwitch, LeakOutcome, LeakRecord, MadePlan,
    NamedProject, NewGatewayRecord, NewKey, NewKeyToken, NewLeak, NewPlanRecord, NewSessionServer,
    NewUserRecord, NewWebhookRecord, NotedAttempt, Place, PlaceValue, PlanCommit, PlanRecord, PlanScope,
    Position, ProjectRecord, ProjectRemoval, Queued, Removal, Revocation, RevokedKey, RoleChange,
    RotationChange, RotationEdit, SessionServerChange, SessionSigner, SessionTokenIssue, StagedKey, Staging,
    Taken, ToldEnds, TooManyWebhooks, Visible, WebhookBacklog, WebhookChange,
};
pub use self::seals::{Rotation, Sealed, WrappedDataKey};
pub use self::statement::{Compared, Cursor};
pub use self::usage::{HOURS_KEPT, SOURCES, Tallies, Tally, TokenUse, USAGE_BUCKET, Use, hour_of, merged};
