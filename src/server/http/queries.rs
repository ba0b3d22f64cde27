//! Queries of operations that have no parameters: refused, as unknown ones are where there are some (`extract`).
//! What narrows a question must never be ignored in silence.

use std::collections::HashSet;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::{OpenApi as Document, RefOr};

use super::error::ApiError;

/// The operations that read a query, by method and by path as it is documented.
pub struct QueryRoutes(HashSet<(Method, String)>);

impl QueryRoutes {
    pub fn of(document: &Document) -> Self {
        let paths = document.paths.paths.iter();
        let queried = paths.flat_map(|(path, item)| {
            let operations = operations(item).into_iter();
            let with_query = operations.filter(|(_, operation)| operation.as_ref().is_some_and(has_query));
            with_query.map(move |(method, _)| (method, path.clone()))
        });
        Self(queried.collect())
    }

    fn reads_query(&self, method: &Method, path: &str) -> bool {
        // Answered as GET is.
        let method = if *method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        self.0.contains(&(method.clone(), path.to_owned()))
    }
}

fn operations(item: &PathItem) -> [(Method, &Option<Operation>); 5] {
    [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
    ]
}

fn has_query(operation: &Operation) -> bool {
    let mut parameters = operation.parameters.iter().flatten();
    parameters.any(|parameter| match parameter {
        RefOr::T(parameter) => matches!(parameter.parameter_in, ParameterIn::Query),
        // keydeck's own are all there.
        RefOr::Ref(_) => false,
    })
}

/// Around the routes, after one was chosen.
pub async fn read_or_refused(queried: &QueryRoutes, request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let unread = form_urlencoded::parse(query.as_bytes()).next();
    let route = request.extensions().get::<MatchedPath>();
    match (unread, route) {
        (Some((name, _)), Some(route)) if !queried.reads_query(request.method(), route.as_str()) => {
            let message = "This operation has no query parameters; leave out what follows the ?.";
            ApiError::malformed(&name, message).into_response()
        }
        _ => next.run(request).await,
    }
}
