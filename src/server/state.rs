//! What every handler shares.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::{Notify, Semaphore, broadcast, watch};
use uuid::Uuid;

use crate::api::Organisation;
use crate::model::TokenHash;
use crate::server::auth::sign_in::SignIns;
use crate::server::clock::Clock;
use crate::server::http::address::TrustedProxies;
use crate::server::http::metrics::Metrics;
use crate::server::http::turns::Turns;
use crate::server::imports::running::RunningImports;
use crate::server::removals::Removals;
use crate::server::row_numbers::RowNumbers;
use crate::server::seal::Seals;
use crate::server::store::{
    ActivityStore, ChangeRecord, DataKeyStore, GatewayStore, ImportStore, KeyStore, LeakStore, PeopleStore,
    PlanStore, ProjectStore, StatusStore, Store, StoreError, StoreResult, WebhookStore, WorkStore,
};
use crate::server::verify::verified::Verified;
use crate::server::work::usage::recorder::Recorder;

/// Events that a slow subscriber may lag behind before it has to read again what it shows.
pub(super) const EVENTS_KEPT: usize = 1024;

/// Exports at once: each keeps what was replaced since it began.
const EXPORTS: usize = 2;

/// A sign-in that lives in memory only, for the person at the terminal of the local deck.
#[derive(Debug, Clone, Copy)]
pub struct LocalSession {
    pub token: TokenHash,
    pub user: Uuid,
}

/// What subscribers get.
#[derive(Debug, Clone, Copy)]
pub(super) enum FeedMessage {
    Change(ChangeRecord),
    /// Nothing is heard any more: their streams end, so that they look for a server that hears.
    CutOff,
}

/// A server's parts. Clones share them.
#[derive(Clone)]
pub struct ServerState(Arc<Shared>);

pub struct Shared {
    /// Handlers take the group of it that they need.
    store: Arc<dyn Store>,
    pub(super) seals: Seals,
    /// Where integrations reach this server; it is part of the secrets that it hands out.
    pub(super) public_url: String,
    pub(super) local_session: Option<LocalSession>,
    pub(super) proxies: TrustedProxies,
    pub(super) sign_ins: SignIns,
    /// Reports of leaks by whoever has the token, limited as refused sign-ins are.
    pub(super) leak_reports: SignIns,
    pub(super) turns: Turns,
    /// Places for exports that are being written.
    pub(super) exports: Arc<Semaphore>,
    pub(super) usage: Recorder,
    pub(super) metrics: Metrics,
    pub(super) clock: Clock,
    pub(super) removals: Removals,
    pub(super) running_imports: RunningImports,
    pub(super) verified: Verified,
    pub(super) organisation: Organisation,
    pub(super) row_numbers: RowNumbers,
    /// The newest change when the server started; events begin after it.
    pub(super) first_seq: u64,
    pub(super) events: broadcast::Sender<FeedMessage>,
    pub(super) closing: watch::Sender<bool>,
    /// Something may be to be sent to a webhook.
    pub(super) deliveries_wait: Notify,
}

impl ServerState {
    pub async fn new(
        store: Arc<dyn Store>,
        seals: impl Into<Seals>,
        public_url: String,
        local_session: Option<LocalSession>,
        proxies: TrustedProxies,
    ) -> StoreResult<Self> {
        let seals = seals.into();
        let organisation = store.organisation().await?;
        let first_seq = store.last_seq().await?;
        let metrics = Metrics::new(store.latencies());
        let row_numbers =
            RowNumbers::new(&seals.now()).map_err(|error| StoreError::Fault(error.to_string()))?;
        let clock = Clock::of(&*store).await?;
        Ok(Self(Arc::new(Shared {
            store,
            seals,
            public_url,
            local_session,
            proxies,
            sign_ins: SignIns::default(),
            leak_reports: SignIns::default(),
            turns: Turns::default(),
            exports: Arc::new(Semaphore::new(EXPORTS)),
            usage: Recorder::default(),
            metrics,
            clock,
            removals: Removals::default(),
            running_imports: RunningImports::default(),
            verified: Verified::default(),
            organisation,
            row_numbers,
            first_seq,
            events: broadcast::Sender::new(EVENTS_KEPT),
            closing: watch::Sender::new(false),
            deliveries_wait: Notify::new(),
        })))
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Returns when the server is closing.
    pub(super) async fn closed(self) {
        // The sender lives in `self`, so waiting can't fail.
        let _ = self.closing.subscribe().wait_for(|&closing| closing).await;
    }
}

macro_rules! groups {
    ($($group:ident: $store:ident),+) => {
        impl Shared {
            $(pub(super) fn $group(&self) -> &dyn $store {
                &*self.store
            })+
        }
    };
}

groups!(
    keys: KeyStore,
    people: PeopleStore,
    plans: PlanStore,
    projects: ProjectStore,
    gateways: GatewayStore,
    imports: ImportStore,
    leaks: LeakStore,
    webhooks: WebhookStore,
    work: WorkStore,
    log: ActivityStore,
    data_keys: DataKeyStore,
    status: StatusStore
);

impl Deref for ServerState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
