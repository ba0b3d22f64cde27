//! `project edit`: the name and the session server. Each change is reported when it is done.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::args::ProjectEditArgs;
use crate::api::{Project, ProjectEdit, SessionServerEdit};
use crate::cli::{Failure, flags, output, resolve};
use crate::client::Client;
use crate::deck::Selection;
use crate::hardening;
use crate::model::Secret;

/// More than any private key takes, in bytes.
const MAX_KEY: usize = 64 * 1024;

/// Refuses a key that would be typed in sight, and to take two things from one standard input, before
/// either is taken.
pub fn check_input(selection: &Selection, args: &ProjectEditArgs) -> Result<(), Failure> {
    let is_stdin = |file: &Option<PathBuf>| file.as_deref() == Some(Path::new("-"));
    if is_stdin(&args.session_key_file) && io::stdin().is_terminal() {
        return Err(Failure::Usage(
            "--session-key-file -: what is typed here would be shown; pipe the private key in, or name a file".into(),
        ));
    }
    let both = [&selection.token_file, &args.session_key_file];
    match both.into_iter().all(is_stdin) {
        true => Err(Failure::Usage(
            "standard input can't be both --token-file and --session-key-file; name a file for one of them"
                .into(),
        )),
        false => Ok(()),
    }
}

pub async fn run(client: &Client, args: ProjectEditArgs) -> Result<(), Failure> {
    let given = [
        ("--name", &args.name),
        ("--session-url", &args.session_url),
        ("--session-key-name", &args.session_key_name),
    ];
    flags::no_secrets(
        given
            .into_iter()
            .filter_map(|(flag, text)| Some((flag, text.as_deref()?))),
    )?;
    let private_key = args.session_key_file.as_deref().map(read_key).transpose()?;
    let mut project = resolve::project(client, &args.project).await?;
    if let Some(edit) = session_server(&project, &args, private_key)? {
        project = client.set_session_server(project.id, &edit).await?;
        output::notice(format!("set the session server of project \"{}\"", project.name));
    }
    if args.no_session_server {
        if project.may.session_server && project.session_server.is_none() {
            return Err(Failure::Failed(format!(
                "project \"{}\" has no session server",
                project.name
            )));
        }
        client.remove_session_server(project.id).await?;
        project.session_server = None;
        output::notice(format!(
            "removed the session server of project \"{}\"",
            project.name
        ));
    }
    if let Some(name) = args.name {
        let before = project.name;
        let edit = ProjectEdit {
            name: Some(name),
            deployed: None,
        };
        project = client.edit_project(project.id, &edit).await?;
        output::notice(format!("renamed project \"{before}\" to \"{}\"", project.name));
    }
    if args.json {
        return output::json(&project);
    }
    Ok(())
}

/// The session server after the edit: what no flag says stays as it is. `None` when no flag is about it.
fn session_server(
    project: &Project,
    args: &ProjectEditArgs,
    private_key: Option<Secret>,
) -> Result<Option<SessionServerEdit>, Failure> {
    if args.session_url.is_none() && args.session_key_name.is_none() && private_key.is_none() {
        return Ok(None);
    }
    let now = project.session_server.as_ref();
    let missing = |flag: &str| {
        Failure::Usage(format!(
            "project \"{}\" has no session server yet; give {flag} too",
            project.name
        ))
    };
    let url = args.session_url.clone().or_else(|| Some(now?.url.clone()));
    let key_name = args
        .session_key_name
        .clone()
        .or_else(|| Some(now?.key_name.clone()));
    if now.is_none() && private_key.is_none() {
        return Err(missing("--session-key-file"));
    }
    Ok(Some(SessionServerEdit {
        url: url.ok_or_else(|| missing("--session-url"))?,
        key_name: key_name.ok_or_else(|| missing("--session-key-name"))?,
        private_key,
    }))
}

/// The private key in a file that only its owner can read, or from standard input, without the line
/// break at its end.
fn read_key(path: &Path) -> Result<Secret, Failure> {
    let name = path.display();
    let unreadable =
        |error: io::Error| Failure::Failed(format!("--session-key-file: can't read {name}: {error}"));
    let file = open_key(path).map_err(unreadable)?;
    if path != Path::new("-") && hardening::is_open_to_others(&file).map_err(unreadable)? {
        return Err(Failure::Failed(format!(
            "--session-key-file: others can read {name}; run: chmod 600 '{name}'"
        )));
    }
    // Large enough never to be moved, which would leave a copy in memory.
    let mut text = Zeroizing::new(String::with_capacity(MAX_KEY));
    file.take(MAX_KEY as u64)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(Failure::Failed(format!("--session-key-file: {name} is empty"))),
        key => Ok(Secret::new(key)),
    }
}

/// `-` is standard input.
fn open_key(path: &Path) -> io::Result<File> {
    match path == Path::new("-") {
        true => Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?)),
        false => File::open(path),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        edit: ProjectEditArgs,
    }

    fn edited(has_server: bool, flags: &[&str], key: Option<&str>) -> Result<Option<[String; 2]>, String> {
        let mut project = json!({
            "id": "01930000-0000-7000-8000-000000000000", "name": "Kiosk", "deployed": true, "keys": 0,
            "creator": {"id": "01930000-0000-7000-8000-000000000001", "email": "mira@acme.example"},
            "created_at": "2026-11-02T00:00:00Z", "may": {"edit": true, "session_server": true},
        });
        if has_server {
            project["session_server"] = json!({"url": "https://one.example", "key_name": "one"});
        }
        let project = serde_json::from_value(project).expect("a project");
        let args = Line::parse_from([&["edit", "Kiosk"], flags].concat()).edit;
        let edit = session_server(&project, &args, key.map(Secret::new)).map_err(|e| e.to_string())?;
        Ok(edit.map(|edit| [edit.url, edit.key_name]))
    }

    #[test]
    fn a_flag_that_is_not_given_leaves_its_part_as_it_is() {
        let pair = |url: &str, name: &str| Ok(Some([url.to_owned(), name.to_owned()]));
        assert_eq!(edited(true, &["--name", "Till"], None), Ok(None));
        let moved = edited(true, &["--session-url", "https://two.example"], None);
        assert_eq!(moved, pair("https://two.example", "one"));
        assert_eq!(
            edited(true, &["--session-key-file", "-"], Some("k")),
            pair("https://one.example", "one")
        );
        let begun = edited(false, &["--session-url", "https://a.example"], None);
        assert!(begun.is_err_and(|said| said.contains("give --session-key-file too")));
        let nameless = edited(false, &["--session-url", "https://a.example"], Some("k"));
        assert!(nameless.is_err_and(|said| said.contains("give --session-key-name too")));
    }

    #[test]
    fn nothing_to_change_and_contradictions_are_refused() {
        for flags in [
            &[][..],
            &["--no-session-server", "--session-url", "https://a.example"],
        ] {
            assert!(
                Line::try_parse_from([&["edit", "Kiosk"], flags].concat()).is_err(),
                "{flags:?}"
            );
        }
    }
}
