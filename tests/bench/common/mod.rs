//! What both benchmarks need: decks of a given size (made once, kept in the target directory), the
//! release server over one, and medians.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use keydeck::api::WEEK_DAYS;
use keydeck::model::{Role, Token, TokenKind};
use keydeck::server::seal::RootKey;
use keydeck::server::store::{Actor, NewUserRecord, PeopleStore, Visible};

/// Rounds of every measurement; figures are their median.
pub const ROUNDS: usize = 5;

pub type AnyError = Box<dyn std::error::Error>;

/// The sizes to measure: those named on the command line, or all three.
pub fn sizes() -> Vec<u64> {
    let named: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    if named.is_empty() {
        vec![1_000, 100_000, 1_000_000]
    } else {
        named
    }
}

/// As if all keys had been used every day.
fn use_all(database: &Path) -> Result<(), AnyError> {
    let counts = vec!["abs(random()) % 5000"; 2 * WEEK_DAYS].join(", ");
    let conn = rusqlite::Connection::open(database)?;
    conn.execute_batch(&format!(
        "INSERT OR REPLACE INTO usage_weeks SELECT seq, unixepoch() / 86400, {counts} FROM keys"
    ))?;
    Ok(())
}

/// A database with generated keys, its root key, and the token of an Owner.
pub struct Deck {
    /// As behind `--database`.
    pub database: String,
    pub root_key: PathBuf,
    pub token: String,
}

impl Deck {
    /// The one that was made in this directory.
    pub fn at(directory: &Path, token: String) -> Self {
        Self {
            database: format!("sqlite:{}", directory.join("keydeck.db").display()),
            root_key: directory.join("root.key"),
            token,
        }
    }

    /// Makes it at the first use.
    pub fn of(keys: u64) -> Result<Self, AnyError> {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-used-{keys}"));
        let deck = |token| Self::at(&directory, token);
        let token_file = directory.join("token");
        if let Ok(token) = std::fs::read_to_string(&token_file) {
            return Ok(deck(token));
        }
        if directory.exists() {
            std::fs::remove_dir_all(&directory)?;
        }
        std::fs::create_dir_all(&directory)?;
        let deck = deck(String::new());
        let began = Instant::now();
        let root_key = RootKey::generate()?;
        root_key.write_new(&deck.root_key, None)?;
        let database = directory.join("keydeck.db");
        let store = keydeck::demo::organisation(&database, &root_key, Some(keys), |_| {})
            .map_err(|failure| failure.to_string())?;
        let token = Token::generate(TokenKind::User)?;
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            let owner = store.first_user(Role::Owner).await?;
            let owner = owner.ok_or("no owner")?;
            let by = Actor {
                user: owner.id,
                role: owner.role,
                token: None,
                address: None,
                visible: Visible::All,
            };
            let new = NewUserRecord {
                email: "bench@acme.example".into(),
                role: Role::Owner,
                token: Some(token.hash()),
            };
            store
                .add_user(new, by)
                .await?
                .map_err(|_| "the address is taken")?;
            Ok::<_, AnyError>(())
        })?;
        drop(store);
        use_all(&database)?;
        std::fs::write(&token_file, token.expose())?;
        eprintln!(
            "made a deck of {keys} keys in {:.1} s",
            began.elapsed().as_secs_f64()
        );
        Ok(Self {
            token: token.expose().to_owned(),
            ..deck
        })
    }

    /// The release server on a free port, ready.
    pub fn serve(&self) -> Result<Server, AnyError> {
        self.serve_with(Command::new(env!("CARGO_BIN_EXE_keydeck")))
    }

    /// The same; `program` runs it.
    pub fn serve_with(&self, mut program: Command) -> Result<Server, AnyError> {
        let mut child = program
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--public-url",
                "http://127.0.0.1:7390",
            ])
            .env("KEYDECK_DATABASE", &self.database)
            .arg("--root-key-file")
            .arg(&self.root_key)
            .stdout(Stdio::piped())
            .spawn()?;
        let address = first_line(&mut child)?
            .rsplit("http://")
            .next()
            .ok_or("no address")?
            .to_owned();
        Ok(Server { child, address })
    }
}

/// What a program prints first.
pub fn first_line(child: &mut Child) -> Result<String, AnyError> {
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("no stdout")?).read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// A running server; it ends with this.
pub struct Server {
    child: Child,
    /// `127.0.0.1:port`
    pub address: String,
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU time that a process has used so far.
pub fn cpu_time(pid: u32) -> Result<Duration, AnyError> {
    // utime and stime are fields 14 and 15 of proc(5).
    ticks(&pid.to_string(), 14)
}

/// The sum of two times in a row of what the kernel says of a process, which are in ticks of 1/100 s on Linux.
pub fn ticks(process: &str, first: usize) -> Result<Duration, AnyError> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    // Field 3 is the first behind the name.
    let ticks: u64 = fields[first - 3].parse::<u64>()? + fields[first - 2].parse::<u64>()?;
    Ok(Duration::from_millis(ticks * 10))
}

/// Share of one core that a process uses over `window`, in percent.
pub fn cpu_percent(pid: u32, window: Duration) -> Result<f64, AnyError> {
    let before = cpu_time(pid)?;
    std::thread::sleep(window);
    Ok((cpu_time(pid)? - before).as_secs_f64() / window.as_secs_f64() * 100.0)
}

/// Resident memory of a process in MiB.
pub fn resident_mib(pid: u32) -> Result<f64, AnyError> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .ok_or("no VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("no figure")?.parse()?;
    Ok(kib / 1024.0)
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A table with a row a figure and a column a size.
pub struct Table {
    sizes: Vec<u64>,
    rows: Vec<(String, Vec<String>)>,
}

impl Table {
    pub fn new(sizes: &[u64]) -> Self {
        Self {
            sizes: sizes.to_vec(),
            rows: Vec::new(),
        }
    }

    pub fn put(&mut self, figure: &str, value: String) {
        eprintln!("{figure}: {value}");
        match self.rows.iter_mut().find(|(name, _)| name == figure) {
            Some((_, values)) => values.push(value),
            None => self.rows.push((figure.to_owned(), vec![value])),
        }
    }

    pub fn print(&self) {
        let sizes: Vec<String> = self.sizes.iter().map(|size| format!("{size} keys")).collect();
        println!("| figure | {} |", sizes.join(" | "));
        println!("|---|{}", "---|".repeat(sizes.len()));
        for (name, values) in &self.rows {
            println!("| {name} | {} |", values.join(" | "));
        }
    }
}
