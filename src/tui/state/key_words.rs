//! What is said of a key in more than one dialog or notice.

use crate::api::{Key, ProblemType};
use crate::client::Error;

/// `“Checkout assistant” · Web key of Storefront · kdw_…4BkS`
pub fn which(key: &Key) -> String {
    let of = match &key.project {
        Some(project) => format!(" of {}", project.name),
        None => String::new(),
    };
    format!("“{}” · {} key{of} · {}", key.name, key.scope, key.hint)
}

/// Whether the server refused for this reason.
pub fn is_refused_as(error: &Error, kind: ProblemType) -> bool {
    error.problem().is_some_and(|problem| problem.kind == kind)
}
