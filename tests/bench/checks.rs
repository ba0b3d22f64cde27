//! `cargo bench --bench checks [-- KEYS…]`: gateway checks a second, over 10 thousand and 1 million keys, usage
//! recording on, beside a bare axum handler that answers 204. wrk (Debian's) presents a random key a request.
//! Server and load have a core each; medians of five interleaved rounds; nothing is asserted.

mod checks_deck;
#[expect(dead_code, reason = "shared with the other benchmarks")]
mod common;
mod contender;
mod wrk;

use std::path::Path;

use checks_deck::ChecksDeck;
use common::AnyError;
use contender::{BARE, Contender, bare_handler, measure, pinned};
use wrk::Load;

fn main() -> Result<(), AnyError> {
    if std::env::args().any(|arg| arg == BARE) {
        return bare_handler();
    }
    let mut contenders = vec![Contender::bare()?];
    for keys in sizes() {
        contenders.push(keydeck(keys)?);
    }
    measure(&contenders)
}

fn sizes() -> Vec<u64> {
    let named: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    match named.is_empty() {
        true => vec![10_000, 1_000_000],
        false => named,
    }
}

fn keydeck(keys: u64) -> Result<Contender, AnyError> {
    let made = ChecksDeck::of(keys)?;
    let server = made
        .deck
        .serve_with(pinned(Path::new(env!("CARGO_BIN_EXE_keydeck"))))?;
    Ok(Contender {
        name: format!("keydeck, {keys} keys"),
        pid: server.pid(),
        load: Load::new(&server.address, &made.gateway, made.keys),
        database: Some(made.database),
        _server: Box::new(server),
    })
}
