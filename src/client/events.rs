//! The live stream of changes (server-sent events).

use eventsource_stream::{Event, EventStreamError, Eventsource};
use futures_util::{Stream, StreamExt, TryStreamExt, future, stream};
use serde::de::DeserializeOwned;

use super::server::Server;
use super::transport::Transport;
use super::{Client, Error, EventNotice, pacing};
use crate::api::ChangeEvent;

impl Client {
    /// Connects and listens. Ends with an error, also when the server only closes the stream or
    /// stays silent; connecting again is the caller's business, and finds the next server where there
    /// are several. Ends without one when calls go to another server: this one may be cut off from
    /// what happens.
    pub fn events(&self) -> impl Stream<Item = Result<EventNotice, Error>> + Send + use<> {
        let transport = self.transport.clone();
        stream::once(connect(transport)).try_flatten()
    }
}

async fn connect(
    transport: Transport,
) -> Result<impl Stream<Item = Result<EventNotice, Error>> + Send, Error> {
    let (index, response) = transport
        .stream("v1/events", |request| {
            request.header("accept", "text/event-stream")
        })
        .await?;
    let mut asked = transport.replicas.subscribe();
    let others_are_asked = async move {
        // The sender lives as long as the stream, which holds the transport.
        let _ = asked.wait_for(|now| *now != index).await;
    };
    let reading = transport.clone();
    let closed = Error::Offline(format!(
        "{} closed the connection",
        transport.replicas.server(index).address
    ));
    let bytes = pacing::bytes(response.bytes_stream()).peekable();
    // A proxy may pass on the head and hold up the rest: the stream is there when something of it is.
    let notices = stream::once(async move {
        let mut bytes = Box::pin(bytes);
        let has_begun = matches!(bytes.as_mut().peek().await, Some(Ok(_)));
        let notices = bytes
            .eventsource()
            .map(move |event| read(reading.replicas.server(index), event))
            .filter_map(|notice| future::ready(notice.transpose()));
        let connected = has_begun.then_some(Ok(EventNotice::Connected));
        stream::iter(connected).chain(pacing::notices(notices))
    });
    let told = notices
        .flatten()
        .chain(stream::iter([Err(closed)]))
        .take_until(Box::pin(others_are_asked));
    // A broken connection reports its error as often as it is asked.
    let mut ended = false;
    Ok(told.take_while(move |notice| {
        let go_on = !ended;
        ended = notice.is_err();
        if ended {
            transport.replicas.pass_on(index);
        }
        future::ready(go_on)
    }))
}

/// A notice of an event; kinds of events that this version doesn't know are ignored.
fn read(
    server: &Server,
    event: Result<Event, EventStreamError<reqwest::Error>>,
) -> Result<Option<EventNotice>, Error> {
    match event {
        Ok(event) if event.event == "key" => data(server, &event).map(|key| Some(EventNotice::Key(key))),
        Ok(event) if event.event == "change" => {
            data(server, &event).map(|change: ChangeEvent| Some(EventNotice::Change(change.about)))
        }
        Ok(event) if event.event == "resync" => Ok(Some(EventNotice::Resync)),
        Ok(_) => Ok(None),
        Err(EventStreamError::Transport(error)) => Err(server.transport_error(&error)),
        Err(_) => Err(server.not_keydeck("sent events that can't be read")),
    }
}

fn data<T: DeserializeOwned>(server: &Server, event: &Event) -> Result<T, Error> {
    serde_json::from_str(&event.data).map_err(|_| server.not_keydeck("sent an event that can't be read"))
}
