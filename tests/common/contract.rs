//! The server's own OpenAPI document: no answer may have a status that it does not promise.

use reqwest::{Method, StatusCode};
use serde_json::Value;

pub struct Contract(pub Value);

impl Contract {
    pub async fn ask(url: &str) -> Self {
        let response = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client")
            .get(format!("{url}/openapi.json"))
            .send()
            .await
            .expect("an answer");
        Self(response.json().await.expect("JSON"))
    }

    /// Every method with its path.
    pub fn operations(&self) -> Vec<(Method, String)> {
        let paths = self.0["paths"].as_object().expect("paths");
        paths
            .iter()
            .flat_map(|(path, item)| {
                item.as_object()
                    .into_iter()
                    .flat_map(|item| item.keys())
                    .map(|method| {
                        let method = method.to_uppercase().parse().expect("a method");
                        (method, path.clone())
                    })
            })
            .collect()
    }

    /// Refusals of what no operation takes are not of the contract: unknown paths and methods.
    #[track_caller]
    pub fn check(&self, method: &Method, path: &str, status: StatusCode) {
        let paths = self.0["paths"].as_object().expect("paths");
        // A path without a parameter goes before one with.
        let item = paths.get(path).or_else(|| {
            paths
                .iter()
                .find(|(template, _)| fits(template, path))
                .map(|(_, item)| item)
        });
        let Some(operation) = item.and_then(|item| item.get(method.as_str().to_lowercase())) else {
            assert!(
                matches!(status.as_u16(), 404 | 405),
                "{method} {path} is not in the document"
            );
            return;
        };
        assert!(
            operation["responses"].get(status.as_str()).is_some(),
            "{method} {path} answered {status}, which the document does not promise"
        );
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(t, p)| t == p || t.starts_with('{'))
}
