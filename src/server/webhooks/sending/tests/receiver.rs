//! A receiver that takes one connection.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a receiver does with a connection; what it returns is what it saw.
pub struct Receiver<T> {
    pub address: SocketAddr,
    task: JoinHandle<T>,
}

impl<T: Send + 'static> Receiver<T> {
    pub async fn on<F: Future<Output = T> + Send + 'static>(
        address: &str,
        act: impl FnOnce(TcpStream) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let task = tokio::spawn(async move {
            let (socket, _) = listener.accept().await.expect("a connection");
            act(socket).await
        });
        Self { address, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hooks?from=keydeck", self.address)
    }

    /// After the delivery.
    pub async fn saw(mut self) -> T {
        (&mut self.task).await.expect("no panic")
    }

    /// Whether nobody has connected.
    pub fn is_waiting(&self) -> bool {
        !self.task.is_finished()
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A whole request: its head and body, as text.
pub async fn request(socket: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().expect("a length"));
            if body.len() == length {
                return text;
            }
        }
        let mut more = [0; 1024];
        match socket.read(&mut more).await.expect("read") {
            0 => return text,
            count => bytes.extend_from_slice(&more[..count]),
        }
    }
}
