//! Connections for what a few quick statements answer: shared by all requests, whose statements follow
//! each other down the line without waiting for the answers in between. While there is no connection
//! requests are refused immediately, and a task of each lane tries to get a new one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::ClientWrapper;
use prometheus_client::metrics::histogram::Histogram;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::address::Address;
use super::error::{away, told};
use super::pool::prepare;
use crate::server::store::{StoreResult, latency};

/// One core answers all that a few of them carry.
pub const LANES: usize = 4;
/// An answer that takes longer comes no more; the connection is given up.
const PATIENCE: Duration = Duration::from_secs(2);
/// What is asked here takes the same way whatever the values are; to look for another would take longer than it.
const ONE_PLAN: &str = "SET plan_cache_mode = force_generic_plan";
/// The pause before the next attempt to connect: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

pub struct Lanes {
    kept: Vec<Kept>,
    took: Histogram,
}

/// A place for a connection, and the task that fills it.
struct Kept {
    slot: Slot,
    keeper: JoinHandle<()>,
}

type Slot = Arc<Mutex<Option<Arc<ClientWrapper>>>>;

/// A connection among those who share it.
pub struct Lane<'a> {
    slot: &'a Slot,
    client: Arc<ClientWrapper>,
    took: &'a Histogram,
}

impl Lanes {
    /// Returns with at least one connection made. `took` records how long each answer takes.
    pub async fn open(address: &Address, took: Histogram) -> StoreResult<Self> {
        let mut first = Some(connect(address).await?);
        let kept = (0..LANES).map(|_| {
            let connected = first.take();
            let slot = Slot::new(Mutex::new(connected.as_ref().map(|one| one.client.clone())));
            let keeper = tokio::spawn(keep(
                address.clone(),
                slot.clone(),
                connected.map(|one| one.ended),
            ));
            Kept { slot, keeper }
        });
        Ok(Self {
            kept: kept.collect(),
            took,
        })
    }

    /// Of those that are connected the one that the fewest share, and of these the first: it was used last, so that
    /// all that it needs is still at hand for the processor.
    pub fn lane(&self) -> StoreResult<Lane<'_>> {
        let lanes = self.kept.iter().filter_map(|Kept { slot, .. }| {
            let client = held(slot).filter(|client| !client.is_closed())?;
            Some(Lane {
                slot,
                client,
                took: &self.took,
            })
        });
        let lane = lanes.min_by_key(|lane| Arc::strong_count(&lane.client));
        lane.ok_or_else(|| away("is away"))
    }
}

impl Lane<'_> {
    pub fn client(&self) -> &ClientWrapper {
        &self.client
    }

    /// What this lane's client was asked; the lane is given up when it does not answer.
    pub async fn answer<T>(&self, question: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
        let started = Instant::now();
        let answer = timeout(PATIENCE, question).await;
        latency::note(self.took, started);
        answer.unwrap_or_else(|_| {
            let mut held = lock(self.slot);
            if held.as_ref().is_some_and(|held| Arc::ptr_eq(held, &self.client)) {
                // Its end, once nobody waits any more, wakes the keeper.
                *held = None;
            }
            Err(away("does not answer"))
        })
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.kept.iter().for_each(|kept| kept.keeper.abort());
    }
}

fn lock(slot: &Slot) -> MutexGuard<'_, Option<Arc<ClientWrapper>>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

fn held(slot: &Slot) -> Option<Arc<ClientWrapper>> {
    lock(slot).clone()
}

struct Connected {
    client: Arc<ClientWrapper>,
    ended: Ended,
}

/// Resolves, with an error, when the connection has ended.
type Ended = oneshot::Receiver<()>;

/// Connects whenever there is no connection; `ended` is of one that there is.
async fn keep(address: Address, slot: Slot, mut ended: Option<Ended>) {
    let mut pause = PAUSES.0;
    loop {
        if let Some(ended) = ended.take() {
            let _ = ended.await;
            *lock(&slot) = None;
        }
        match connect(&address).await {
            Ok(connected) => {
                *lock(&slot) = Some(connected.client);
                ended = Some(connected.ended);
                pause = PAUSES.0;
            }
            Err(error) => {
                tracing::debug!(%error, "no connection to the database");
                sleep(pause).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }
}

/// Bounded as a whole: a database may fall silent at any step, and the keeper must try again.
async fn connect(address: &Address) -> StoreResult<Connected> {
    timeout(PATIENCE * 2, connected(address))
        .await
        .unwrap_or_else(|_| Err(away("takes too long to connect to")))
}

/// A connection like those of a lane, for what is done once.
pub async fn client(address: &Address) -> StoreResult<ClientWrapper> {
    let (client, connection) = address.config.connect(address.tls.clone()).await?;
    // It ends with the client.
    let task = tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(ClientWrapper::new(client, task))
}

async fn connected(address: &Address) -> StoreResult<Connected> {
    let (client, connection) = address.config.connect(address.tls.clone()).await?;
    let (alive, ended) = oneshot::channel();
    let task = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(error = told(&error), "a connection to the database ended");
        }
        drop(alive);
    });
    let client = ClientWrapper::new(client, task);
    prepare(&client).await?;
    client.batch_execute(ONE_PLAN).await?;
    Ok(Connected {
        client: Arc::new(client),
        ended,
    })
}
