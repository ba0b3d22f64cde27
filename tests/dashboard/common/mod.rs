//! What the tests of the dashboard share: how one talks to it, and what is in it.

pub mod draw;
pub mod ended;
pub mod leaks;
pub mod lists;
pub mod marks;
pub mod people;
pub mod talk;
pub mod usage;
