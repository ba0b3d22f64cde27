//! The configurations in `assets/gateways/`, in real gateways before a real API: only addresses and paths
//! are others. And what gateways ask by their own documentation, word by word.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test fails the test"
)]

mod api;
#[path = "../common/authority.rs"]
#[expect(dead_code, reason = "shared with the tests of TLS")]
mod authority;
mod caddy;
#[path = "../common/mod.rs"]
#[expect(dead_code, reason = "shared with the tests of the API")]
mod common;
mod conversations;
mod envoy;
mod gateway;
mod nginx;
mod requests;
mod stage;
mod traefik;
#[path = "../common/venv.rs"]
mod venv;
