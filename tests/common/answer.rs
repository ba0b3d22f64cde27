//! An answer as a test wants it.

use keydeck::api::{PROBLEM_JSON, Problem, ProblemType};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Response, StatusCode};
use serde_json::Value;

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Reads it; every refusal must be a problem document that says the status and a sentence.
    pub async fn read(response: Response) -> Self {
        let answer = Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.text().await.expect("a body"),
        };
        if answer.status.as_u16() >= 400 {
            assert_eq!(answer.header(CONTENT_TYPE.as_str()), PROBLEM_JSON, "{answer:?}");
            let problem = answer.problem_document();
            assert_eq!(problem.status, answer.status.as_u16());
            assert_ne!(problem.kind, ProblemType::Unknown, "{answer:?}");
            assert!(
                problem.detail.ends_with('.') && !problem.title.is_empty(),
                "{answer:?}"
            );
        }
        answer
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// The body, of an answer with this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        match self.body.as_str() {
            "" => Value::Null,
            body => serde_json::from_str(body).expect("JSON"),
        }
    }

    /// The refusal, of this status and type.
    #[track_caller]
    pub fn refused(&self, status: u16, kind: ProblemType) -> Problem {
        assert_eq!(self.status, status, "{}", self.body);
        let problem = self.problem_document();
        assert_eq!(problem.kind, kind);
        problem
    }

    /// The fields that a refusal names.
    pub fn fields(&self) -> Vec<String> {
        self.problem_document()
            .errors
            .into_iter()
            .map(|e| e.field)
            .collect()
    }

    fn problem_document(&self) -> Problem {
        serde_json::from_str(&self.body).expect("a problem document")
    }
}
