//! What a key, scope, origin, address, role and secret are, and what makes each of them valid.
//! Nothing here performs I/O; the form, the command line and the server call the same functions.

pub mod address;
pub mod around;
pub mod bulk;
pub mod compared;
pub mod connection;
pub mod domain;
pub mod email;
pub mod expiry;
pub mod field;
pub mod field_error;
pub mod filter;
pub mod key;
pub mod local;
pub mod log_words;
pub mod name;
pub mod network;
pub mod pasted;
pub mod role;
pub mod rotation;
pub mod rule;
pub mod scope;
pub mod secret;
pub mod servers;
pub mod session_server;
pub mod shown;
pub mod strength;
pub mod token;

pub use address::LocalAddress;
pub use bulk::{BulkChange, BulkEffect};
pub use compared::{are_alike, compared};
pub use domain::{MeantOrigin, UiDomain};
pub use field::{KeyEdit, KeyField, KeyFields, Settings};
pub use field_error::{FieldError, FieldErrors};
pub use filter::FilterWords;
pub use key::{ValidKey, what_is_edited};
pub use log_words::LogWords;
pub use network::AllowedNetwork;
pub use role::Role;
pub use rotation::WhichToken;
pub use rule::{Grant, KeyState, Rule, Standing, StateFilter};
pub use scope::Scope;
pub use secret::Secret;
pub use servers::{NotServers, ServerAddress, Servers};
pub use shown::Shown;
pub use token::{Token, TokenHash, TokenKind};
