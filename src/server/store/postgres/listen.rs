//! Hears from the database that something was committed, by whichever server. Only screens depend on
//! it: after a connection that was lost, all is looked at again.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_postgres::{AsyncMessage, Error};

use super::address::Address;
use super::error::told;

const PAUSE: Duration = Duration::from_secs(1);

/// Rings `committed` for as long as the task runs.
pub fn start(address: Address, committed: Arc<Notify>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            if let Err(error) = listen(&address, &committed).await {
                tracing::debug!(error = told(&error), "changes of other servers show late");
            }
            // The next look finds out whether the database is away.
            committed.notify_one();
            sleep(PAUSE).await;
        }
    })
}

/// Returns when the connection ends.
async fn listen(address: &Address, committed: &Notify) -> Result<(), Error> {
    let (client, mut connection) = address.config.connect(address.tls.clone()).await?;
    // The client asks, and the connection must be polled for it to be heard.
    let asked = async move {
        let listening = client.batch_execute("LISTEN keydeck").await;
        // What was committed while there was no listener.
        committed.notify_one();
        listening.map(|()| client)
    };
    let heard = async {
        while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(_) = message? {
                committed.notify_one();
            }
        }
        Ok(())
    };
    tokio::pin!(heard);
    let _client = tokio::select! {
        ended = &mut heard => return ended,
        client = asked => client?,
    };
    heard.await
}
