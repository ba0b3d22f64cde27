//! Writing a profile into `config.toml`, whose other lines and comments stay as they are.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use super::{Colour, Config, ConfigError, LOCAL, check_name};
use crate::model::{ServerAddress, Servers};

const BYTE_ORDER_MARK: &str = "\u{FEFF}";
/// As many as the system follows.
const MAX_LINKS: usize = 40;

/// What a sign-in says of a profile; what is absent stays as the file has it.
#[derive(Debug, Clone)]
pub struct ProfileEdit {
    pub name: String,
    pub servers: Servers,
    pub colour: Option<Colour>,
    pub read_only: bool,
    pub ca_file: Option<PathBuf>,
}

impl ProfileEdit {
    /// Refuses a name that no profile of a server can have.
    pub fn check(&self) -> Result<(), String> {
        check_name(&self.name)?;
        if self.name == LOCAL {
            return Err(format!(
                "{LOCAL} is the deck on this machine; choose another name"
            ));
        }
        Ok(())
    }
}

impl Config {
    /// Writes the profile, and makes it the default when the file names none; answers whether it
    /// did. The file is replaced whole or not at all, and what others write at the same time stays.
    pub fn write(&self, edit: &ProfileEdit) -> Result<bool, ConfigError> {
        let unwritable = |source| ConfigError::Unwritable {
            path: self.path.clone(),
            source,
        };
        let path = behind_links(&self.path).map_err(unwritable)?;
        let directory = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory).map_err(unwritable)?;
        // Held from before the file is read until it is replaced. The directory's, since the file is another one then.
        let lock = File::open(directory).map_err(unwritable)?;
        lock.lock().map_err(unwritable)?;
        let before = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(unwritable)?,
        };
        let (after, is_default) = edited(&before, edit).map_err(unwritable)?;
        replace(&path, &after).map_err(unwritable)?;
        Ok(is_default)
    }
}

/// The file that a link leads to, also when it is not there yet.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new(".")).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("its links lead round in a circle"))
}

fn edited(before: &str, edit: &ProfileEdit) -> io::Result<(String, bool)> {
    let (mark, text) = match before.strip_prefix(BYTE_ORDER_MARK) {
        Some(text) => (BYTE_ORDER_MARK, text),
        None => ("", before),
    };
    let (after, is_default) = edited_lines(&text.replace("\r\n", "\n"), edit)?;
    Ok((format!("{mark}{}", with_breaks_of(text, &after)), is_default))
}

/// Each line of `after` ends as it does in `before`, and new ones as the line above them.
fn with_breaks_of(before: &str, after: &str) -> String {
    let ending = |line: &str| if line.ends_with("\r\n") { "\r\n" } else { "\n" };
    let mut last = before.split_inclusive('\n').next().map_or("\n", ending);
    let known: HashMap<&str, &str> = before
        .split_inclusive('\n')
        .map(|line| (line.trim_end_matches(['\r', '\n']), ending(line)))
        .collect();
    let lines = after
        .split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => {
                last = known.get(line).copied().unwrap_or(last);
                format!("{line}{last}")
            }
            None => line.to_owned(),
        });
    lines.collect()
}

fn edited_lines(text: &str, edit: &ProfileEdit) -> io::Result<(String, bool)> {
    let mut document: DocumentMut = text.parse().map_err(io::Error::other)?;
    let becomes_default = !document.contains_key("default");
    if becomes_default {
        document = with_default(text, &edit.name).parse().map_err(io::Error::other)?;
    }
    let profiles = table(document.as_table_mut(), "profiles")?;
    let profile = table(profiles, &edit.name)?;
    set(profile, "server", written(&edit.servers));
    if let Some(colour) = edit.colour {
        set(profile, "colour", <&str>::from(colour));
    }
    if edit.read_only {
        set(profile, "read_only", true);
    }
    if let Some(file) = &edit.ca_file {
        let file = file
            .to_str()
            .ok_or_else(|| io::Error::other("the CA file's name is not text"))?;
        set(profile, "ca_file", file);
    }
    Ok((document.to_string(), becomes_default))
}

/// The default goes before the first table, which it would belong to otherwise, and after the comment that the file
/// begins with.
fn with_default(text: &str, name: &str) -> String {
    let (comment, rest) = text.split_at(leading_comment(text));
    let end = if comment.is_empty() || comment.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let gap = if rest.starts_with(['[', '#']) { "\n" } else { "" };
    format!("{comment}{end}default = {}\n{gap}{rest}", Value::from(name))
}

/// How long the comment is that the file begins with, with the blank lines around it.
fn leading_comment(text: &str) -> usize {
    let is_blank = |line: &&str| line.trim().is_empty();
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    let mut lines = text.split_inclusive('\n').peekable();
    let mut length = 0;
    for belongs in [&is_blank as &dyn Fn(&&str) -> bool, &is_comment, &is_blank] {
        while let Some(line) = lines.next_if(|line| belongs(line)) {
            length += line.len();
        }
    }
    length
}

/// A single address is not a list.
fn written(servers: &Servers) -> Value {
    match servers.iter().len() {
        1 => servers.first().as_str().into(),
        _ => Value::Array(servers.iter().map(ServerAddress::as_str).collect::<Array>()),
    }
}

/// The table of this name within `parent`, made when it is missing.
fn table<'a>(parent: &'a mut dyn TableLike, name: &str) -> io::Result<&'a mut dyn TableLike> {
    let empty = || {
        let mut table = Table::new();
        // Without keys of its own it needs no header.
        table.set_implicit(true);
        Item::Table(table)
    };
    let item = parent.entry(name).or_insert_with(empty);
    item.as_table_like_mut()
        .ok_or_else(|| io::Error::other(format!("{name} is not a table there")))
}

/// The comments beside a value that was there stay.
fn set(table: &mut dyn TableLike, key: &str, new: impl Into<Value>) {
    let mut new = new.into();
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        None => drop(table.insert(key, Item::Value(new))),
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(parent)?;
    file.write_all(text.as_bytes())?;
    if let Ok(before) = fs::metadata(path) {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file;

    fn edit(name: &str) -> ProfileEdit {
        ProfileEdit {
            name: name.into(),
            servers: Servers::parse(&["https://keys.acme.example"]).expect("valid"),
            colour: None,
            read_only: false,
            ca_file: None,
        }
    }

    #[test]
    fn the_first_profile_is_the_default() {
        let careful = ProfileEdit {
            colour: Some(Colour::Red),
            read_only: true,
            ca_file: Some("/etc/ssl/acme.pem".into()),
            ..edit("keys.acme.example")
        };
        let (text, is_default) = edited("", &careful).expect("written");
        assert!(is_default);
        assert_eq!(
            text,
            "default = \"keys.acme.example\"\n\n[profiles.\"keys.acme.example\"]\nserver = \"https://keys.acme.example\"\n\
             colour = \"red\"\nread_only = true\nca_file = \"/etc/ssl/acme.pem\"\n"
        );
        file::parse(&text, "config.toml".into()).expect("valid");
    }

    #[test]
    fn line_breaks_stay_as_they_are() {
        let lines = "# Mine.\ndefault = \"staging\" # for now\n\n[profiles.staging]\n# Ask Tama.\n\
                     server = \"https://old.example\"\n";
        let windows = lines.replace('\n', "\r\n");
        let mixed = lines.replacen('\n', "\r\n", 2);
        for before in [
            windows.clone(),
            mixed,
            format!("\u{FEFF}{windows}"),
            format!("\u{FEFF}{lines}"),
        ] {
            let (text, _) = edited(&before, &edit("staging")).expect("written");
            assert_eq!(
                text,
                before.replace("old.example", "keys.acme.example"),
                "{before:?}"
            );
            file::parse(&text, "config.toml".into()).expect(&text);
            let (more, _) = edited(&text, &edit("production")).expect("written");
            assert!(more.starts_with(&text), "{more:?}");
            file::parse(&more, "config.toml".into()).expect(&more);
        }
        let (more, _) = edited(&windows, &edit("production")).expect("written");
        assert_eq!(
            more.matches('\n').count(),
            more.matches("\r\n").count(),
            "{more:?}"
        );
    }

    #[test]
    fn profiles_that_are_written_at_once_are_all_there() {
        let home = tempfile::tempdir().expect("made");
        let target = home.path().join("dotfiles/keydeck.toml");
        let link = home.path().join("config.toml");
        std::os::unix::fs::symlink("dotfiles/keydeck.toml", &link).expect("made");
        let names: Vec<String> = (0..16).map(|n| format!("p{n}")).collect();
        std::thread::scope(|scope| {
            for name in &names {
                let config = file::parse("", link.clone()).expect("valid");
                scope.spawn(move || config.write(&edit(name)).expect("written"));
            }
        });
        assert!(link.is_symlink());
        let text = fs::read_to_string(&target).expect("there");
        let config = file::parse(&text, target).expect(&text);
        for name in &names {
            config.profile(name).expect("there");
        }
    }

    #[test]
    fn the_comment_that_the_file_begins_with_stays_first() {
        let line = "default = \"p1\"\n";
        for (before, after) in [
            ("# Mine.", format!("# Mine.\n{line}")),
            (
                "# Mine.\n# All of it.\n",
                format!("# Mine.\n# All of it.\n{line}"),
            ),
            (
                "\n# Mine.\n[profiles.a]\n",
                format!("\n# Mine.\n{line}\n[profiles.a]\n"),
            ),
            (
                "# Mine.\n\n# Ask Tama.\n[profiles.a] # soon\n",
                format!("# Mine.\n\n{line}\n# Ask Tama.\n[profiles.a] # soon\n"),
            ),
            (
                "profiles.a.read_only = true\n",
                format!("{line}profiles.a.read_only = true\n"),
            ),
        ] {
            let (text, is_default) = edited(before, &edit("p1")).expect("written");
            assert!(is_default && text.starts_with(&after), "{before:?}: {text:?}");
            file::parse(&text, "config.toml".into()).expect(&text);
            let (windows, _) = edited(&before.replace('\n', "\r\n"), &edit("p1")).expect("written");
            assert_eq!(windows.replace("\r\n", "\n"), text);
        }
    }

    #[test]
    fn comments_and_what_is_not_said_stay() {
        let before = "# Mine.\ndefault = \"staging\" # for now\n\n[profiles.staging]\n# Ask Tama.\nserver = \
                      \"https://old.example\" # soon another\nread_only = true\ncolour = \"green\"\n";
        let (text, is_default) = edited(before, &edit("staging")).expect("written");
        assert!(!is_default);
        assert_eq!(text, before.replace("old.example", "keys.acme.example"));
        let (more, _) = edited(&text, &edit("production")).expect("written");
        assert!(more.starts_with(&text), "{more}");
        assert!(
            more.ends_with("\n[profiles.production]\nserver = \"https://keys.acme.example\"\n"),
            "{more}"
        );
    }

    #[test]
    fn profiles_may_be_written_in_any_way_that_toml_has() {
        for before in [
            "profiles = { a = { server = \"https://old.example\" } }\n",
            "profiles.a.server = \"https://old.example\"\n",
        ] {
            let (text, _) = edited(before, &edit("a")).expect("written");
            let config = file::parse(&text, "config.toml".into()).expect(&text);
            let servers = config.profile("a").expect("there").servers.clone();
            assert_eq!(servers, Some(edit("a").servers), "{text}");
        }
    }

    #[test]
    fn several_servers_are_a_list() {
        let both = ["https://a.acme.example", "https://b.acme.example/deck"];
        let several = ProfileEdit {
            servers: Servers::parse(&both).expect("valid"),
            ..edit("acme")
        };
        let (text, _) = edited("", &several).expect("written");
        let line = format!("server = [\"{}\", \"{}\"]\n", both[0], both[1]);
        assert!(text.ends_with(&line), "{text}");
        let config = file::parse(&text, "config.toml".into()).expect(&text);
        assert_eq!(
            config.profile("acme").expect("there").servers,
            Some(several.servers)
        );
    }
}
