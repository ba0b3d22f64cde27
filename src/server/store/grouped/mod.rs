//! Orders that no index has as a whole: by the name of the project, by the address of the creator, and by how a key stands.
//! Such a page is read in parts, each of them one walk along indexes: what is left of the group that a page begins in, and
//! then the groups after it in their order. Where the rows are few enough to be sorted, there is one part.

mod parts;
mod ranking;

use uuid::Uuid;

use super::dialect::Dialect;
use super::key_row::StoredKey;
use super::order::Mark;
use super::{KeyGroup, Place, PlaceValue, StoreError, StoreResult};
use crate::api::Sort;

pub use self::ranking::Ranking;

/// What the groups of an order are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// By name; keys without one come last.
    Project,
    Creator,
    Ranked(Ranking),
}

impl Grouping {
    pub fn of(sort: Sort) -> Option<Self> {
        match sort {
            Sort::Project => Some(Grouping::Project),
            Sort::Creator => Some(Grouping::Creator),
            sort => Ranking::of(sort).map(Grouping::Ranked),
        }
    }

    /// The table of the groups, the index that has them in order, and the column of a key that names its group.
    fn table(self) -> [&'static str; 3] {
        match self {
            Grouping::Creator => ["users", "users_by_email", "creator"],
            Grouping::Project | Grouping::Ranked(_) => ["projects", "projects_by_name", "project"],
        }
    }

    /// What makes `g` the group of `k`.
    fn join(self) -> &'static str {
        match self {
            Grouping::Project => " LEFT JOIN projects AS g ON g.seq = k.project",
            Grouping::Creator => " JOIN users AS g ON g.seq = k.creator",
            Grouping::Ranked(_) => "",
        }
    }

    /// The rank, the name and the id of the group, of tables named `k` and `g`.
    fn columns(self, dialect: Dialect) -> [String; 3] {
        let nil = dialect.nil_id().to_owned();
        match self {
            Grouping::Project => [
                "CAST(CASE WHEN g.seq IS NULL THEN 1 ELSE 0 END AS bigint)".into(),
                "coalesce(g.name_key, '')".into(),
                format!("coalesce(g.id, {nil})"),
            ],
            Grouping::Creator => ["CAST(0 AS bigint)".into(), "g.email_key".into(), nil],
            Grouping::Ranked(ranking) => [ranking.rank(dialect), "''".into(), nil],
        }
    }

    /// The same of keys that have one rank, as those without a project, and no group.
    fn one_rank(dialect: Dialect, rank: i64) -> [String; 3] {
        [
            format!("CAST({rank} AS bigint)"),
            "''".into(),
            dialect.nil_id().to_owned(),
        ]
    }

    /// The columns of the order that tell groups apart.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Grouping::Project => &["g.name_key", "g.id"],
            Grouping::Creator => &["g.email_key"],
            Grouping::Ranked(_) => &[],
        }
    }

    /// The whole order.
    fn row(self, dialect: Dialect) -> Vec<String> {
        let [rank, name, id] = self.columns(dialect);
        let within = |column: &str| [format!("k.{column}"), "k.id".to_owned()];
        match self {
            Grouping::Project => [rank, name, id].into_iter().chain(within("name_key")).collect(),
            Grouping::Creator => [name].into_iter().chain(within("name_key")).collect(),
            Grouping::Ranked(ranking) => [rank].into_iter().chain(within(ranking.column())).collect(),
        }
    }

    /// A place in terms of [`Grouping::row`].
    pub fn marks(self, place: &Place) -> StoreResult<Vec<Mark>> {
        let id = Mark::Id(place.id);
        let text = |text: &str| Mark::Text(text.to_owned());
        match (self, &place.value) {
            (Grouping::Project, PlaceValue::Grouped(group, name)) => Ok(vec![
                Mark::Number(group.rank),
                text(&group.name),
                Mark::Id(group.id),
                text(name),
                id,
            ]),
            (Grouping::Creator, PlaceValue::Grouped(group, name)) => {
                Ok(vec![text(&group.name), text(name), id])
            }
            (Grouping::Ranked(_), PlaceValue::Ranked(rank, time)) => {
                Ok(vec![Mark::Number(*rank), Mark::Number(*time), id])
            }
            _ => Err(another_sort()),
        }
    }

    fn place(self, key: &StoredKey, rank: i64, name: String, id: Uuid) -> Place {
        match self {
            Grouping::Ranked(ranking) => key.place_ranked(rank, ranking.within(key)),
            Grouping::Project | Grouping::Creator => key.place_in(KeyGroup { rank, name, id }),
        }
    }
}

fn another_sort() -> StoreError {
    StoreError::Fault("a place of one sort was used in another".into())
}

fn group_marks(grouping: Grouping, group: &KeyGroup) -> Vec<Mark> {
    let name = Mark::Text(group.name.clone());
    match grouping {
        Grouping::Project => vec![name, Mark::Id(group.id)],
        Grouping::Creator | Grouping::Ranked(_) => vec![name],
    }
}

/// The place of a key in its group.
fn within(place: &Place) -> StoreResult<Vec<Mark>> {
    let within = match &place.value {
        PlaceValue::Grouped(_, name) => Mark::Text(name.clone()),
        PlaceValue::Ranked(_, time) => Mark::Number(*time),
        _ => return Err(another_sort()),
    };
    Ok(vec![within, Mark::Id(place.id)])
}
