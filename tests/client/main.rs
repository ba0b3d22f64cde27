//! The client against servers that do what servers should not.
#![cfg(test)]

mod one_server;
mod several_servers;
#[path = "../common/stub.rs"]
mod stub;
