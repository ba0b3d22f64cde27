//! Whether a file is its user's own: nobody else wrote it, can write it, or can put another in its place.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::process::{Uid, geteuid};

/// What group and others may not have: the right to write.
const WRITABLE_BY_OTHERS: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// Why a file is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distrust {
    Writable(PathBuf),
    Foreign { path: PathBuf, owner: u32 },
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Distrust::Writable(path) => {
                let path = path.display();
                write!(
                    f,
                    "others can write {path}; look at what is in it, then run: chmod go-w '{path}'"
                )
            }
            Distrust::Foreign { path, owner } => {
                write!(f, "{} belongs to another user (id {owner})", path.display())
            }
        }
    }
}

/// Looks at the file, where links lead, and at the directory that it is in. `None`: it is its user's own, or root's.
pub fn distrust(path: &Path) -> io::Result<Option<Distrust>> {
    let path = fs::canonicalize(path)?;
    // Whoever can write the directory can put another file there, unless it keeps everybody to their own.
    let directory = path.parent().map(|directory| (directory, STICKY));
    for (path, exempt) in [(path.as_path(), 0)].into_iter().chain(directory) {
        let found = fs::metadata(path)?;
        let path = path.to_owned();
        if found.uid() != geteuid().as_raw() && found.uid() != Uid::ROOT.as_raw() {
            let owner = found.uid();
            return Ok(Some(Distrust::Foreign { path, owner }));
        }
        if found.mode() & WRITABLE_BY_OTHERS != 0 && found.mode() & exempt == 0 {
            return Ok(Some(Distrust::Writable(path)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn what_others_can_write_or_replace_is_not_trusted() {
        let home = tempfile::tempdir().expect("made");
        let directory = home.path().join("keydeck");
        let file = directory.join("config.toml");
        fs::create_dir(&directory).expect("made");
        fs::write(&file, "").expect("written");
        let link = home.path().join("link.toml");
        symlink(&file, &link).expect("made");
        for (of_directory, of_file, is_trusted) in [
            (0o700, 0o600, true),
            (0o755, 0o644, true),
            (0o700, 0o622, false),
            (0o700, 0o660, false),
            (0o700, 0o602, false),
            (0o777, 0o600, false),
            (0o770, 0o600, false),
            (0o1777, 0o600, true),
        ] {
            fs::set_permissions(&directory, Permissions::from_mode(of_directory)).expect("set");
            fs::set_permissions(&file, Permissions::from_mode(of_file)).expect("set");
            for path in [&file, &link] {
                let found = distrust(path).expect("there");
                assert_eq!(
                    found.is_none(),
                    is_trusted,
                    "{of_directory:o} {of_file:o} {found:?}"
                );
            }
        }
    }
}
