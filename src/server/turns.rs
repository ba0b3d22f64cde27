//! How many requests of one person are answered at once. Further ones wait for their turn, so that whoever asks over
//! many connections, or whoever has got hold of one token, delays nobody else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use super::error::ApiError;
use crate::api::ProblemType;

const AT_ONCE: usize = 16;
/// How long a request waits for its turn; with the time for its body, less than an answer may take to begin.
const PATIENCE: Duration = Duration::from_secs(4);

/// Of each person who has signed in.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<Uuid, Arc<Semaphore>>>);

/// Held while a request is answered.
pub struct Turn {
    _permit: OwnedSemaphorePermit,
}

/// The turns of a person stay taken.
#[derive(Debug)]
pub struct NoTurn;

impl Turns {
    pub async fn take(&self, person: Uuid) -> Result<Turn, NoTurn> {
        self.take_within(PATIENCE, person).await
    }

    async fn take_within(&self, patience: Duration, person: Uuid) -> Result<Turn, NoTurn> {
        let turns = self.of(person);
        let permit = match turns.clone().try_acquire_owned() {
            Ok(permit) => Ok(permit),
            Err(_) => match tokio::time::timeout(patience, turns.acquire_owned()).await {
                Ok(Ok(permit)) => Ok(permit),
                Ok(Err(_)) | Err(_) => Err(NoTurn),
            },
        };
        permit.map(|_permit| Turn { _permit })
    }

    fn of(&self, person: Uuid) -> Arc<Semaphore> {
        let mut people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = people.entry(person);
        turns.or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))).clone()
    }
}

impl From<NoTurn> for ApiError {
    fn from(NoTurn: NoTurn) -> Self {
        Self::new(
            ProblemType::TooManyAtOnce,
            format!(
                "{AT_ONCE} requests of yours are being answered, the most for one person; wait for their answers."
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_person_has_so_many_turns_and_gets_them_back() {
        let turns = Turns::default();
        let (ann, ben) = (Uuid::now_v7(), Uuid::now_v7());
        let mut taken = Vec::new();
        for _ in 0..AT_ONCE {
            taken.push(turns.take(ann).await.expect("a turn"));
        }
        assert!(turns.take_within(Duration::ZERO, ann).await.is_err());
        assert!(turns.take_within(Duration::ZERO, ben).await.is_ok());
        taken.pop();
        assert!(turns.take_within(Duration::ZERO, ann).await.is_ok());
    }
}
