//! Removals of people who have very many keys: they are finished in portions, between which other changes have their
//! turn, whether or not somebody waits for the answer; after a crash by the next server, or by another replica.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use super::auth::SignedIn;
use super::body::Json;
use super::error::{ApiError, ApiResult};
use super::extract::Id;
use super::openapi::{Common, Forbidden, NoSuchId};
use super::state::ServerState;
use super::store::Cursor;
use super::users::owner_only;
use crate::api::{OngoingRemoval, RemovalProgress};

/// How long who asked for a removal is made to wait for its end.
const WAIT: Duration = Duration::from_secs(5);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(50);
/// The longest pause between two portions; else it is as long as the portion took.
const REST: Duration = Duration::from_millis(100);
/// A removal that has not moved on between two such looks has lost its server.
const LOST: Duration = Duration::from_secs(10);
/// After an error it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// The removals that this server finishes.
#[derive(Default)]
pub struct Removals {
    mine: Mutex<BTreeSet<Uuid>>,
    wake: Notify,
}

impl Removals {
    pub fn take_on(&self, person: Uuid) {
        self.lock().insert(person);
        self.wake.notify_one();
    }

    fn first(&self) -> Option<Uuid> {
        self.lock().first().copied()
    }

    fn done(&self, person: Uuid) {
        self.lock().remove(&person);
    }

    /// What the lock guards is whole at every instruction, so a panic elsewhere spoils nothing.
    fn lock(&self) -> MutexGuard<'_, BTreeSet<Uuid>> {
        self.mine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finishes what this server began, and what a server before it or another one left, until the server is closing.
pub async fn keep(server: ServerState) {
    let work = async {
        // How far each was at the last look. At the start all are taken on: to work on one together does no harm.
        let mut seen = None;
        let mut unexplained = None;
        loop {
            take_over(&server, &mut seen).await;
            tell_of_unexplained(&server, &mut unexplained).await;
            while let Some(person) = server.removals.first() {
                carry_on(&server, person).await;
            }
            tokio::select! {
                () = server.removals.wake.notified() => {}
                () = sleep(LOST) => {}
            }
        }
    };
    tokio::select! {
        () = work => {}
        // What is left is the next server's.
        () = server.clone().closed() => {}
    }
}

async fn take_over(server: &ServerState, seen: &mut Option<BTreeMap<Uuid, u64>>) {
    match server.store.unfinished_removals().await {
        Err(error) => tracing::debug!(%error, "removals that were left can't be looked for"),
        Ok(unfinished) => {
            for (person, progress) in &unfinished {
                let before = seen.as_ref().map(|seen| seen.get(person).copied());
                if matches!(before, None | Some(Some(_)))
                    && before.flatten().is_none_or(|done| done == progress.done())
                {
                    tracing::info!(%person, left = progress.left, "a removal is carried on");
                    server.removals.take_on(*person);
                }
            }
            let far = unfinished
                .iter()
                .map(|(person, progress)| (*person, progress.done()));
            *seen = Some(far.collect());
        }
    }
}

/// What the log never asked for is not carried on; it is said once.
async fn tell_of_unexplained(server: &ServerState, told: &mut Option<String>) {
    let Ok(compared) = server.store.compare(Cursor::REMOVALS).await else {
        return;
    };
    if let Some(sentence) = &compared.unexplained
        && told.as_ref() != Some(sentence)
    {
        tracing::error!(
            "a removal is not carried on: {sentence}. Find out who can write to the database, and what else they changed: \
             keydeck activity verify"
        );
    }
    *told = compared.unexplained;
}

/// Deals with one portion, and lets the others have as long.
async fn carry_on(server: &ServerState, person: Uuid) {
    let started = Instant::now();
    match server.store.continue_removal(person).await {
        Ok(Some(progress)) if !progress.is_finished() => sleep(started.elapsed().min(REST)).await,
        Ok(_) => server.removals.done(person),
        Err(error) => {
            tracing::warn!(%error, %person, "a removal can't be carried on; it is tried again");
            sleep(AGAIN).await;
        }
    }
}

/// Returns when it is finished, or has taken long.
pub async fn finished_soon(server: &ServerState, person: Uuid, begun: RemovalProgress) -> RemovalProgress {
    let deadline = Instant::now() + WAIT;
    let mut progress = begun;
    while !progress.is_finished() && Instant::now() < deadline {
        sleep(LOOK).await;
        match timeout_at(deadline, server.store.removal(person)).await {
            Ok(Ok(Some(now))) => progress = now,
            // It goes on all the same.
            _ => return progress,
        }
    }
    progress
}

/// How far the removal of a user is, by the id of the user. `left` is 0 when it is finished.
#[utoipa::path(get, path = "/v1/removals/{id}", tag = "users", params(("id" = Uuid, Path)),
    responses((status = 200, description = "What was done so far, and how much is left.", body = OngoingRemoval), NoSuchId, Forbidden, Common))]
pub async fn show(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<Json<OngoingRemoval>> {
    owner_only(&signed_in)?;
    let progress = server.store.removal(id).await?;
    let progress = progress.ok_or_else(ApiError::not_found)?;
    Ok(Json(OngoingRemoval::new(id, progress)))
}
