//! From what people type to projects and people: by id, or by name or email address.

use uuid::Uuid;

use super::Failure;
use crate::api::{MAX_LIMIT, Person, Project, ProjectQuery, UserQuery};
use crate::client::Client;
use crate::model::name;

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
    let mut query = ProjectQuery {
        // The server finds a project by the beginning of its id, too.
        q: Some(search_text(text)?),
        limit: Some(MAX_LIMIT),
        ..ProjectQuery::default()
    };
    loop {
        let page = client.projects(&query).await?;
        let last = page.last().map(|project| project.id);
        let (count, first) = (page.len(), page.first().map(|project| project.name.clone()));
        let is_meant = |project: &Project| Some(project.id) == id || project.name == text.trim();
        if let Some(project) = page.into_iter().find(is_meant) {
            return Ok(project);
        }
        if count < MAX_LIMIT as usize {
            return Err(no_such_project(text, first.as_deref()));
        }
        query.after = last;
    }
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
    let id: Option<Uuid> = text.parse().ok();
    let mut query = UserQuery {
        q: id.is_none().then(|| text.to_owned()),
        limit: Some(MAX_LIMIT),
        ..UserQuery::default()
    };
    loop {
        let page = client.users(&query).await?;
        let (count, last) = (page.len(), page.last().map(|person| person.user.id));
        let is_meant = |person: &Person| match id {
            Some(id) => person.user.id == id,
            None => person.user.email.eq_ignore_ascii_case(text.trim()),
        };
        if let Some(person) = page.into_iter().find(is_meant) {
            return Ok(person);
        }
        if count < MAX_LIMIT as usize {
            return Err(Failure::Failed(match id {
                Some(id) => format!("no user has the id {id}"),
                None => format!("no user has the address \"{text}\""),
            }));
        }
        query.after = last;
    }
}

/// A name is never longer than what the server searches for.
pub fn search_text(text: &str) -> Result<String, Failure> {
    name::parse(text).map_err(|message| Failure::Usage(format!("\"{text}\" is no name: {message}")))
}
