//! Whether a file belongs to its user alone: nobody else wrote it, can write it, or can replace it or any
//! directory or link that leads to it.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use rustix::io::Errno;
use rustix::process::{Uid, geteuid};

/// What group and others may not have: the right to write.
const WRITABLE_BY_OTHERS: u32 = 0o022;
const STICKY: u32 = 0o1000;
/// As many as Linux follows.
const MAX_LINKS: u32 = 40;

/// Why a file is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Untrusted {
    Writable(PathBuf),
    Foreign { path: PathBuf, owner: u32 },
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Untrusted::Writable(path) => {
                let path = path.display();
                write!(
                    f,
                    "others can write {path}; look at what is in it, then run: chmod go-w '{path}'"
                )
            }
            Untrusted::Foreign { path, owner } => {
                let path = path.display();
                write!(
                    f,
                    "{path} belongs to another user (id {owner}), who can change it and what is in it; look at that, \
                     then run: sudo chown -h \"$(id -un)\" '{path}'"
                )
            }
        }
    }
}

/// Looks at the file and at every directory and link that leads to it. `None`: nobody but its user and root can put
/// something else there.
pub fn untrusted(path: &Path) -> io::Result<Option<Untrusted>> {
    let mut here = PathBuf::new();
    let mut ahead = steps(&std::path::absolute(path)?);
    let mut links = 0;
    while let Some(step) = ahead.pop() {
        if step == ".." {
            here.pop();
            continue;
        }
        let path = here.join(&step);
        let found = fs::symlink_metadata(&path)?;
        if found.uid() != geteuid().as_raw() && found.uid() != Uid::ROOT.as_raw() {
            let owner = found.uid();
            return Ok(Some(Untrusted::Foreign { path, owner }));
        }
        if found.is_symlink() {
            links += 1;
            if links > MAX_LINKS {
                return Err(Errno::LOOP.into());
            }
            ahead.extend(steps(&fs::read_link(&path)?));
            continue;
        }
        // Someone who can write a directory can replace the file, unless the directory is sticky.
        let is_sticky = found.is_dir() && found.mode() & STICKY != 0;
        if found.mode() & WRITABLE_BY_OTHERS != 0 && !is_sticky {
            return Ok(Some(Untrusted::Writable(path)));
        }
        here = path;
    }
    Ok(None)
}

/// What leads to `path`, the last first. An absolute one begins at `/` wherever it is joined to.
fn steps(path: &Path) -> Vec<OsString> {
    let steps = path.components().filter(|step| *step != Component::CurDir);
    steps.rev().map(|step| step.as_os_str().to_owned()).collect()
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
                let found = untrusted(path).expect("there");
                assert_eq!(
                    found.is_none(),
                    is_trusted,
                    "{of_directory:o} {of_file:o} {found:?}"
                );
            }
        }
    }

    #[test]
    fn every_directory_and_link_on_the_way_is_looked_at() {
        let top = tempfile::tempdir().expect("made");
        let top = fs::canonicalize(top.path()).expect("there");
        let (outer, inner, aside) = (top.join("home"), top.join("home/config"), top.join("aside"));
        fs::create_dir_all(&inner).expect("made");
        fs::create_dir(&aside).expect("made");
        let file = inner.join("config.toml");
        fs::write(&file, "").expect("written");
        symlink("../home/config", aside.join("through")).expect("made");
        symlink(&inner, outer.join("absolute")).expect("made");
        let through = aside.join("through/config.toml");
        let absolute = outer.join("absolute/../config/config.toml");
        for (of_outer, of_aside, file_is_trusted, through_is_trusted) in [
            (0o755, 0o700, true, true),
            (0o777, 0o700, false, false),
            (0o775, 0o700, false, false),
            (0o1777, 0o700, true, true),
            (0o700, 0o777, true, false),
            (0o700, 0o1777, true, true),
        ] {
            fs::set_permissions(&outer, Permissions::from_mode(of_outer)).expect("set");
            fs::set_permissions(&aside, Permissions::from_mode(of_aside)).expect("set");
            for (path, is_trusted) in [
                (&file, file_is_trusted),
                (&absolute, file_is_trusted),
                (&through, through_is_trusted),
            ] {
                let found = untrusted(path).expect("there");
                let named = match (is_trusted, of_aside) {
                    (true, _) => None,
                    (false, 0o777) => Some(Untrusted::Writable(aside.clone())),
                    (false, _) => Some(Untrusted::Writable(outer.clone())),
                };
                assert_eq!(found, named, "{of_outer:o} {of_aside:o} {}", path.display());
            }
        }
        let round = top.join("round");
        symlink(&round, &round).expect("made");
        assert!(untrusted(&round).is_err() && untrusted(&top.join("none")).is_err());
    }

    #[test]
    fn the_sentence_names_what_to_mend_and_how() {
        let path = PathBuf::from("/srv/shared");
        let said = Untrusted::Writable(path.clone()).to_string();
        assert!(said.contains("chmod go-w '/srv/shared'"), "{said}");
        let said = Untrusted::Foreign { path, owner: 1000 }.to_string();
        assert!(said.contains("chown -h \"$(id -un)\" '/srv/shared'"), "{said}");
    }
}
