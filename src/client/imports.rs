//! Imports of keys of other products.

use reqwest::Method;
use uuid::Uuid;

use super::replicas::Repeat;
use super::{Client, Result};
use crate::api::{ImportBegun, ImportCommitment, ImportOutcome, ImportPortion};

impl Client {
    /// Nothing is imported before it is committed.
    pub async fn begin_import(&self) -> Result<ImportBegun> {
        self.transport.act_once("v1/imports").await
    }

    /// The lines of a portion are taken once, however often it is sent.
    pub async fn add_to_import(&self, import: Uuid, portion: &ImportPortion) -> Result<()> {
        let path = format!("v1/imports/{import}/keys");
        let with = |request: reqwest::RequestBuilder| request.json(portion);
        let answer = self.transport.change(Method::POST, &path, Repeat::Safe, with);
        answer.await.map(drop)
    }

    /// Once, however often it is asked for. It may go on after the answer: then it is not finished.
    pub async fn commit_import(&self, import: Uuid, asked: ImportCommitment) -> Result<ImportOutcome> {
        let path = format!("v1/imports/{import}");
        let with = |request: reqwest::RequestBuilder| request.json(&asked);
        let answer = self.transport.change(Method::POST, &path, Repeat::Safe, with);
        answer.await?.json()
    }

    pub async fn give_up_import(&self, import: Uuid) -> Result<()> {
        self.transport.delete(&format!("v1/imports/{import}")).await
    }
}
