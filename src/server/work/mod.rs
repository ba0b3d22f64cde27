//! Keys in use: the exchange for a connection, the check of a gateway, what keys are used for.

pub mod authorize;
pub mod check;
pub mod claims;
pub mod connect;
pub mod introspect;
pub mod presented;
pub mod question;
pub mod usage;
