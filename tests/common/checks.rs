//! A gateway on a connection of its own, which asks as fast as it is answered. Written out, so that
//! asking costs little beside answering.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

pub struct Checks {
    stream: BufReader<TcpStream>,
    gateway: String,
    origin: &'static str,
}

impl Checks {
    /// `address` is a host and a port; `gateway` the gateway's token.
    pub async fn connect(address: &str, gateway: &str, origin: &'static str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        Self {
            stream: BufReader::new(stream),
            gateway: gateway.to_owned(),
            origin,
        }
    }

    /// The status of the answer.
    pub async fn ask(&mut self, key: &str) -> u16 {
        let check = format!(
            "GET /v1/authorize HTTP/1.1\r\nhost: keydeck\r\norigin: {}\r\nx-keydeck-gateway: {}\r\nx-api-key: {key}\r\n\r\n",
            self.origin, self.gateway
        );
        self.stream.write_all(check.as_bytes()).await.expect("it listens");
        let (mut line, mut status, mut length) = (String::new(), 0, 0);
        loop {
            line.clear();
            self.stream.read_line(&mut line).await.expect("a line");
            match line.trim_end().split_once(' ') {
                None => break,
                Some(("HTTP/1.1", rest)) => status = rest[..3].parse().expect("a status"),
                Some(("content-length:", number)) => length = number.parse().expect("a length"),
                Some(_) => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.expect("a body");
        status
    }
}
