//! The control characters that input is told apart by.

pub(super) const ESC: char = '\x1b';
pub(super) const CTRL_C: char = '\x03';
pub(super) const BEL: char = '\x07';
pub(super) const CAN: char = '\x18';
pub(super) const SUB: char = '\x1a';
