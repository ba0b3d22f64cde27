//! The parts of a page by groups, and the statement of each.

use uuid::Uuid;

use super::{Grouping, Ranking, group_marks, within};
use crate::model::Scope;
use crate::server::store::db::Db;
use crate::server::store::dialect::Dialect;
use crate::server::store::key_row::{StoredKey, key_columns};
use crate::server::store::list::Listing;
use crate::server::store::marks::{are_strays, marked};
use crate::server::store::order::bound;
use crate::server::store::paging::{RangeRead, Start};
use crate::server::store::search::Source;
use crate::server::store::sql::Sql;
use crate::server::store::{KeyGroup, Place, PlaceValue, StoreResult};

/// A key, the newest change as the statement sees it, whether keys are marked wrongly, and its group: rank, name and id.
type GroupedRow = (StoredKey, Option<i64>, bool, i64, String, Uuid);

/// What is read by one statement.
#[derive(Clone, Copy)]
enum Rows<'a> {
    /// All of the page: these rows, in no order.
    Listed(&'a [i64]),
    /// The keys of one group.
    Of(&'a KeyGroup),
    /// The keys of all groups, or of those behind one.
    Groups(Option<&'a KeyGroup>),
    /// Keys without a project.
    Ungrouped,
    /// The keys that a ranking lists: these rows, in no order.
    Ranked(Ranking, &'a [i64]),
    /// All others.
    Others(Ranking),
}

#[derive(Clone, Copy)]
struct Part<'a> {
    rows: Rows<'a>,
    /// `None`: from its end.
    start: Option<Start<'a>>,
    ascending: bool,
}

impl Rows<'_> {
    /// Whether they are sorted by the whole order.
    fn are_sorted(self) -> bool {
        matches!(self, Rows::Listed(_) | Rows::Ranked(..))
    }

    /// Whether a place stands among the conditions on each group.
    fn is_bound_inside(self, dialect: Dialect) -> bool {
        matches!((self, dialect), (Rows::Of(_), Dialect::Postgres))
    }
}

impl Listing<'_> {
    /// The keys of a read, nearest first, and one more that tells that there are more. With the newest change as the first
    /// statement sees it (names are read after it), and whether keys are marked wrongly.
    pub async fn grouped<D: Db>(
        &self,
        db: &D,
        grouping: Grouping,
        read: RangeRead<'_>,
    ) -> StoreResult<(Vec<(StoredKey, Place)>, Option<i64>, bool)> {
        let mut keys = Vec::new();
        let (mut change, mut strays) = (None, false);
        for part in self.parts(grouping, &read) {
            let wanted = (read.limit + 1).saturating_sub(keys.len());
            if wanted == 0 {
                break;
            }
            let sql = self.part(D::DIALECT, grouping, part, wanted)?;
            let rows: Vec<GroupedRow> = sql.all(db).await?;
            for (key, newest, are_strays, rank, name, id) in rows {
                if keys.is_empty() {
                    change = newest;
                }
                strays |= are_strays;
                let place = grouping.place(&key, rank, name, id);
                keys.push((key, place));
            }
        }
        Ok((keys, change, strays))
    }

    /// The place of a key that is among the filtered.
    pub async fn grouped_place<D: Db>(
        &self,
        db: &D,
        grouping: Grouping,
        id: Uuid,
    ) -> StoreResult<Option<Place>> {
        let dialect = D::DIALECT;
        let mut sql = selecting(dialect, None, &grouping.columns(dialect));
        let by_id = dialect.indexed_by("keys_by_id");
        let from = format!(
            " FROM keys AS k{by_id}{} WHERE k.revoked_at IS NULL AND k.id = ?",
            grouping.join()
        );
        sql.push(&from, [id.into()]);
        self.search.filter.push_to(dialect, &mut sql);
        let row: Option<GroupedRow> = sql.maybe(db).await?;
        Ok(row.map(|(key, _, _, rank, name, id)| grouping.place(&key, rank, name, id)))
    }

    /// The statements of a whole read, as if no part had enough keys.
    #[cfg(test)]
    pub fn statements<'s>(
        &'s self,
        dialect: Dialect,
        grouping: Grouping,
        read: RangeRead<'s>,
    ) -> StoreResult<Vec<Sql<'s>>> {
        let parts = self.parts(grouping, &read).into_iter();
        parts
            .map(|part| self.part(dialect, grouping, part, read.limit + 1))
            .collect()
    }

    /// In the order of the read.
    fn parts<'s>(&'s self, grouping: Grouping, read: &RangeRead<'s>) -> Vec<Part<'s>> {
        let ascending = self.is_ascending(read.way);
        let part = |rows| Part {
            rows,
            start: None,
            ascending,
        };
        let mut parts: Vec<Part> = match (self.search.source(), grouping) {
            (Source::Rows(seqs), _) => vec![part(Rows::Listed(seqs))],
            (_, Grouping::Ranked(ranking)) => self
                .ranked(ranking, read, ascending)
                .into_iter()
                .map(part)
                .collect(),
            _ => groups(read, ascending).into_iter().map(part).collect(),
        };
        if let Some(first) = parts.first_mut() {
            first.start = read.start;
        }
        let (has_groups, has_others) = match (grouping, self.search.filter.scope) {
            (Grouping::Project, Some(scope)) => (scope.has_project(), !scope.has_project()),
            (Grouping::Creator, _) => (true, false),
            _ => (true, true),
        };
        parts.retain(|part| match part.rows {
            Rows::Ungrouped => has_others,
            Rows::Of(_) | Rows::Groups(_) => has_groups,
            _ => true,
        });
        parts
    }

    /// The listed and the others, as far as they are on this side of where the read begins.
    fn ranked<'s>(&'s self, ranking: Ranking, read: &RangeRead<'s>, ascending: bool) -> Vec<Rows<'s>> {
        let listed = self.search.listed.as_deref().unwrap_or_default();
        let (listed, others) = (Rows::Ranked(ranking, listed), Rows::Others(ranking));
        let (first, second, others_first) = match ranking.is_listed_first() == ascending {
            true => (listed, others, false),
            false => (others, listed, true),
        };
        let place = read.start.map(|start| &start.place.value);
        let among_others =
            place.map(|place| matches!(place, PlaceValue::Ranked(rank, _) if *rank == ranking.of_others()));
        match among_others {
            None => vec![first, second],
            Some(among_others) if among_others == others_first => vec![first, second],
            Some(_) => vec![second],
        }
    }

    fn part<'s>(
        &'s self,
        dialect: Dialect,
        grouping: Grouping,
        part: Part<'s>,
        wanted: usize,
    ) -> StoreResult<Sql<'s>> {
        let path = &self.search.path;
        let columns = match part.rows {
            Rows::Ungrouped => Grouping::one_rank(dialect, 1),
            Rows::Others(ranking) => Grouping::one_rank(dialect, ranking.of_others()),
            _ => grouping.columns(dialect),
        };
        let mut sql = selecting(dialect, self.search.by_mark(), &columns);
        self.push_rows(dialect, grouping, part, wanted, &mut sql)?;
        if let Some(start) = part.start.filter(|_| !part.rows.is_bound_inside(dialect)) {
            let (row, marks) = match part.rows.are_sorted() {
                true => (grouping.row(dialect).join(", "), grouping.marks(start.place)?),
                false => (path.row(), within(start.place)?),
            };
            bound(&mut sql, dialect, &row, start.sign(part.ascending), marks);
        }
        let order = match part.rows {
            rows if rows.are_sorted() => ordered(&grouping.row(dialect), part.ascending),
            Rows::Groups(_) => {
                let columns = grouping.keys().iter().chain(&["k.name_key", "k.id"]);
                let columns: Vec<String> = columns.map(ToString::to_string).collect();
                ordered(&columns, part.ascending)
            }
            _ => path.order_by(part.ascending),
        };
        sql.push(&order, []);
        sql.at_least(dialect, wanted);
        Ok(sql)
    }

    /// ` FROM … WHERE …`, with what the filter asks for.
    fn push_rows<'s>(
        &'s self,
        dialect: Dialect,
        grouping: Grouping,
        part: Part<'s>,
        wanted: usize,
        sql: &mut Sql<'s>,
    ) -> StoreResult<()> {
        let (path, filter) = (&self.search.path, &self.search.filter);
        match part.rows {
            Rows::Listed(seqs) => sql.push(&dialect.keys_of(false, grouping.join()), [seqs.into()]),
            Rows::Ranked(ranking, seqs) => {
                sql.push(&dialect.keys_of(false, ""), [seqs.into()]);
                sql.push(&format!(" AND {}", ranking.is_listed(dialect)), []);
            }
            Rows::Others(ranking) => {
                sql.push(&dialect.keys_along(&path.index, false), []);
                if path.is_by_mark() {
                    sql.push(marked(filter.is_expired()), []);
                }
                sql.push(&format!(" AND {}", ranking.is_other(dialect)), []);
                if path.is_by_end() {
                    sql.push(&filter.turn(dialect, part.ascending, part.start.is_some()), []);
                }
            }
            Rows::Ungrouped => {
                sql.push(&dialect.keys_along("keys_by_scope", false), []);
                sql.push(marked(filter.is_expired()), []);
                sql.push(" AND k.scope = ?", [Scope::Analytics.into()]);
            }
            Rows::Of(group) => {
                let known = Some((group, "="));
                return match dialect {
                    Dialect::Sqlite => self.push_one(grouping, group, sql),
                    Dialect::Postgres => self.push_each(grouping, known, part, wanted, sql),
                };
            }
            Rows::Groups(after) => {
                let after = after.map(|group| (group, if part.ascending { ">" } else { "<" }));
                return match dialect {
                    Dialect::Sqlite => self.push_along(grouping, after, sql),
                    Dialect::Postgres => self.push_each(grouping, after, part, wanted, sql),
                };
            }
        }
        filter.push_to(dialect, sql);
        Ok(())
    }

    /// The keys of one group, as long as it is still called so.
    fn push_one<'s>(&'s self, grouping: Grouping, group: &KeyGroup, sql: &mut Sql<'s>) -> StoreResult<()> {
        let [table, _, column] = grouping.table();
        let from = format!(
            " FROM {table} AS g CROSS JOIN keys AS k INDEXED BY {} ON k.{column} = g.seq
              WHERE g.removed_at IS NULL AND k.revoked_at IS NULL{}",
            self.search.path.index,
            marked(self.search.filter.is_expired())
        );
        sql.push(&from, []);
        for (column, mark) in grouping.keys().iter().zip(group_marks(grouping, group)) {
            sql.push(&format!(" AND {column} = ?"), [mark.value(Dialect::Sqlite)]);
        }
        self.search.filter.push_to(Dialect::Sqlite, sql);
        Ok(())
    }

    /// The keys of all groups: both indexes are in the order, so that nothing is sorted.
    fn push_along<'s>(
        &'s self,
        grouping: Grouping,
        after: Option<(&KeyGroup, &str)>,
        sql: &mut Sql<'s>,
    ) -> StoreResult<()> {
        let [table, groups, column] = grouping.table();
        let from = format!(
            " FROM {table} AS g INDEXED BY {groups} CROSS JOIN keys AS k INDEXED BY {} ON k.{column} = g.seq
              WHERE g.removed_at IS NULL AND k.revoked_at IS NULL{}",
            self.search.path.index,
            marked(self.search.filter.is_expired())
        );
        sql.push(&from, []);
        push_groups(Dialect::Sqlite, grouping, after, sql);
        self.search.filter.push_to(Dialect::Sqlite, sql);
        Ok(())
    }

    /// Of each group as many as are wanted of all, in their order: PostgreSQL would sort whole groups.
    fn push_each<'s>(
        &'s self,
        grouping: Grouping,
        groups: Option<(&KeyGroup, &str)>,
        part: Part<'s>,
        wanted: usize,
        sql: &mut Sql<'s>,
    ) -> StoreResult<()> {
        let ([table, _, column], path) = (grouping.table(), &self.search.path);
        let from = format!(" FROM (SELECT g.* FROM {table} AS g WHERE g.removed_at IS NULL");
        sql.push(&from, []);
        push_groups(Dialect::Postgres, grouping, groups, sql);
        let keys = format!(
            ") AS g CROSS JOIN LATERAL
             (SELECT k.* FROM keys AS k WHERE k.{column} = g.seq AND k.revoked_at IS NULL{}",
            marked(self.search.filter.is_expired())
        );
        sql.push(&keys, []);
        self.search.filter.push_to(Dialect::Postgres, sql);
        if let Some(start) = part.start {
            let sign = start.sign(part.ascending);
            bound(sql, Dialect::Postgres, &path.row(), sign, within(start.place)?);
        }
        sql.push(&path.order_by(part.ascending), []);
        sql.at_least(Dialect::Postgres, wanted);
        sql.push(") AS k", []);
        Ok(())
    }
}

/// In the order of a read along groups.
fn groups<'a>(read: &RangeRead<'a>, ascending: bool) -> Vec<Rows<'a>> {
    let all = Rows::Groups(None);
    match (read.start.map(|start| &start.place.value), ascending) {
        (Some(PlaceValue::Grouped(group, _)), true) if group.rank > 0 => vec![Rows::Ungrouped],
        (Some(PlaceValue::Grouped(group, _)), true) => {
            vec![Rows::Of(group), Rows::Groups(Some(group)), Rows::Ungrouped]
        }
        (Some(PlaceValue::Grouped(group, _)), false) if group.rank == 0 => {
            vec![Rows::Of(group), Rows::Groups(Some(group))]
        }
        (_, true) => vec![all, Rows::Ungrouped],
        (_, false) => vec![Rows::Ungrouped, all],
    }
}

/// `by_mark` as [`crate::server::store::search::Search::by_mark`] has it.
fn selecting<'s>(dialect: Dialect, by_mark: Option<bool>, group: &[String; 3]) -> Sql<'s> {
    let strays = by_mark.map_or("FALSE".to_owned(), |expired| are_strays(dialect, expired));
    Sql::new(format!(
        "SELECT {}, (SELECT seq FROM activity_head), {strays}, {}",
        key_columns(dialect),
        group.join(", ")
    ))
}

/// ` AND …`: on one side of a group, or this one.
fn push_groups(dialect: Dialect, grouping: Grouping, groups: Option<(&KeyGroup, &str)>, sql: &mut Sql<'_>) {
    if let Some((group, sign)) = groups {
        let row = grouping.keys().join(", ");
        bound(sql, dialect, &row, sign, group_marks(grouping, group));
    }
}

/// ` ORDER BY` these.
fn ordered(columns: &[String], ascending: bool) -> String {
    let direction = if ascending { "ASC" } else { "DESC" };
    let columns: Vec<String> = columns
        .iter()
        .map(|column| format!("{column} {direction}"))
        .collect();
    format!(" ORDER BY {}", columns.join(", "))
}
