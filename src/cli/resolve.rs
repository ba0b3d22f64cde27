//! Finds projects and people by what is typed: by id, or by name or email address, however it is spelled.

use std::pin::pin;

use futures_util::{TryStreamExt, future};
use uuid::Uuid;

use super::choose::{self, Candidate};
use super::{Failure, pages};
use crate::api::{Person, Project};
use crate::client::Client;
use crate::model::{are_alike, name, pasted};

/// The id of the project with this id or name.
pub async fn project_id(client: &Client, text: &str) -> Result<Uuid, Failure> {
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) => Ok(project(client, text).await?.id),
    }
}

/// The project with this id or name.
pub async fn project(client: &Client, text: &str) -> Result<Project, Failure> {
    let id: Option<Uuid> = text.parse().ok();
    // The server finds a project by the beginning of its id, too.
    let mut projects = pin!(pages::projects(client, Some(search_text(text)?)));
    let (mut similar, mut matches) = (None, Vec::new());
    while let Some(project) = projects.try_next().await? {
        if Some(project.id) == id {
            return Ok(project);
        }
        similar.get_or_insert_with(|| project.name.clone());
        if are_alike(&project.name, text) {
            matches.push(project);
        }
    }
    let chosen = choose::one("projects", text, matches, |project| Candidate {
        id: project.id.to_string(),
        about: format!("created by {}", project.creator.email),
    })?;
    chosen.ok_or_else(|| no_such_project(text, similar.as_deref()))
}

fn no_such_project(text: &str, similar: Option<&str>) -> Failure {
    let hint = similar.map_or_else(
        || "; keydeck project list shows them".to_owned(),
        |name| format!("; did you mean \"{name}\"?"),
    );
    Failure::Failed(format!("no project that you can see is called \"{text}\"{hint}"))
}

/// The id of the user with this id or email address; `me` is the signed-in one.
pub async fn user_id(client: &Client, text: &str) -> Result<Uuid, Failure> {
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) if text.eq_ignore_ascii_case("me") => Ok(client.me().await?.user.id),
        Err(_) => Ok(person(client, text).await?.user.id),
    }
}

/// The person with this id or email address. Only an Owner may ask.
pub async fn person(client: &Client, text: &str) -> Result<Person, Failure> {
    if pasted::is_in(text) {
        return Err(is_a_secret());
    }
    let id: Option<Uuid> = text.parse().ok();
    let is_meant = |person: &Person| {
        future::ready(match id {
            Some(id) => person.user.id == id,
            None => are_alike(&person.user.email, text),
        })
    };
    // By an id the server searches nobody.
    let people = pages::people(client, id.is_none().then(|| text.to_owned()));
    let matches: Vec<_> = people.try_filter(is_meant).try_collect().await?;
    let chosen = choose::one("people", text, matches, |person| Candidate {
        id: person.user.id.to_string(),
        about: format!("{}, {}", person.user.email, person.user.role),
    })?;
    chosen.ok_or_else(|| {
        Failure::Failed(match id {
            Some(id) => format!("no user has the id {id}; keydeck user list shows them"),
            None => format!("no user has the address \"{text}\"; keydeck user list shows them"),
        })
    })
}

/// Not repeated: what is on the screen and in the shell's history is there too often already.
pub fn is_a_secret() -> Failure {
    Failure::Usage(
        "that is a secret, which does not belong on a command line; say which one by its id or name".into(),
    )
}

/// A name is never longer than what the server searches for.
pub fn search_text(text: &str) -> Result<String, Failure> {
    if pasted::is_in(text) {
        return Err(is_a_secret());
    }
    name::parse(text).map_err(|message| Failure::Usage(format!("\"{text}\" is not a name: {message}")))
}
