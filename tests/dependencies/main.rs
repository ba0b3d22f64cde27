//! What keydeck is built from: known vulnerabilities, licences, versions that stand in the lock file twice, and the
//! Rust that it needs. All of it without a network.
#![cfg(test)]

mod advisories;
mod licences;
mod locked;
mod versions;
