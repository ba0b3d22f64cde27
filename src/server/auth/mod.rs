//! Who asks, and who may do what.

pub mod bearer;
pub mod policy;
pub mod sign_in;
pub mod signed_in;
