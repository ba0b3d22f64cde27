//! Where something was found: a file, or an object of a git repository.

use std::path::PathBuf;

use crate::model::pasted::hinted;

/// Ordered as it is reported: files first, then the history from its beginning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoundIn {
    File(PathBuf),
    /// The name of a file or directory.
    Name(PathBuf),
    Git(GitSource),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GitSource {
    /// Its commit's place in the history; what no commit has comes last.
    pub order: usize,
    pub place: GitPlace,
    /// Of the object itself, in hexadecimal digits.
    pub object: String,
    /// In how many versions of the file it is, this one included.
    pub versions: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GitPlace {
    /// The commit that brought it in, and where it lies there.
    File {
        commit: String,
        path: String,
    },
    /// A commit itself: its message, author or signature.
    Commit {
        commit: String,
    },
    /// Staged, and not committed.
    Staged {
        path: String,
    },
    Tag {
        name: String,
    },
    /// The name of a file or directory, in the commit that brought it in.
    Name {
        commit: String,
        path: String,
    },
    /// The name of a branch, a tag or another reference, `refs/heads/main`.
    Ref {
        name: String,
    },
    /// Nothing leads to it any more, but git still has it.
    Unreachable {
        kind: String,
    },
}

/// So many digits of an id are enough for people and for git.
const SHORT: usize = 12;

fn short(id: &str) -> &str {
    id.get(..SHORT).unwrap_or(id)
}

impl FoundIn {
    /// With hints in the place of secrets.
    pub fn path(&self) -> Option<String> {
        match self {
            Self::File(path) | Self::Name(path) => Some(hinted(&path.display().to_string()).into_owned()),
            Self::Git(git) => match &git.place {
                GitPlace::File { path, .. }
                | GitPlace::Name { path, .. }
                | GitPlace::Staged { path }
                | GitPlace::Ref { name: path } => Some(hinted(path).into_owned()),
                GitPlace::Commit { .. } | GitPlace::Tag { .. } | GitPlace::Unreachable { .. } => None,
            },
        }
    }

    pub fn commit(&self) -> Option<&str> {
        match self {
            Self::Git(GitSource {
                place:
                    GitPlace::File { commit, .. } | GitPlace::Name { commit, .. } | GitPlace::Commit { commit },
                ..
            }) => Some(commit),
            Self::Git(_) | Self::File(_) | Self::Name(_) => None,
        }
    }

    /// Whether it is in a name, and not in what that names.
    pub fn is_name(&self) -> bool {
        match self {
            Self::Name(_) => true,
            Self::File(_) => false,
            Self::Git(git) => matches!(git.place, GitPlace::Name { .. } | GitPlace::Ref { .. }),
        }
    }

    pub fn git(&self) -> Option<&GitSource> {
        match self {
            Self::Git(git) => Some(git),
            Self::File(_) | Self::Name(_) => None,
        }
    }

    /// For people. A file of a commit is written as git takes it: `git show 3f2a1b9c0d4e:config/.env`.
    pub fn in_words(&self) -> String {
        hinted(&self.unhinted()).into_owned()
    }

    fn unhinted(&self) -> String {
        let git = match self {
            Self::File(path) => return path.display().to_string(),
            Self::Name(path) => return format!("name of {}", path.display()),
            Self::Git(git) => git,
        };
        match &git.place {
            GitPlace::Name { commit, path } => format!("name of {}:{path}", short(commit)),
            GitPlace::Ref { name } => format!("name of {name}"),
            GitPlace::File { commit, path } => format!("{}:{path}", short(commit)),
            GitPlace::Commit { commit } => format!("commit {}", short(commit)),
            GitPlace::Staged { path } => format!("staged {path}"),
            GitPlace::Tag { name } => format!("tag {name}"),
            GitPlace::Unreachable { kind } => format!("{kind} {} in no commit", short(&git.object)),
        }
    }

    /// What follows a finding: that the same is in more versions of the file.
    pub fn versions_in_words(&self) -> String {
        let of = if self.is_name() { "directory" } else { "file" };
        match self.git().map_or(1, |git| git.versions) {
            1 => String::new(),
            2 => format!(" · also in another version of the {of}"),
            many => format!(" · also in {} other versions of the {of}", many - 1),
        }
    }
}
