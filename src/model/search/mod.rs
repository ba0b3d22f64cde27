//! What a text holds: tokens as they are, and tokens below what software makes of a text on its way: base64, hexadecimal
//! digits, escapes, folded lines, UTF-16, compression.
//!
//! No form of a token in another form is looked for by a pattern of its own, as their combinations have no end. What could
//! hide a token is recognised by its alphabet and its length, is undone, and what comes out is looked at in the same way,
//! two layers down. Each byte belongs to one run, and every way of undoing it takes time by its length, so that no text
//! takes more than its length times a constant.

mod beginnings;
mod chunk;
mod classes;
mod codes;
mod folds;
mod found_secret;
mod layer;
mod plain;
mod runs;
mod spread;
mod undone;
mod unpacked;
mod wide;

pub use self::found_secret::FoundSecret;
pub use self::layer::TextLayer;
pub use self::plain::{LONGEST, SHORTEST, Tokens};
pub use self::undone::search;
