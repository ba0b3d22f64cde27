//! Authentication, and authorisation of users.

pub mod bearer;
pub mod policy;
pub mod sign_in;
pub mod signed_in;
