//! What keydeck is built from: known vulnerabilities, licences, versions that stand in the lock file twice, the Rust
//! that it needs, and the shape of its own files, which don't import each other in circles and draw in views alone. All of it
//! without a network.
#![cfg(test)]

mod advisories;
mod circles;
mod licences;
mod locked;
mod named_keys;
mod packed;
mod pure;
mod shape;
mod versions;
