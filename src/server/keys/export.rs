//! All keys of a filter in one answer, as they were at one moment, however long it takes to send them.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::find::asked;
use super::seen_by;
use crate::api::{EXPORT_BEGIN, EXPORT_END, KeyExport, KeyExporting, KeyExtra, Sort, User};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::QueryParams;
use crate::server::http::openapi::{BadQuery, Common};
use crate::server::state::ServerState;
use crate::server::store::{KeyQuery, KeyRecord, Position, StoreError, StoreResult};

/// Keys that are read and sent together.
const BATCH: u32 = 500;
/// Batches that are read before they are sent.
const AHEAD: usize = 2;
/// An export keeps the database from tidying up what was replaced since it began.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// For the end of another export.
const PATIENCE: Duration = Duration::from_secs(5);

/// All keys of a filter, as they were at one moment; without those that have expired or were revoked, unless `state` asks
/// for them. A server writes two exports at once; while it does, others wait 5 seconds and are answered 503. An answer that
/// ends without its `count` is not complete.
#[utoipa::path(get, path = "/v1/keys/export", tag = "keys", params(KeyExporting),
    responses((status = 200, description = "The keys, one a line.", body = KeyExport), BadQuery, Common))]
pub async fn export(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    QueryParams(exporting): QueryParams<KeyExporting>,
) -> ApiResult<Response> {
    let query = KeyQuery {
        visible: policy::visible(&signed_in.user),
        filter: asked(&server, &signed_in, exporting.filter()).await?,
        sort: Sort::CreatedAt,
        descending: true,
        limit: BATCH,
        position: Position::Start,
        week: exporting.with == Some(KeyExtra::Week),
    };
    let reading = begin(server, query).await?;
    let body = Body::from_stream(document(signed_in.user, reading));
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-store, no-transform"),
    ];
    Ok((headers, body).into_response())
}

/// Keys that are being read.
struct Reading {
    /// `None` once it is sent.
    first: Option<Vec<KeyRecord>>,
    batches: mpsc::Receiver<Vec<KeyRecord>>,
    /// `None` once it has ended well.
    task: Option<JoinHandle<StoreResult<()>>>,
    count: u64,
}

/// Returns when the first keys are there, so that what fails at once is still answered.
async fn begin(server: ServerState, query: KeyQuery) -> ApiResult<Reading> {
    let place = timeout(PATIENCE, server.exports.clone().acquire_owned()).await;
    let Ok(Ok(place)) = place else {
        let busy = "Other exports are being written; try again in a moment.";
        return Err(ApiError::new(crate::api::ProblemType::Unavailable, busy));
    };
    let (to, mut batches) = mpsc::channel(AHEAD);
    let task = tokio::spawn(async move {
        let _place = place;
        let done = timeout(LONGEST, server.keys().all_keys(query, to)).await;
        done.unwrap_or_else(|_| Err(StoreError::Unavailable("an export took too long".into())))
    });
    let mut reading = Reading {
        first: batches.recv().await,
        batches,
        task: Some(task),
        count: 0,
    };
    if reading.first.is_none() {
        reading.end().await?;
    }
    Ok(reading)
}

impl Reading {
    async fn next(&mut self) -> Option<Vec<KeyRecord>> {
        match self.first.take() {
            Some(first) => Some(first),
            None => self.batches.recv().await,
        }
    }

    /// How the reading ended, once there are no more batches.
    async fn end(&mut self) -> StoreResult<()> {
        match self.task.take() {
            None => Ok(()),
            Some(task) => task.await.unwrap_or_else(|_| {
                Err(StoreError::Fault(
                    "an export was given up because of a bug".into(),
                ))
            }),
        }
    }
}

fn document(user: User, reading: Reading) -> impl Stream<Item = Result<Bytes, StoreError>> + Send {
    let begin = stream::iter([Ok(Bytes::from_static(EXPORT_BEGIN.as_bytes()))]);
    let rest = stream::try_unfold(Some((user, reading)), async |state| {
        let Some((user, mut reading)) = state else {
            return Ok(None);
        };
        match reading.next().await {
            Some(keys) => {
                let lines = lines(&user, keys, &mut reading.count)?;
                Ok(Some((lines, Some((user, reading)))))
            }
            None => {
                let ended = reading.end().await;
                ended.inspect_err(|error| tracing::warn!(%error, "an export was not completed"))?;
                let end = format!("\n{EXPORT_END}{}}}\n", reading.count);
                Ok(Some((Bytes::from(end), None)))
            }
        }
    });
    begin.chain(rest)
}

fn lines(user: &User, keys: Vec<KeyRecord>, count: &mut u64) -> StoreResult<Bytes> {
    let mut lines = Vec::new();
    for key in keys {
        let separator: &[u8] = if *count == 0 { b"\n" } else { b",\n" };
        lines.extend_from_slice(separator);
        serde_json::to_writer(&mut lines, &seen_by(user, key))
            .map_err(|error| StoreError::Fault(error.to_string()))?;
        *count += 1;
    }
    Ok(lines.into())
}
