//! The screen of people, for Owners: who may sign in, and as what.

use uuid::Uuid;

use super::list::{List, Listed};
use crate::api::Person;

#[derive(Debug, Default)]
pub struct People {
    pub list: List<Person>,
    /// Part of the email address.
    pub filter: String,
}

impl Listed for Person {
    type Id = Uuid;

    fn id(&self) -> Self::Id {
        self.user.id
    }

    fn told_apart_by(&self) -> Option<Uuid> {
        Some(self.user.id)
    }
}
