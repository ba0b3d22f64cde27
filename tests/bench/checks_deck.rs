//! A deck of Analytics keys whose tokens are known, and a gateway. Of a tenth of the keys a check has more to decide: they end,
//! are bound to networks, or are being rotated, and then half of them are presented by their old token. Made once, kept in
//! the target directory.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use keydeck::demo;
use keydeck::model::expiry::latest;
use keydeck::model::rotation::MAX_OVERLAP;
use keydeck::model::{AllowedNetwork, Role, Scope, Settings, Token, TokenKind, ValidKey};
use keydeck::server::seal::{RootKey, Sealer};
use keydeck::server::store::sqlite::{SampleKey, SqliteStore};
use keydeck::server::store::{
    Actor, DataKeyStore, GatewayStore, KeyStore, NewGatewayRecord, PeopleStore, RotationChange, StatusStore,
    Visible,
};
use keydeck::server::{new_key, new_token};
use uuid::Uuid;

use super::common::{AnyError, Deck};

/// Of so many keys one ends, one is bound to networks, and one is being rotated.
const SOME: u64 = 30;
/// So many are rotated at once, since a disk syncs a few hundred times a second.
const AT_ONCE: usize = 256;

/// A deck to check keys of.
pub struct ChecksDeck {
    pub deck: Deck,
    pub database: PathBuf,
    /// A file with a token a line.
    pub keys: PathBuf,
    /// The token of the gateway.
    pub gateway: String,
}

impl ChecksDeck {
    /// Makes it at the first use.
    pub fn of(keys: u64) -> Result<Self, AnyError> {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-checks-living-{keys}"));
        let gateway = directory.join("gateway");
        if !gateway.exists() {
            make(&directory, keys)?;
        }
        Ok(Self {
            gateway: std::fs::read_to_string(&gateway)?,
            database: directory.join("keydeck.db"),
            keys: directory.join("keys"),
            deck: Deck::at(&directory, String::new()),
        })
    }
}

fn make(directory: &Path, count: u64) -> Result<(), AnyError> {
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    std::fs::create_dir_all(directory)?;
    let root_key = RootKey::generate()?;
    root_key.write_new(&directory.join("root.key"), None)?;
    let database = directory.join("keydeck.db");
    let store =
        demo::organisation(&database, &root_key, None, |_| {}).map_err(|failure| failure.to_string())?;
    let gateway = tokio::runtime::Runtime::new()?.block_on(fill(&store, &root_key, directory, count))?;
    drop(store);
    // Last, so that what is half made is made anew.
    std::fs::write(directory.join("gateway"), gateway)?;
    Ok(())
}

/// Returns the token of the gateway.
async fn fill(
    store: &SqliteStore,
    root_key: &RootKey,
    directory: &Path,
    count: u64,
) -> Result<String, AnyError> {
    let sealer = Sealer::open(
        root_key,
        store.organisation().await?.id,
        &store.data_keys().await?,
    )?;
    let owner = store.first_user(Role::Owner).await?.ok_or("no owner")?;
    let mut tokens = BufWriter::new(File::create(directory.join("keys"))?);
    let now = Timestamp::now();
    let mut rotating = Vec::new();
    // Where the load says that it is.
    let networks = ["198.51.100.0/24", "203.0.113.0/24", "2001:db8::/48"];
    let networks: Vec<AllowedNetwork> = networks
        .into_iter()
        .map(AllowedNetwork::kept)
        .collect::<Result<_, _>>()?;
    let keys = (0..count).map_while(|n| {
        let valid = ValidKey {
            scope: Scope::Analytics,
            name: format!("Report {n}"),
            project: None,
            settings: Settings {
                expires_at: (n % SOME == 0).then(|| latest(now, 400)),
                allowed_networks: if n % SOME == 1 {
                    networks.clone()
                } else {
                    Vec::new()
                },
                ..Settings::default()
            },
        };
        let (new, token) = new_key(&sealer, &valid, None, now).ok()?;
        match n % SOME {
            2 => rotating.push((new.id, token)),
            _ => writeln!(tokens, "{}", token.expose()).ok()?,
        }
        Some(SampleKey {
            new,
            creator: owner.id,
            last_used_at: None,
            usage: Vec::new(),
        })
    });
    store.bulk_load([], [], keys, |_| {})?;
    let token = Token::generate(TokenKind::Gateway)?;
    let gateway = NewGatewayRecord {
        id: Uuid::now_v7(),
        name: "Bench".into(),
        token: token.hash(),
        added_at: now,
    };
    let by = Actor {
        user: owner.id,
        role: owner.role,
        token: None,
        address: None,
        visible: Visible::All,
    };
    store
        .add_gateway(gateway, by)
        .await?
        .map_err(|_| "the name is taken")?;
    let rotated = rotating
        .into_iter()
        .map(async |(id, old)| -> Result<[Token; 2], AnyError> {
            let (new, token) = new_token(&sealer, id, Scope::Analytics)?;
            match store.rotate_key(id, 1, new, MAX_OVERLAP, by).await? {
                RotationChange::Changed(_) => Ok([old, token]),
                _ => Err("a key was not rotated".into()),
            }
        });
    let rotated: Vec<[Token; 2]> = stream::iter(rotated)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    for (n, both) in rotated.iter().enumerate() {
        writeln!(tokens, "{}", both[n % 2].expose())?;
    }
    tokens.flush()?;
    Ok(token.expose().to_owned())
}
