//! The key server: it answers the contract of [`crate::api`] over a [`store::Store`].

pub mod store;
