//! Says where the commit that is built stands, for `src/commit.rs` alone: this script doesn't run again for a new
//! commit, so that one compiles no more than `src/main.rs`.
//!
//! The file that `KEYDECK_REFLOG` names has the commit as the second word of its last line. In a clone that is git's own log of
//! `HEAD`. Whoever builds from elsewhere says it in `KEYDECK_COMMIT`; a packed crate has it in `.cargo_vcs_info.json`.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const PACKED: &str = ".cargo_vcs_info.json";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=KEYDECK_COMMIT");
    let directory = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let reflog = match said().or_else(|| packed(&directory)) {
        None => git_directory(&directory)
            .map(|git| git.join("logs/HEAD"))
            .filter(|log| log.is_file()),
        Some(commit) => Some(written(&format!("- {commit}\n"))?),
    };
    let reflog = reflog.map_or_else(|| written(""), Ok)?;
    println!("cargo::rustc-env=KEYDECK_REFLOG={}", reflog.display());
    Ok(())
}

fn said() -> Option<String> {
    env::var("KEYDECK_COMMIT")
        .ok()
        .filter(|commit| !commit.trim().is_empty())
}

fn packed(directory: &Path) -> Option<String> {
    let info = fs::read_to_string(directory.join(PACKED)).ok()?;
    println!("cargo::rerun-if-changed={PACKED}");
    let (_, rest) = info.split_once("\"sha1\"")?;
    rest.split('"').nth(1).map(str::to_owned)
}

/// Of a clone, or of a work tree beside one; `None` in a directory without git.
fn git_directory(directory: &Path) -> Option<PathBuf> {
    let git = directory.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let link = fs::read_to_string(git).ok()?;
    Some(directory.join(link.strip_prefix("gitdir:")?.trim()))
}

fn written(text: &str) -> io::Result<PathBuf> {
    let path = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("reflog");
    fs::write(&path, text)?;
    Ok(path)
}
