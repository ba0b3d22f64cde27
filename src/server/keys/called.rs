//! Filters that say by its name which project or whose keys are meant.

use crate::api::{KeyFilter, User};
use crate::model::FieldErrors;
use crate::server::auth::policy;
use crate::server::http::error::ApiResult;
use crate::server::state::ServerState;
use crate::server::store::Called;

/// As many are named where several may be meant.
const NAMED: usize = 8;

/// With the ids of what is called so; else why it is not known which, in a sentence.
pub async fn resolved(
    server: &ServerState,
    user: &User,
    mut filter: KeyFilter,
) -> ApiResult<Result<KeyFilter, FieldErrors>> {
    let visible = policy::visible(user);
    let keys = server.keys();
    if let Some(name) = filter.project_name.take() {
        let wrong = |message: String| Ok(Err(FieldErrors::one("project_name", message)));
        if filter.project.is_some() {
            return wrong("Give `project` or `project_name`, not both.".into());
        }
        filter.project = match name.parse() {
            Ok(id) => Some(id),
            Err(_) => match PROJECTS.one(&name, keys.projects_called(&name, visible).await?) {
                Ok(project) => Some(project.id),
                Err(message) => return wrong(message),
            },
        };
    }
    if let Some(name) = filter.creator_name.take() {
        let wrong = |message: String| Ok(Err(FieldErrors::one("creator_name", message)));
        if filter.creator.is_some() {
            return wrong("Give `creator` or `creator_name`, not both.".into());
        }
        filter.creator = match name.parse() {
            Ok(id) => Some(id),
            Err(_) if name.eq_ignore_ascii_case("me") => Some(user.id),
            Err(_) => match PEOPLE.one(&name, keys.creators_called(&name, visible).await?) {
                Ok(person) => Some(person.id),
                Err(message) => return wrong(message),
            },
        };
    }
    Ok(Ok(filter))
}

/// How it is told that not one is meant.
struct Wording {
    none: &'static str,
    many: &'static str,
    within: &'static str,
}

const PROJECTS: Wording = Wording {
    none: "no project that you can see has that in its name",
    many: "projects are called so",
    within: "projects have that in their names",
};

const PEOPLE: Wording = Wording {
    none: "nobody whose keys you can see has that in their address",
    many: "people are called so",
    within: "people have that in their addresses",
};

impl Wording {
    /// The one that is called so; of those that only have it within, the only one.
    fn one(&self, text: &str, found: Vec<Called>) -> Result<Called, String> {
        let best = found.first().map_or(0, |first| first.rank);
        let mut found: Vec<Called> = found.into_iter().filter(|one| one.rank == best).collect();
        match found.as_slice() {
            [] => Err(format!("“{text}”: {}.", self.none)),
            [_] => Ok(found.remove(0)),
            several if best == 0 => {
                let which = several.iter().map(|one| match &one.creator {
                    Some(creator) => format!("{} (created by {creator})", one.id),
                    None => one.id.to_string(),
                });
                let (count, which) = (counted(several), listed(which));
                Err(format!(
                    "“{text}”: {count} {}; give the id of one: {which}.",
                    self.many
                ))
            }
            several => {
                let (count, which) = (
                    counted(several),
                    listed(several.iter().map(|one| one.name.clone())),
                );
                Err(format!(
                    "“{text}”: {count} {}; write more of one: {which}.",
                    self.within
                ))
            }
        }
    }
}

fn counted(several: &[Called]) -> String {
    match several.len() {
        many if many >= crate::server::store::MOST_CALLED => format!("{many} or more"),
        many => many.to_string(),
    }
}

fn listed(which: impl ExactSizeIterator<Item = String>) -> String {
    let more = if which.len() > NAMED { ", …" } else { "" };
    let which: Vec<String> = which.take(NAMED).collect();
    format!("{}{more}", which.join(", "))
}
