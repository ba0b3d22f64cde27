//! Real servers that are killed, moved, copied, and stand behind real gateways and balancers.
#![cfg(test)]

#[path = "../common/authority.rs"]
#[expect(dead_code, reason = "shared with the tests of TLS")]
mod authority;
#[path = "../common/checks.rs"]
mod checks;
#[path = "../common/mod.rs"]
#[expect(dead_code, reason = "shared with the tests of the API")]
mod common;
mod crash;
mod deck;
mod gateways;
mod migrate;
#[path = "../common/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests of the store")]
mod postgres;
mod postgres_server;
#[path = "../common/receiver.rs"]
#[expect(dead_code, reason = "shared with the tests of the API")]
mod receiver;
mod replicas;
mod told;
#[path = "../common/venv.rs"]
mod venv;
#[path = "../common/verifying.rs"]
#[expect(dead_code, reason = "shared with the tests of the program")]
mod verifying;
