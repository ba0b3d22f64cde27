//! Names: each is looked up once, and all its addresses are judged.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::io::AsyncWriteExt;

use super::receiver::{Receiver, request};
use super::{LookUp, Outcome, ip, sender};

/// Answers these one after the other, and nothing afterwards.
#[derive(Clone, Default)]
struct Answers(Arc<Mutex<VecDeque<Vec<IpAddr>>>>);

impl Answers {
    fn of(answers: &[&[&str]]) -> Self {
        let answers = answers
            .iter()
            .map(|addresses| addresses.iter().map(|text| ip(text)).collect());
        Self(Arc::new(Mutex::new(answers.collect())))
    }

    fn left(&self) -> usize {
        self.0.lock().expect("no panic").len()
    }
}

#[async_trait]
impl LookUp for Answers {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let next = self.0.lock().expect("no panic").pop_front();
        next.ok_or_else(|| io::Error::other("asked once too often"))
    }
}

struct Silent;

#[async_trait]
impl LookUp for Silent {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        std::future::pending().await
    }
}

async fn fine(address: &str) -> Receiver<String> {
    let act = async |mut socket: tokio::net::TcpStream| {
        let request = request(&mut socket).await;
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        socket.write_all(answer).await.expect("written");
        request
    };
    Receiver::on(address, act).await
}

#[tokio::test]
async fn a_name_that_changes_its_address_reaches_only_what_was_judged() {
    let first = fine("127.0.0.1:0").await;
    let port = first.address.port();
    let second = fine(&format!("127.0.0.2:{port}")).await;
    let names = Answers::of(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let sender = sender(&["127.0.0.1"]).asking(names.clone());
    let url = format!("http://hooks.acme.example:{port}/");
    assert_eq!(sender.deliver(&url).await, Outcome::Delivered { status: 200 });
    assert_eq!(names.left(), 1);
    let request = first.saw().await;
    assert!(
        request.contains(&format!("host: hooks.acme.example:{port}\r\n")),
        "{request}"
    );
    let refused = sender.deliver(&url).await;
    assert!(matches!(refused, Outcome::NotPermitted(_)), "{refused:?}");
    assert!(refused.to_string().contains("127.0.0.2"), "{refused}");
    assert!(second.is_waiting());
}

#[tokio::test]
async fn one_address_that_is_not_permitted_is_enough() {
    let receiver = fine("127.0.0.1:0").await;
    let port = receiver.address.port();
    for addresses in [["127.0.0.1", "10.0.0.7"], ["10.0.0.7", "127.0.0.1"]] {
        let sender = sender(&["127.0.0.1"]).asking(Answers::of(&[&addresses]));
        let outcome = sender
            .deliver(&format!("http://hooks.acme.example:{port}/"))
            .await;
        assert!(outcome.to_string().contains("10.0.0.7"), "{outcome}");
    }
    assert!(receiver.is_waiting());
}

#[tokio::test]
async fn another_address_is_tried_where_one_is_down() {
    let receiver = fine("127.0.0.1:0").await;
    let port = receiver.address.port();
    let sender = sender(&["127.0.0.0/8"]).asking(Answers::of(&[&["127.0.0.3", "127.0.0.1"]]));
    let outcome = sender
        .deliver(&format!("http://hooks.acme.example:{port}/"))
        .await;
    assert_eq!(outcome, Outcome::Delivered { status: 200 });
}

#[tokio::test]
async fn a_listed_name_may_be_inside_but_not_link_local() {
    let receiver = fine("127.0.0.1:0").await;
    let port = receiver.address.port();
    let url = format!("http://hooks.acme.example:{port}/");
    let listed = sender(&["hooks.acme.example"]);
    let outcome = listed
        .clone()
        .asking(Answers::of(&[&["127.0.0.1"]]))
        .deliver(&url)
        .await;
    assert_eq!(outcome, Outcome::Delivered { status: 200 });
    for address in ["169.254.169.254", "fe80::1", "224.0.0.1", "192.0.2.1"] {
        let sender = listed.clone().asking(Answers::of(&[&[address]]));
        let outcome = sender.deliver(&url).await;
        assert!(matches!(outcome, Outcome::NotPermitted(_)), "{outcome:?}");
    }
    let other = listed.asking(Answers::of(&[&["127.0.0.1"]]));
    let outcome = other.deliver(&format!("http://other.acme.example:{port}/")).await;
    assert!(matches!(outcome, Outcome::NotPermitted(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_name_without_an_answer_is_said_to_have_none() {
    let url = "https://hooks.acme.example/";
    let nothing = sender(&[]).asking(Answers::of(&[&[]])).deliver(url).await;
    assert_eq!(nothing, Outcome::Unresolved("nothing was found".into()));
    let failed = sender(&[]).asking(Answers::default()).deliver(url).await;
    assert_eq!(failed, Outcome::Unresolved("asked once too often".into()));
    let late = sender(&[]).impatient().asking(Silent).deliver(url).await;
    assert_eq!(late, Outcome::TimedOut);
    // The system says so as well; the name is reserved for never having an address (RFC 6761).
    let system = sender(&[]).deliver("https://hooks.invalid/").await;
    assert!(matches!(system, Outcome::Unresolved(_)), "{system:?}");
}

/// Their addresses are this machine's, so that they are refused before anything is sent.
#[tokio::test]
async fn the_system_is_asked_for_names_of_this_machine() {
    let receiver = fine("127.0.0.1:0").await;
    let port = receiver.address.port();
    let url = format!("http://localhost:{port}/");
    let outcome = sender(&[]).deliver(&url).await;
    assert!(matches!(outcome, Outcome::NotPermitted(_)), "{outcome:?}");
    assert!(receiver.is_waiting());
    let outcome = sender(&["localhost"]).deliver(&url).await;
    assert_eq!(outcome, Outcome::Delivered { status: 200 });
}
