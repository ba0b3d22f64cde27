//! Webhooks, and the deliveries that wait to be sent to them.
//!
//! Nothing is lost or made up, whenever a server is killed: each webhook has its place in the activity log, whose rows are
//! written with the changes that they record, and moves on in the transaction that stores the deliveries of those rows
//! ([`from_log`]). What no row says is stored once, with a note of it in the same transaction: that a key expires
//! ([`ends`]), and that a revoked one is used ([`revoked_use`], written with the counts of use). Changes come one after
//! the other, so that of several servers one does it at a time.
//!
//! A delivery that is to be sent is taken for a while ([`sending`]); if its server is gone, another one takes it when that is
//! over, so that it may arrive twice, by the same id.

pub mod deliveries;
pub mod ends;
pub mod from_log;
pub mod manage;
mod payload;
mod queue;
pub mod revoked_use;
pub mod sending;
mod stored;
