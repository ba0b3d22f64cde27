//! A deck of Analytics keys whose tokens are known, and a gateway. Made once, kept in the target directory.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use keydeck::demo;
use keydeck::model::expiry::latest;
use keydeck::model::{AllowedNetwork, Role, Scope, Settings, Token, TokenKind, ValidKey};
use keydeck::server::new_key;
use keydeck::server::seal::{RootKey, Sealer};
use keydeck::server::store::sqlite::{SampleKey, SqliteStore};
use keydeck::server::store::{
    Actor, DataKeyStore, GatewayStore, NewGatewayRecord, PeopleStore, StatusStore, Visible,
};
use uuid::Uuid;

use super::common::{AnyError, Deck};

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
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-checks-{keys}"));
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
            // A tenth of them ends, and another one is bound to networks.
            settings: Settings {
                expires_at: (n % 10 == 0).then(|| latest(now, 400)),
                allowed_networks: if n % 10 == 5 { networks.clone() } else { Vec::new() },
                ..Settings::default()
            },
        };
        let (new, token) = new_key(&sealer, &valid, None, now).ok()?;
        writeln!(tokens, "{}", token.expose()).ok()?;
        Some(SampleKey {
            new,
            creator: owner.id,
            last_used_at: None,
            usage: Vec::new(),
        })
    });
    store.bulk_load([], [], keys, |_| {})?;
    tokens.flush()?;
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
    Ok(token.expose().to_owned())
}
