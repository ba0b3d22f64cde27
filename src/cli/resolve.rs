//! From what people type to projects and people: by id, or by name or email address.

use uuid::Uuid;

use super::{Failure, pages};
use crate::api::{Person, Project};
use crate::client::Client;
use crate::model::{name, pasted};

/// The id of the project with this id or exactly this name.
pub async fn project_id(client: &Client, text: &str) -> Result<Uuid, Failure> {
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) => Ok(project(client, text).await?.id),
    }
}

/// The project with this id or exactly this name.
pub async fn project(client: &Client, text: &str) -> Result<Project, Failure> {
    let id: Option<Uuid> = text.parse().ok();
    let is_meant = |project: &Project| Some(project.id) == id || project.name == text.trim();
    // The server finds a project by the beginning of its id, too.
    let mut pages = pages::projects(client, Some(search_text(text)?));
    let mut similar = None;
    while let Some(page) = pages.next().await? {
        similar = similar.or_else(|| page.first().map(|project| project.name.clone()));
        if let Some(project) = page.into_iter().find(is_meant) {
            return Ok(project);
        }
    }
    Err(no_such_project(text, similar.as_deref()))
}

fn no_such_project(text: &str, similar: Option<&str>) -> Failure {
    let hint = similar.map_or(String::new(), |name| format!("; did you mean \"{name}\"?"));
    Failure::Failed(format!("no project that you may see is called \"{text}\"{hint}"))
}

/// The id of the user with this id or email address; `me` is the signed-in one.
pub async fn user_id(client: &Client, text: &str) -> Result<Uuid, Failure> {
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) if text == "me" => Ok(client.me().await?.user.id),
        Err(_) => Ok(person(client, text).await?.user.id),
    }
}

/// The person with this id or email address. Only an Owner may ask.
pub async fn person(client: &Client, text: &str) -> Result<Person, Failure> {
    if pasted::is_in(text) {
        return Err(is_a_secret());
    }
    let id: Option<Uuid> = text.parse().ok();
    let is_meant = |person: &Person| match id {
        Some(id) => person.user.id == id,
        None => person.user.email.eq_ignore_ascii_case(text.trim()),
    };
    // By an id the server searches nobody.
    let mut pages = pages::people(client, id.is_none().then(|| text.to_owned()));
    while let Some(page) = pages.next().await? {
        if let Some(person) = page.into_iter().find(is_meant) {
            return Ok(person);
        }
    }
    Err(Failure::Failed(match id {
        Some(id) => format!("no user has the id {id}"),
        None => format!("no user has the address \"{text}\""),
    }))
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
    name::parse(text).map_err(|message| Failure::Usage(format!("\"{text}\" is no name: {message}")))
}
