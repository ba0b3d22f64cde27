//! How an example is declared.

/// What is done, and how.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    pub what: &'static str,
    pub line: &'static str,
}

/// The examples of a command, by its words after `keydeck`.
pub type Declared = (&'static str, &'static [Example]);

pub const fn to(what: &'static str, line: &'static str) -> Example {
    Example { what, line }
}
