//! What a filter asks for, in terms of the database. A new word of the filter is a condition here, and, where nothing but
//! a list of its own finds its keys soon, a list in [`Filter::lists`].

mod lists;

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::clock;
use super::db::{Db, values};
use super::dialect::Dialect;
use super::key_row::between_lines;
use super::sql::Sql;
use super::value::Value;
use super::{KeyQuery, StoreResult, Visible};
use crate::api::{KeyFilter, Sort};
use crate::model::{Scope, StateFilter, compared};

const DAY: i64 = 86_400_000_000;
/// As `model::expiry` tolerates it.
const TOLERATED: i64 = 60_000_000;

/// The conditions on a key, beside whether it was revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub scope: Option<Scope>,
    pub project: Option<RowOf>,
    pub creator: Option<RowOf>,
    pub usage: UsageFilter,
    /// Each as `key_row::between_lines` has it.
    pub labels: Vec<String>,
    /// The whole name, as it is compared.
    pub name: Option<String>,
    pub text: Option<TextFilter>,
}

/// A row of another table that a key has the number of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOf {
    Number(i64),
    /// The statement looks the number up.
    Id(&'static str, Uuid),
}

/// How keys were used, and how they stand: not expired, unless it is said otherwise. Times are in microseconds since the
/// epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageFilter {
    /// Neither used nor created since.
    pub idle_since: Option<i64>,
    pub created_since: Option<i64>,
    pub never_used: bool,
    pub refused_since: Option<i64>,
    pub state: Option<StateFilter>,
    /// Expires within so long.
    pub expires_within: Option<i64>,
    pub exceeds_policy: bool,
}

/// A text to look for, as it is compared, and the projects whose name has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFilter {
    pub folded: String,
    /// `false` when it is known that no domain has it.
    pub in_domains: bool,
    pub projects: Vec<i64>,
}

impl Filter {
    /// `None` when no key can match.
    pub async fn resolve<D: Db>(db: &D, filter: &KeyFilter, visible: Visible) -> StoreResult<Option<Self>> {
        let Some(creator) = whose(visible, filter.creator) else {
            return Ok(None);
        };
        let Some(creator) = RowOf::find(db, "users", creator).await? else {
            return Ok(None);
        };
        let Some(project) = RowOf::find(db, "projects", filter.project).await? else {
            return Ok(None);
        };
        let name = filter.name.as_deref().map(compared);
        // In the order in which keys were revoked, a name is found as a text is.
        let sought = filter
            .q
            .as_ref()
            .or(filter.name.as_ref().filter(|_| is_of_revoked(filter)));
        let text = match sought {
            None => None,
            // Names and domains have none; between domains there is one.
            Some(q) if q.contains(char::is_control) => return Ok(None),
            Some(q) => Some(TextFilter::resolve(db, q).await?),
        };
        Ok(Some(Self {
            scope: filter.scope,
            project,
            creator,
            usage: UsageFilter::resolve(db, filter).await?,
            labels: labels(filter),
            name,
            text,
        }))
    }

    /// Those of its conditions that the counts are kept by.
    pub fn counted(&self) -> Self {
        Self {
            scope: self.scope,
            project: self.project,
            creator: self.creator,
            ..Self::default()
        }
    }

    /// Whether it asks for the keys of one project or person.
    pub fn is_of_owner(&self) -> bool {
        self.project.is_some() || self.creator.is_some()
    }

    /// Whether it asks for keys that have expired, instead of the others.
    pub fn is_expired(&self) -> bool {
        self.usage.state == Some(StateFilter::Expired)
    }

    /// Whether it asks for keys that were revoked, instead of the others.
    pub fn is_revoked(&self) -> bool {
        self.usage.state == Some(StateFilter::Revoked)
    }

    /// ` AND …` for each condition on a table named `k`.
    pub fn push_to<'a>(&'a self, dialect: Dialect, sql: &mut Sql<'a>) {
        self.push_counted_to(sql);
        for (condition, values) in self.usage.conditions(dialect, dialect.beside_index()) {
            sql.push(&condition, values.into_iter().map(Value::Number));
        }
        for label in &self.labels {
            let has = format!(" AND {}", dialect.contains("k.labels_key"));
            sql.push(&has, [label.into()]);
        }
        if let Some(name) = &self.name {
            sql.push(" AND k.name_key = ?", [Value::sought(name)]);
        }
        if let Some(text) = &self.text {
            text.push_to(dialect, sql);
        }
    }

    /// The same for those that the counts are kept by.
    pub fn push_counted_to(&self, sql: &mut Sql<'_>) {
        if let Some(scope) = self.scope {
            sql.push(" AND k.scope = ?", [scope.into()]);
        }
        for (column, row) in [("project", self.project), ("creator", self.creator)] {
            if let Some(row) = row {
                row.push_to(sql, &format!(" AND k.{column}"));
            }
        }
    }

    /// ` AND …` at which a walk along the ends of keys turns back: it needs not go through all that have expired, or all
    /// that have not. From a place on, the place is where it begins.
    pub fn turn(&self, dialect: Dialect, ascending: bool, from_place: bool) -> String {
        let now = dialect.now();
        match (self.is_expired(), ascending) {
            (true, false) | (false, true) if from_place => String::new(),
            (true, _) => format!(" AND k.expires_at <= {now}"),
            (false, _) => format!(" AND k.expires_at > {now}"),
        }
    }
}

fn labels(filter: &KeyFilter) -> Vec<String> {
    let labels = filter.label.iter().flat_map(|labels| labels.split(','));
    labels.map(|label| between_lines(&[label.to_owned()])).collect()
}

fn is_of_revoked(filter: &KeyFilter) -> bool {
    filter.state == Some(StateFilter::Revoked)
}

impl RowOf {
    /// `None` when there is no such row; `Some(None)` when none is asked for.
    async fn find<D: Db>(db: &D, table: &'static str, id: Option<Uuid>) -> StoreResult<Option<Option<Self>>> {
        let Some(id) = id else {
            return Ok(Some(None));
        };
        if !D::DIALECT.looks_up_first() {
            return Ok(Some(Some(Self::Id(table, id))));
        }
        let sql = format!("SELECT seq FROM {table} WHERE id = ?");
        let seq: Option<i64> = db.maybe(&sql, values![id]).await?;
        Ok(seq.map(|seq| Some(Self::Number(seq))))
    }

    /// That the column that `piece` ends with has its number.
    pub fn push_to(self, sql: &mut Sql<'_>, piece: &str) {
        match self {
            Self::Number(seq) => sql.push(&format!("{piece} = ?"), [seq.into()]),
            Self::Id(table, id) => sql.push(
                &format!("{piece} = (SELECT seq FROM {table} WHERE id = ?)"),
                [id.into()],
            ),
        }
    }
}

impl UsageFilter {
    async fn resolve<D: Db>(db: &D, filter: &KeyFilter) -> StoreResult<Self> {
        let ages = [filter.idle_days.map(|days| days * 24), filter.refused_hours];
        // Where no age is asked for, the time is not needed.
        let now = match ages {
            [None, None] => Timestamp::UNIX_EPOCH,
            _ => clock::now(db).await?,
        };
        // Hours are few enough for any time of today to have room for them.
        let [idle_since, refused_since] = ages.map(|hours| {
            let hours = hours.map(|hours| SignedDuration::from_hours(hours.into()));
            hours.map(|hours| (now - hours).as_microsecond())
        });
        Ok(Self {
            idle_since,
            created_since: filter.created_since.map(Timestamp::as_microsecond),
            never_used: filter.never_used == Some(true),
            // Both hold, so that the later one does.
            refused_since: refused_since.max(filter.refused_since.map(Timestamp::as_microsecond)),
            state: filter.state,
            expires_within: filter.expires_days.map(|days| i64::from(days) * DAY),
            exceeds_policy: filter.exceeds_policy == Some(true),
        })
    }

    /// ` AND …` for each condition on a table named `k`, and the values of its question marks. `beside` stands before a
    /// column whose index is not to be gone along.
    fn conditions(self, dialect: Dialect, beside: &str) -> Vec<(Cow<'static, str>, Vec<i64>)> {
        let mut conditions = self.of_ends(dialect, beside);
        if let Some(since) = self.idle_since {
            let idle = " AND k.last_used_at < ? AND k.created_at < ?";
            conditions.push((idle.into(), vec![since, since]));
        }
        if let Some(since) = self.created_since {
            conditions.push((format!(" AND {beside}k.created_at >= ?").into(), vec![since]));
        }
        if self.never_used {
            conditions.push((" AND k.last_used_at = 0".into(), Vec::new()));
        }
        if let Some(since) = self.refused_since {
            // Said twice: the index is of those that were refused at all.
            conditions.push((
                " AND k.last_refused_at > 0 AND k.last_refused_at >= ?".into(),
                vec![since],
            ));
        }
        conditions
    }

    /// The index that finds what is asked for the soonest; `None` when it is nothing that few have.
    fn index(self) -> Option<&'static str> {
        if self.refused_since.is_some() {
            return Some("keys_by_last_refused_at");
        }
        match self.state {
            Some(StateFilter::Disabled) => return Some("keys_by_disabled_at"),
            Some(StateFilter::Rotating) => return Some("keys_by_old_ends_at"),
            _ => {}
        }
        if self.state == Some(StateFilter::Expired) || self.expires_within.is_some() || self.exceeds_policy {
            return Some("keys_by_expires_at");
        }
        if self.created_since.is_some() {
            return Some("keys_by_created_at");
        }
        (self.never_used || self.idle_since.is_some()).then_some("keys_by_last_used_at")
    }

    fn of_ends(self, dialect: Dialect, beside: &str) -> Vec<(Cow<'static, str>, Vec<i64>)> {
        let now = dialect.now();
        let unexpired = format!(" AND {beside}k.expires_at > {now}");
        let state = match self.state {
            Some(StateFilter::Revoked) => String::new(),
            Some(StateFilter::Expired) => format!(" AND {beside}k.expires_at <= {now}"),
            Some(StateFilter::Active) => format!("{unexpired} AND k.disabled_at IS NULL"),
            Some(StateFilter::Disabled) => format!("{unexpired} AND k.disabled_at IS NOT NULL"),
            Some(StateFilter::Rotating) => format!("{unexpired} AND k.old_ends_at > {now}"),
            None => unexpired,
        };
        let mut conditions = vec![(state.into(), Vec::new())];
        if let Some(within) = self.expires_within {
            conditions.push((
                format!(" AND {beside}k.expires_at <= {now} + ?").into(),
                vec![within],
            ));
        }
        if self.exceeds_policy {
            // Said twice: the first is where the index begins.
            let exceeds = format!(
                " AND {beside}k.expires_at > (SELECT min(l.days) * {DAY} + {TOLERATED} + {now} FROM lifetimes AS l)
                  AND EXISTS (SELECT 1 FROM lifetimes AS l
                               WHERE l.scope = k.scope AND k.expires_at > {now} + l.days * {DAY} + {TOLERATED})"
            );
            conditions.push((exceeds.into(), Vec::new()));
        }
        conditions
    }
}

impl TextFilter {
    /// Projects are few, so that looking at each name is cheap.
    async fn resolve<D: Db>(db: &D, q: &str) -> StoreResult<Self> {
        let folded = compared(q);
        let has = D::DIALECT.contains("name_key");
        let sql = format!("SELECT seq FROM projects WHERE {has} AND removed_at IS NULL");
        let projects = db.all(&sql, values![&folded]).await?;
        Ok(Self {
            folded,
            in_domains: true,
            projects,
        })
    }

    /// Not LIKE: in PostgreSQL, that would be looked for in the trigram index, however many have it.
    fn push_to<'a>(&'a self, dialect: Dialect, sql: &mut Sql<'a>) {
        let mut has = |piece: &str, column: &str| {
            let piece = format!("{piece}{}", dialect.contains(column));
            sql.push(&piece, [Value::from(&self.folded)]);
        };
        has(" AND (", "k.name_key");
        if self.in_domains {
            has(" OR ", "lower(k.ui_domains)");
        }
        if !self.projects.is_empty() {
            let of_these = format!(" OR {}", dialect.among("k.project"));
            sql.push(&of_these, [self.projects.as_slice().into()]);
        }
        sql.push(")", []);
    }
}

/// Whether it asks for no more than the counts are kept by.
pub fn is_counted(filter: &KeyFilter) -> bool {
    let counted = KeyFilter {
        scope: filter.scope,
        project: filter.project,
        creator: filter.creator,
        ..KeyFilter::default()
    };
    counted == *filter
}

/// The same, of the keys that have not ended, of those that have expired, or of those that were revoked.
pub fn is_kept(filter: &KeyFilter) -> bool {
    let mut of_any = filter.clone();
    let state = of_any.state.take();
    matches!(state, None | Some(StateFilter::Expired | StateFilter::Revoked)) && is_counted(&of_any)
}

/// Whether a page is a walk along an index, or a few, so that it costs the same however many keys there are.
pub fn is_quick(query: &KeyQuery) -> bool {
    let (filter, visible) = (&query.filter, query.visible);
    let by_creator = filter.creator.is_some() || visible != Visible::All;
    let conditions = [filter.scope.is_some(), filter.project.is_some(), by_creator];
    let is_of_owner = filter.project.is_some() || by_creator;
    let is_sorted =
        matches!(query.sort, Sort::State | Sort::Requests) || (is_of_owner && sorts_owned(query.sort));
    !is_sorted && is_counted(filter) && conditions.into_iter().filter(|is_set| *is_set).count() <= 1
}

/// Whether the keys of one project or person have to be sorted for it: no index has them in its order.
pub fn sorts_owned(sort: Sort) -> bool {
    matches!(sort, Sort::Project | Sort::Creator | Sort::LastRefusedAt)
}

/// Whose keys are asked for, of those that may be seen: `Some(None)` is anybody's, `None` nobody's.
fn whose(visible: Visible, creator: Option<Uuid>) -> Option<Option<Uuid>> {
    match (visible, creator) {
        (Visible::CreatedBy(user), Some(creator)) if user != creator => None,
        (Visible::CreatedBy(user), _) => Some(Some(user)),
        (Visible::All, creator) => Some(creator),
    }
}
