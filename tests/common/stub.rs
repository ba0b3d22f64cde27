//! Servers that say what a test wants, byte by byte, and clients that call them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use keydeck::api::KeyFields;
use keydeck::client::{Client, Endpoint, Timeouts};
use keydeck::model::{Scope, Secret, Servers};

pub const TOKEN: &str = "kdu_the-token-of-a-test";
pub const PROBLEM: &str = "application/problem+json";
pub const SHORT: Timeouts = Timeouts {
    connect: Duration::from_millis(500),
    total: Duration::from_millis(200),
    silence: Duration::from_millis(200),
};

/// A server of one answer, after which it closes the connection.
pub struct Stub {
    pub address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Stub {
    pub fn start(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::reading(move |_, stream| answer(stream))
    }

    /// The answer depends on the head of the request.
    pub fn reading(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::taking(move |stream, count| {
            let head = read_head(stream);
            count();
            answer(&head, stream);
        })
    }

    /// Closes each connection before it has read a request to its end, which resets it.
    pub fn resetting() -> Self {
        Self::taking(|stream, count| {
            count();
            stream.read_exact(&mut [0]).expect("a request");
        })
    }

    pub fn answering(status: &str, media_type: &str, body: &str) -> Self {
        Self::answering_with("Location: http://127.0.0.1:1/", status, media_type, body)
    }

    pub fn answering_with(header: &str, status: &str, media_type: &str, body: &str) -> Self {
        let text = response(header, status, media_type, body);
        Self::start(move |stream| drop(stream.write_all(text.as_bytes())))
    }

    /// Each connection has a thread of its own.
    fn taking(serve: impl Fn(&mut TcpStream, &dyn Fn()) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let address = listener.local_addr().expect("bound");
        let requests = Arc::new(AtomicUsize::new(0));
        let (counter, serve) = (requests.clone(), Arc::new(serve));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("accepted");
                let (counter, serve) = (counter.clone(), serve.clone());
                thread::spawn(move || {
                    serve(&mut stream, &|| {
                        counter.fetch_add(1, Ordering::SeqCst);
                    });
                });
            }
        });
        Self { address, requests }
    }

    pub fn client(&self) -> Client {
        client(&[self.address])
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

pub fn response(header: &str, status: &str, media_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n{header}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// An address that nobody listens on.
pub fn nobody() -> SocketAddr {
    let bound = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    bound.expect("bound")
}

pub fn endpoint(addresses: &[SocketAddr]) -> Endpoint {
    let urls: Vec<String> = addresses
        .iter()
        .map(|address| format!("http://{address}"))
        .collect();
    Endpoint::new(Servers::parse(&urls).expect("addresses"), Secret::new(TOKEN))
}

pub fn client(addresses: &[SocketAddr]) -> Client {
    let mut endpoint = endpoint(addresses);
    endpoint.timeouts = SHORT;
    Client::new(endpoint).expect("usable")
}

fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("text")
}

/// Never answers, and never closes.
pub fn hang(_: &mut TcpStream) {
    loop {
        thread::park();
    }
}

pub fn a_key() -> KeyFields {
    KeyFields {
        name: "Board".into(),
        ..KeyFields::blank(Scope::Analytics)
    }
}

pub fn problem(kind: &str, status: u16) -> String {
    format!(
        r#"{{"type":"/problems/{kind}","title":"T","status":{status},"detail":"The server's sentence."}}"#
    )
}
