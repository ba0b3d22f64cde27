//! How SQLite reads pages of the log.

use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use crate::api::{ActivityAction, ActivityQuery};
use crate::server::store::Visible;
use crate::server::store::activity::{ActivityFilter, is_quick};
use crate::server::store::sqlite::connection;

/// What SQLite says it will do with the log.
fn plan(conn: &Connection, filter: ActivityFilter) -> Vec<String> {
    let clause = filter.select::<Connection>(50);
    let mut statement = conn
        .prepare(&format!("EXPLAIN QUERY PLAN {}", clause.text))
        .unwrap();
    let plan = statement.query_map(params_from_iter(clause.values), |row| row.get(3));
    plan.unwrap().map(Result::unwrap).collect()
}

#[test]
fn every_combination_of_filters_uses_an_index_and_sorts_nothing() {
    let conn = connection::in_memory(connection::NEWEST).unwrap();
    let pick = |bits: u32, bit: u32, value: i64| (bits & bit != 0).then_some(value);
    for bits in 0..32 {
        let filter = ActivityFilter {
            key: pick(bits, 1, 1),
            key_creator: pick(bits, 2, 2),
            actor: pick(bits, 4, 3),
            action: (bits & 8 != 0).then_some(ActivityAction::KeyRevealed),
            before: pick(bits, 16, 1_000),
            from: None,
        };
        let plan = plan(&conn, filter);
        let expected = match filter.index().strip_prefix("INDEXED BY ") {
            Some(index) => format!("SEARCH a USING INDEX {index} ("),
            None if filter.before.is_some() => "SEARCH a USING INTEGER PRIMARY KEY (rowid<?)".into(),
            None => "SCAN a".into(),
        };
        assert!(plan[0].starts_with(&expected), "{filter:?}: {plan:?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:?}");
    }
}

#[test]
fn what_is_quick_looks_at_no_row_in_vain() {
    let conn = connection::in_memory(connection::NEWEST).unwrap();
    for bits in 0..16_u32 {
        let set = |bit| bits & bit != 0;
        let query = ActivityQuery {
            key: set(1).then(Uuid::nil),
            actor: set(4).then(|| "mira@acme.example".into()),
            action: set(8).then_some(ActivityAction::KeyEdited),
            ..ActivityQuery::default()
        };
        let visible = match set(2) {
            true => Visible::CreatedBy(Uuid::nil()),
            false => Visible::All,
        };
        let filter = ActivityFilter {
            key: set(1).then_some(1),
            key_creator: set(2).then_some(2),
            actor: set(4).then_some(3),
            action: query.action,
            from: None,
            before: None,
        };
        let in_index = plan(&conn, filter)[0].matches("=?").count();
        let is_exact = in_index == bits.count_ones() as usize;
        assert_eq!(is_quick(&query, visible), is_exact, "{filter:?}");
    }
}
