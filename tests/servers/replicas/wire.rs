//! The way to the database, which can be cut and healed.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Open,
    /// Every connection breaks, and none is made.
    Cut,
    /// Nothing is heard any more of what was sent.
    Silent,
}

pub struct Wire {
    /// The database as it is reached over this.
    pub url: String,
    way: watch::Sender<Way>,
}

impl Wire {
    /// In the place of host and port of `url`.
    pub async fn to(url: &str) -> Self {
        let (user, rest) = url.split_once('@').unwrap();
        let (target, database) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let way = watch::Sender::new(Way::Open);
        tokio::spawn(accept(listener, target.to_owned(), way.clone()));
        Self {
            url: format!("{user}@{here}/{database}"),
            way,
        }
    }

    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

async fn accept(listener: TcpListener, target: String, way: watch::Sender<Way>) {
    while let Ok((near, _)) = listener.accept().await {
        if *way.borrow() == Way::Cut {
            continue;
        }
        let far = TcpStream::connect(&target).await.unwrap();
        let (near_read, near_write) = near.into_split();
        let (far_read, far_write) = far.into_split();
        tokio::spawn(carry(near_read, far_write, way.subscribe()));
        tokio::spawn(carry(far_read, near_write, way.subscribe()));
    }
}

/// Until the way is cut or one end closes.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut way: watch::Receiver<Way>) {
    let mut cut = way.clone();
    let carrying = async {
        let mut bytes = vec![0; 16 * 1024];
        loop {
            let Ok(length @ 1..) = from.read(&mut bytes).await else {
                return;
            };
            // What is silent is not lost: it arrives when the way is open again.
            let open = way.wait_for(|way| *way != Way::Silent).await.is_ok();
            if !open || to.write_all(&bytes[..length]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = carrying => {}
        _ = cut.wait_for(|way| *way == Way::Cut) => {}
    }
}
