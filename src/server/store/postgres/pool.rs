//! Connections for what takes several statements or some time: borrowed one at a time.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, RecyclingMethod, Runtime,
};

use super::address::Address;
use crate::server::store::{StoreError, StoreResult};

/// How long a request waits for a connection that is in use, or for a new one.
const WAIT: Duration = Duration::from_secs(5);

/// What every connection is set to: plans that need no compiler, an end to what hangs, and that a commit is
/// answered only when it is on disk.
const SESSION: &str = "SET jit = off; SET statement_timeout = '9s'; SET lock_timeout = '9s';
     SET idle_in_transaction_session_timeout = '5s'; SET client_min_messages = 'warning';
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

#[derive(Clone)]
pub struct Pool(deadpool_postgres::Pool);

/// A borrowed connection. One that is not given back, since what it was asked was cut off or refused, is
/// closed: its state is unknown.
pub struct Lease(Option<Object>);

impl Pool {
    /// Of at most `size` connections, each of which also runs `settings`.
    pub fn new(address: &Address, size: usize, settings: &'static str) -> StoreResult<Self> {
        let manager = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_config(address.config.clone(), address.tls.clone(), manager);
        let prepare = Hook::async_fn(move |client: &mut ClientWrapper, _| {
            Box::pin(async move {
                prepare(client).await.map_err(HookError::Backend)?;
                client.batch_execute(settings).await.map_err(HookError::Backend)
            })
        });
        deadpool_postgres::Pool::builder(manager)
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .post_create(prepare)
            .build()
            .map(Self)
            .map_err(|error| StoreError::Fault(error.to_string()))
    }

    pub async fn lease(&self) -> StoreResult<Lease> {
        Ok(Lease(Some(self.0.get().await?)))
    }
}

pub async fn prepare(client: &tokio_postgres::Client) -> Result<(), tokio_postgres::Error> {
    client.batch_execute(SESSION).await
}

impl Lease {
    pub fn give_back(mut self) {
        self.0 = None;
    }
}

impl Deref for Lease {
    type Target = ClientWrapper;

    #[expect(
        clippy::expect_used,
        reason = "only giving back and dropping take it, and both consume the lease"
    )]
    fn deref(&self) -> &ClientWrapper {
        self.0.as_ref().expect("borrowed")
    }
}

impl DerefMut for Lease {
    #[expect(
        clippy::expect_used,
        reason = "only giving back and dropping take it, and both consume the lease"
    )]
    fn deref_mut(&mut self) -> &mut ClientWrapper {
        self.0.as_mut().expect("borrowed")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            drop(Object::take(object));
        }
    }
}
