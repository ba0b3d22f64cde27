//! SIGKILL at any moment while clients create, edit, reveal and revoke.

use std::sync::Arc;

use keydeck::api::Activity;
use tokio::join;

use super::verify::{self, Log};
use super::work::{Acknowledged, Known, client};
use crate::deck::{Deck, Server};
use crate::postgres::Database;
use crate::postgres_server;

/// The cycles of one deck: its log and its keys grow with each.
const OF_A_DECK: usize = 50;

fn cycles() -> usize {
    let said = std::env::var("CRASH_CYCLES").ok();
    said.map_or(200, |cycles| cycles.parse().expect("CRASH_CYCLES is a number"))
}

/// The moments at which it is killed: behind so many acknowledged changes, another one each time.
fn moment(cycle: usize) -> usize {
    1 + cycle * 37 % 61
}

/// Clients work until `end` has ended what answers them. How much was acknowledged, and what they know.
async fn worked(
    deck: &Deck,
    server: &Server,
    cycle: usize,
    end: impl Future<Output = ()>,
    acknowledged: &Arc<Acknowledged>,
) -> Vec<Known> {
    let work = |client_number: usize| {
        client(deck, server, acknowledged, usize::MAX, move |n| {
            format!("Key {cycle}.{client_number}.{n}")
        })
    };
    let (one, two, three, four, ()) = join!(work(0), work(1), work(2), work(3), end);
    [one, two, three, four].into_iter().flatten().collect()
}

/// Kills the server `cycles` times. How many changes were acknowledged.
async fn kill_server(deck: &Deck, cycles: usize, whole: impl AsyncFn(&Deck)) -> usize {
    let mut log = Log::beginning();
    let mut all: Vec<Known> = Vec::new();
    let mut count = 0;
    let mut server = deck.serve(&[]);
    for cycle in 0..cycles {
        let acknowledged = Arc::new(Acknowledged::default());
        let pid = rustix::process::Pid::from_raw(server.id() as i32).unwrap();
        let killed = async {
            acknowledged.reached(moment(cycle)).await;
            rustix::process::kill_process_group(pid, rustix::process::Signal::KILL).unwrap();
        };
        let mut keys = worked(deck, &server, cycle, killed, &acknowledged).await;
        count += acknowledged.count.load(std::sync::atomic::Ordering::SeqCst);
        drop(server);
        server = deck.serve(&[]);
        let rows = log.verify(&server).await;
        verify::keys(deck, &server, &mut keys, &rows).await;
        whole(deck).await;
        all.extend(keys);
    }
    // Nothing that a later crash did to what was there before.
    verify::keys(deck, &server, &mut all, &[] as &[Activity]).await;
    assert!(count >= cycles, "hardly anything was acknowledged");
    count
}

async fn decks(what: &str, cycles: usize, deck: impl AsyncFn() -> Deck, whole: impl AsyncFn(&Deck) + Copy) {
    let mut left = cycles;
    let mut count = 0;
    while left > 0 {
        let now = left.min(OF_A_DECK);
        count += kill_server(&deck().await, now, whole).await;
        left -= now;
    }
    println!("{what}: killed {cycles} times, {count} changes acknowledged, 0 lost");
}

async fn sqlite_is_whole(deck: &Deck) {
    let conn = rusqlite::Connection::open(deck.file()).unwrap();
    let whole: String = conn
        .query_row("PRAGMA quick_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
    let broken = conn
        .prepare("PRAGMA foreign_key_check")
        .unwrap()
        .exists([])
        .unwrap();
    assert!(!broken);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_sqlite() {
    let whole = async |deck: &Deck| sqlite_is_whole(deck).await;
    decks(
        "a server on SQLite",
        cycles(),
        async || Deck::in_file().await,
        whole,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_postgres() {
    let deck = async || Deck::at(&Database::new().await.url).await;
    // A quarter: the engine's own crashes are below.
    decks("a server on PostgreSQL", cycles().div_ceil(4), deck, async |_| {}).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_itself() {
    let postgres = postgres_server::Server::start();
    let database = Database::in_server(&postgres.url_file()).await;
    let deck = Deck::at(&database.url).await;
    let server = deck.serve(&[]);
    let (mut log, mut all, mut count) = (Log::beginning(), Vec::new(), 0);
    for cycle in 0..cycles() {
        let acknowledged = Arc::new(Acknowledged::default());
        let killed = async {
            acknowledged.reached(moment(cycle)).await;
            postgres.kill();
        };
        let mut keys = worked(&deck, &server, cycle, killed, &acknowledged).await;
        count += acknowledged.count.load(std::sync::atomic::Ordering::SeqCst);
        // Not one check is let through while the database is away.
        if let Some(key) = keys.first() {
            assert_eq!(server.check(&deck, &key.secret).await, Some(503));
        }
        assert!(server.readiness().await.is(503));
        postgres.start_again();
        while !server.readiness().await.is(200) {
            tokio::task::yield_now().await;
        }
        let rows = log.verify(&server).await;
        verify::keys(&deck, &server, &mut keys, &rows).await;
        all.extend(keys);
    }
    verify::keys(&deck, &server, &mut all, &[] as &[Activity]).await;
    let whole = "SELECT count(*) FROM (SELECT scope, count(*) AS n FROM keys WHERE revoked_at IS NULL GROUP BY scope) AS k
                   JOIN key_counts AS c ON c.creator = 0 AND c.project = 0 AND c.scope = k.scope AND c.n <> k.n";
    assert_eq!(database.texts(whole).await, ["0"]);
    println!(
        "PostgreSQL: killed {} times, {count} changes acknowledged, 0 lost",
        cycles()
    );
}
