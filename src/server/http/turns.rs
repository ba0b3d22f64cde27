//! How many requests of one caller are answered at once. Further ones wait for their turn, so that a caller with
//! many connections delays nobody else.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;
use uuid::Uuid;

use super::address::customer;
use super::error::ApiError;
use crate::api::ProblemType;

const AT_ONCE: usize = 8;
const AT_ONCE_OF_STRANGERS: usize = 4;
/// How long a request waits for its turn; with the time for its body, less than an answer may take to begin.
const PATIENCE: Duration = Duration::from_secs(4);

/// The unit whose turns are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Caller {
    Person(Uuid),
    /// Unauthenticated callers from one address.
    Strangers(IpAddr),
}

type Callers = HashMap<Caller, Arc<Semaphore>>;

/// The turns of all current callers. Clones share them.
#[derive(Clone, Default)]
pub struct Turns(Arc<Mutex<Callers>>);

/// Held while a request is answered.
pub struct Turn {
    permit: Option<OwnedSemaphorePermit>,
    caller: Caller,
    turns: Turns,
}

/// The turns of a person stay taken.
#[derive(Debug)]
pub struct NoTurn;

impl Turns {
    pub async fn take(&self, person: Uuid) -> Result<Turn, NoTurn> {
        let turn = self.take_within(PATIENCE, Caller::Person(person)).await;
        turn.ok_or(NoTurn)
    }

    /// `None`: others from there are being answered all the time. It's no reason to refuse: among them may be a probe, or
    /// another client of the same proxy.
    pub async fn take_as_stranger(&self, from: IpAddr) -> Option<Turn> {
        self.take_within(PATIENCE, Caller::Strangers(customer(from)))
            .await
    }

    async fn take_within(&self, patience: Duration, caller: Caller) -> Option<Turn> {
        let turns = self.of(caller);
        let permit = match turns.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => tokio::time::timeout(patience, turns.acquire_owned())
                .await
                .ok()?
                .ok()?,
        };
        let turn = Turn {
            permit: Some(permit),
            caller,
            turns: self.clone(),
        };
        // Most requests are answered without waiting for anything. If they kept their turn no longer than that, no two of
        // them would ever meet, and all waiting requests would be answered before a new one.
        yield_now().await;
        Some(turn)
    }

    fn of(&self, caller: Caller) -> Arc<Semaphore> {
        let at_once = match caller {
            Caller::Person(_) => AT_ONCE,
            Caller::Strangers(_) => AT_ONCE_OF_STRANGERS,
        };
        let mut callers = self.lock();
        let turns = callers.entry(caller);
        turns.or_insert_with(|| Arc::new(Semaphore::new(at_once))).clone()
    }

    /// What the lock guards is whole at every instruction, so a panic elsewhere does no harm.
    fn lock(&self) -> MutexGuard<'_, Callers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.permit = None;
        let mut callers = self.turns.lock();
        let turns = callers.get(&self.caller);
        // A holder of a turn, or a waiter for one, has it too.
        if turns.is_some_and(|turns| Arc::strong_count(turns) == 1) {
            callers.remove(&self.caller);
        }
    }
}

impl From<NoTurn> for ApiError {
    fn from(NoTurn: NoTurn) -> Self {
        Self::new(
            ProblemType::TooManyAtOnce,
            format!(
                "{AT_ONCE} of your requests are in progress, the limit for one person; wait for their answers."
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt;

    use super::*;

    fn callers() -> [(Caller, usize); 2] {
        let address = IpAddr::from([203, 0, 113, 7]);
        [
            (Caller::Person(Uuid::now_v7()), AT_ONCE),
            (Caller::Strangers(address), AT_ONCE_OF_STRANGERS),
        ]
    }

    #[tokio::test]
    async fn a_caller_has_so_many_turns_and_gets_them_back() {
        let turns = Turns::default();
        for (caller, at_once) in callers() {
            let other = Caller::Strangers(IpAddr::from([203, 0, 113, 8]));
            let take = |caller| turns.take_within(Duration::ZERO, caller);
            let mut taken = Vec::new();
            for _ in 0..at_once {
                taken.push(take(caller).await.expect("a turn"));
            }
            assert!(take(caller).await.is_none());
            assert!(take(other).await.is_some());
            taken.pop();
            assert!(take(caller).await.is_some());
            drop(taken);
            assert!(turns.lock().is_empty());
        }
    }

    #[tokio::test]
    async fn a_turn_lasts_until_others_had_theirs_also_where_nothing_is_waited_for() {
        let turns = Turns::default();
        let (caller, at_once) = callers()[0];
        let mut first: Vec<_> = (0..at_once)
            .map(|_| Box::pin(turns.take_within(PATIENCE, caller)))
            .collect();
        assert!(first.iter_mut().all(|turn| turn.now_or_never().is_none()));
        let mut next = pin!(turns.take_within(PATIENCE, caller));
        assert!(next.as_mut().now_or_never().is_none());
        drop(first.pop().expect("one").await);
        assert!(next.await.is_some());
    }
}
