//! `cargo bench --bench scan [-- DIRECTORY]`: `keydeck scan` over a tree of files, which is the registry's sources unless
//! another is named, beside what reading those files takes with a search for nothing but how tokens begin, and beside
//! gitleaks where that is installed. Rounds take turns. Prints the medians of wall and CPU time, and both as ratios; nothing is
//! asserted.
//!
//! What is to hold on a tree without keys: at most 1.5 times what the plain search takes, although layers are undone.

#[expect(dead_code, reason = "shared with the other benchmarks")]
mod common;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aho_corasick::AhoCorasick;
use common::{AnyError, ROUNDS, median, ticks};
use ignore::{WalkBuilder, WalkState};
use keydeck::model::{TokenKind, webhook_secret};

/// So much is read at once, as `keydeck scan` does.
const WINDOW: usize = 256 * 1024;
/// Says to this program that it is to search plainly.
const PLAIN: &str = "--plain";

fn main() -> Result<(), AnyError> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let directory = match &args[..] {
        [first, directory] if first == PLAIN => return plain(Path::new(directory)),
        [named, ..] => PathBuf::from(named),
        [] => registry()?,
    };
    let mut programs = vec![
        program("plain search", std::env::current_exe()?, &[PLAIN], &directory),
        program(
            "keydeck scan",
            env!("CARGO_BIN_EXE_keydeck").into(),
            &["scan", "--offline"],
            &directory,
        ),
    ];
    if Command::new("gitleaks")
        .arg("version")
        .stdout(Stdio::null())
        .status()
        .is_ok()
    {
        let quiet = ["dir", "--no-banner", "--log-level", "fatal", "--exit-code", "0"];
        programs.push(program("gitleaks dir", "gitleaks".into(), &quiet, &directory));
    }
    measure(&mut programs)?;
    Ok(())
}

fn registry() -> Result<PathBuf, AnyError> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    Ok(home.ok_or("no home directory")?.join("registry/src"))
}

/// What is timed, and the wall and CPU seconds of each round.
struct Program {
    name: &'static str,
    command: Command,
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

fn program(name: &'static str, path: PathBuf, args: &[&str], directory: &Path) -> Program {
    let mut command = Command::new(path);
    command
        .args(args)
        .arg(directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Program {
        name,
        command,
        wall: Vec::new(),
        cpu: Vec::new(),
    }
}

fn measure(programs: &mut [Program]) -> Result<(), AnyError> {
    // The first round reads the files from the disk.
    for round in 0..=ROUNDS {
        for program in &mut *programs {
            let (began, before) = (Instant::now(), children_cpu_time()?);
            program.command.status()?;
            if round > 0 {
                program.wall.push(began.elapsed().as_secs_f64());
                let used: Duration = children_cpu_time()? - before;
                program.cpu.push(used.as_secs_f64());
            }
        }
    }
    println!("| | wall s | CPU s | × wall | × CPU |\n|---|---|---|---|---|");
    let plain = (median(programs[0].wall.clone()), median(programs[0].cpu.clone()));
    for Program { name, wall, cpu, .. } in programs {
        let (wall, cpu) = (median(wall.clone()), median(cpu.clone()));
        println!(
            "| {name} | {wall:.2} | {cpu:.2} | {:.2} | {:.2} |",
            wall / plain.0,
            cpu / plain.1
        );
    }
    Ok(())
}

/// CPU time that all programs used which this one started and waited for.
fn children_cpu_time() -> Result<Duration, AnyError> {
    // cutime and cstime are fields 16 and 17 of proc(5).
    ticks("self", 16)
}

/// Reads all files on every core and looks for nothing but how tokens begin.
fn plain(directory: &Path) -> Result<(), AnyError> {
    let prefixes = TokenKind::ALL.map(TokenKind::prefix);
    let beginnings = AhoCorasick::new(prefixes.iter().chain([&webhook_secret::PREFIX]))?;
    let found = AtomicU64::new(0);
    WalkBuilder::new(directory)
        .standard_filters(false)
        .build_parallel()
        .run(|| {
            let mut window = vec![0; WINDOW];
            let (beginnings, found) = (&beginnings, &found);
            Box::new(move |entry| {
                let file = entry
                    .ok()
                    .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
                if let Some(mut file) = file.and_then(|entry| File::open(entry.path()).ok()) {
                    while let Ok(length @ 1..) = file.read(&mut window) {
                        found.fetch_add(
                            beginnings.find_iter(&window[..length]).count() as u64,
                            Ordering::Relaxed,
                        );
                    }
                }
                WalkState::Continue
            })
        });
    println!("{}", found.into_inner());
    Ok(())
}
