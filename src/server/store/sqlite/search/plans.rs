//! How SQLite reads pages of keys.

use jiff::Timestamp;
use rusqlite::{Connection, params_from_iter};
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::of;
use crate::api::{KeyFilter, Sort};
use crate::model::{Scope, StateFilter};
use crate::server::store::dialect::Dialect;
use crate::server::store::filter::{Filter, RowOf, TextFilter, UsageFilter, sorts_owned};
use crate::server::store::grouped::Grouping;
use crate::server::store::key_row::key_columns;
use crate::server::store::list::Listing;
use crate::server::store::names::Remembered;
use crate::server::store::order::Path;
use crate::server::store::paging::{RangeRead, Start, Way};
use crate::server::store::search::Search;
use crate::server::store::sql::Sql;
use crate::server::store::sqlite::connection;
use crate::server::store::{
    Founding, KeyGroup, KeyQuery, Place, PlaceValue, Position, Visible, WrappedDataKey,
};

/// The query plan of the statement that reads a page, one step a line; except for the time, which is read once.
fn plan(conn: &Connection, listing: &Listing, start: Option<Start>, way: Way) -> String {
    let read = RangeRead {
        start,
        way,
        limit: 100,
    };
    let columns = key_columns(Dialect::Sqlite);
    let mut sql = Sql::new(format!("SELECT {columns}"));
    listing.select_from::<Connection>(&mut sql, read).unwrap();
    steps(conn, &sql)
}

/// The plan of a statement, one step a line; except those that read the time or the newest change, which are done once, and
/// those that say that there are several.
fn steps(conn: &Connection, sql: &Sql) -> String {
    const NO_WALKS: [&str; 6] = [
        "SCAN CONSTANT ROW",
        "SCAN clock",
        "SCAN activity_head",
        "COMPOUND QUERY",
        "LEFT-MOST SUBQUERY",
        "UNION ALL",
    ];
    let explained = format!("EXPLAIN QUERY PLAN {}", sql.text);
    let mut statement = conn.prepare(&explained).unwrap();
    let steps = statement.query_map(params_from_iter(&sql.values), |row| row.get::<_, String>(3));
    let mut steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
    steps.retain(|step| !step.starts_with("SCALAR SUBQUERY") && !NO_WALKS.contains(&step.as_str()));
    steps.join("\n")
}

fn values(sort: Sort, scope: Scope) -> PlaceValue {
    match sort {
        Sort::Scope => PlaceValue::Scope(scope, "name".into()),
        Sort::Name => PlaceValue::Name("name".into()),
        _ => PlaceValue::Time(1),
    }
}

/// A reader of a new deck, and where that is kept.
fn reader() -> (tempfile::TempDir, Connection) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keydeck.db");
    let founding = Founding {
        organisation: "Acme".into(),
        owner_email: "mira@acme.example".into(),
        owner_token: None,
        at: Timestamp::now(),
    };
    let data_key = WrappedDataKey {
        id: 1,
        bytes: vec![0],
    };
    connection::create(&path, &founding, &data_key).unwrap();
    let conn = connection::reader(&path).unwrap();
    (directory, conn)
}

fn filters() -> [Filter; 4] {
    let none = Filter::default;
    [
        none(),
        Filter {
            scope: Some(Scope::Mobile),
            ..none()
        },
        Filter {
            creator: Some(RowOf::Number(1)),
            ..none()
        },
        Filter {
            project: Some(RowOf::Number(1)),
            ..none()
        },
    ]
}

fn is_one_walk(conn: &Connection, filter: &Filter, sort: Sort, descending: bool, way: Way) {
    let owner = filter
        .creator
        .map(|_| "creator")
        .or(filter.project.map(|_| "project"));
    let query = KeyQuery {
        visible: Visible::All,
        filter: KeyFilter::default(),
        sort,
        descending,
        position: Position::Start,
        limit: 100,
        week: false,
    };
    let path = match filter.is_revoked() {
        true => Path::of_revoked(filter),
        false => Path::new(sort, filter.scope, owner),
    };
    let listing = Listing {
        names: &Remembered::default(),
        query: &query,
        search: Search {
            filter: filter.clone(),
            path: path.clone(),
            candidates: None,
            listed: None,
        },
    };
    let place = Place {
        value: values(sort, Scope::Mobile),
        id: Uuid::nil(),
    };
    for inclusive in [false, true] {
        let plan = plan(
            conn,
            &listing,
            Some(Start {
                place: &place,
                inclusive,
            }),
            way,
        );
        let sign = if descending == (way == Way::Backward) {
            '>'
        } else {
            '<'
        };
        let seek = format!("SEARCH k USING INDEX {} (", path.index);
        assert!(
            plan.starts_with(&seek) && !plan.contains('\n'),
            "{query:?}: {plan}"
        );
        assert!(plan.contains(&format!(",id){sign}(?,")), "{query:?}: {plan}");
    }
    let plan = plan(conn, &listing, None, way);
    let walk = format!(" k USING INDEX {}", path.index);
    assert!(plan.contains(&walk) && !plan.contains('\n'), "{query:?}: {plan}");
}

#[test]
fn every_page_is_one_seek_and_one_walk_along_an_index() {
    let (_directory, conn) = reader();
    // What is sorted where it has an owner, and what is read by groups, has its own plans.
    let walked = |filter: &Filter, sort: Sort| match sort {
        Sort::Project | Sort::Creator | Sort::State | Sort::Requests => false,
        sort => !(filter.is_of_owner() && sorts_owned(sort)),
    };
    for (filter, sort) in filters()
        .iter()
        .flat_map(|filter| Sort::iter().map(|sort| (filter.clone(), sort)))
        .filter(|(filter, sort)| walked(filter, *sort))
    {
        for (descending, way) in [
            (false, Way::Forward),
            (true, Way::Forward),
            (false, Way::Backward),
        ] {
            is_one_walk(&conn, &filter, sort, descending, way);
        }
    }
}

#[test]
fn every_page_of_revoked_keys_is_too() {
    let (_directory, conn) = reader();
    for filter in filters() {
        let filter = Filter {
            usage: UsageFilter {
                state: Some(StateFilter::Revoked),
                ..UsageFilter::default()
            },
            ..filter
        };
        for (descending, way) in [(false, Way::Forward), (true, Way::Forward), (true, Way::Backward)] {
            is_one_walk(&conn, &filter, Sort::CreatedAt, descending, way);
        }
    }
}

#[test]
fn a_text_among_revoked_keys_is_looked_up() {
    let (_directory, conn) = reader();
    for (folded, is_looked_up) in [("shop", true), ("sh", true), ("https", false)] {
        let filter = Filter {
            usage: UsageFilter {
                state: Some(StateFilter::Revoked),
                ..UsageFilter::default()
            },
            text: Some(TextFilter {
                folded: folded.into(),
                in_domains: true,
                projects: vec![1],
            }),
            ..Filter::default()
        };
        let search = of(&conn, filter, Sort::CreatedAt).unwrap();
        assert_eq!(search.candidates.is_some(), is_looked_up, "{folded}");
    }
}

/// A walk along an index, and a look at what is marked wrongly.
fn with_strays(walk: &str) -> String {
    format!(
        "SEARCH k USING INDEX {walk}\nSEARCH k USING INDEX keys_by_mark (marked_expired=? AND expires_at>?)"
    )
}

#[test]
fn what_a_filter_lists_is_one_walk_along_an_index() {
    let conn = connection::in_memory(connection::NEWEST).unwrap();
    let of = |usage: UsageFilter, labels: &[&str]| Filter {
        usage,
        labels: labels.iter().map(|label| format!("\n{label}\n")).collect(),
        ..Filter::default()
    };
    let none = UsageFilter::default;
    let label = "SEARCH label_search USING PRIMARY KEY (label=?)";
    for (filter, walks) in [
        (of(none(), &["eu"]), vec![label]),
        (of(none(), &["eu", "us"]), vec![label, label]),
        (
            of(
                UsageFilter {
                    never_used: true,
                    ..none()
                },
                &["eu"],
            ),
            vec![
                label,
                &with_strays("keys_by_last_used_at (marked_expired=? AND last_used_at=?)"),
            ],
        ),
        (
            of(
                UsageFilter {
                    refused_since: Some(1),
                    ..none()
                },
                &[],
            ),
            vec![&with_strays(
                "keys_by_last_refused_at (marked_expired=? AND last_refused_at>?)",
            )],
        ),
    ] {
        let lists = filter.lists(Dialect::Sqlite);
        let lists: Vec<String> = lists.iter().map(|list| steps(&conn, list)).collect();
        assert_eq!(lists, walks, "{filter:?}");
    }
}

#[test]
fn names_and_new_keys_are_listed_along_their_indexes() {
    let conn = connection::in_memory(connection::NEWEST).unwrap();
    let since = UsageFilter {
        created_since: Some(1),
        ..UsageFilter::default()
    };
    let since = Filter {
        usage: since,
        ..Filter::default()
    };
    let named = Filter {
        name: Some("till".into()),
        ..Filter::default()
    };
    for (filter, walk) in [
        (
            since,
            with_strays("keys_by_created_at (marked_expired=? AND created_at>?)"),
        ),
        (
            named,
            "SEARCH k USING INDEX keys_by_name (marked_expired=? AND name_key=?)".into(),
        ),
    ] {
        let list = filter.lists(Dialect::Sqlite).remove(0);
        assert_eq!(steps(&conn, &list), walk);
    }
}

#[test]
fn rotating_keys_are_listed_along_their_index_and_revoked_ones_are_not_listed() {
    let conn = connection::in_memory(connection::NEWEST).unwrap();
    let of = |state| Filter {
        usage: UsageFilter {
            state: Some(state),
            ..UsageFilter::default()
        },
        ..Filter::default()
    };
    let rotating = of(StateFilter::Rotating);
    let [list] = &rotating.lists(Dialect::Sqlite)[..] else {
        panic!("one list");
    };
    let mut statement = conn
        .prepare(&format!("EXPLAIN QUERY PLAN {}", list.text))
        .unwrap();
    let first: String = statement.query_row([], |row| row.get(3)).unwrap();
    assert_eq!(first, "SEARCH k USING INDEX keys_by_old_ends_at (old_ends_at>?)");
    assert!(of(StateFilter::Revoked).lists(Dialect::Sqlite).is_empty());
}

/// A page by groups that begins in one, in each way to read it.
#[test]
fn every_page_by_groups_is_walks_along_indexes_and_nothing_is_sorted_but_what_is_listed() {
    let (_directory, conn) = reader();
    let of = |value| Place {
        value,
        id: Uuid::nil(),
    };
    let group = KeyGroup {
        rank: 0,
        name: "shop".into(),
        id: Uuid::nil(),
    };
    let grouped = of(PlaceValue::Grouped(group, "name".into()));
    let ranked = of(PlaceValue::Ranked(2, 1));
    let of_scope = |scope| Filter {
        scope,
        ..Filter::default()
    };
    for (sort, scope) in [Sort::Project, Sort::Creator, Sort::State, Sort::Requests]
        .into_iter()
        .flat_map(|sort| [None, Some(Scope::Web), Some(Scope::Analytics)].map(|scope| (sort, scope)))
    {
        let grouping = Grouping::of(sort).unwrap();
        let place = match grouping {
            Grouping::Ranked(_) => &ranked,
            _ => &grouped,
        };
        let query = KeyQuery {
            visible: Visible::All,
            filter: KeyFilter::default(),
            sort,
            descending: false,
            position: Position::Start,
            limit: 100,
            week: false,
        };
        let listing = Listing {
            names: &Remembered::default(),
            query: &query,
            search: Search {
                listed: Some(vec![1]),
                ..Search::walk(of_scope(scope), sort)
            },
        };
        let starts = [false, true].map(|inclusive| Some(Start { place, inclusive }));
        for (start, way) in starts
            .into_iter()
            .chain([None])
            .flat_map(|start| [Way::Forward, Way::Backward].map(|way| (start, way)))
        {
            let read = RangeRead {
                start,
                way,
                limit: 100,
            };
            for sql in listing.statements(Dialect::Sqlite, grouping, read).unwrap() {
                is_walks_or_listed(&conn, &sql);
            }
        }
    }
}

/// Walks along indexes, of which nothing is sorted; only of listed rows the order is to be made.
fn is_walks_or_listed(conn: &Connection, sql: &Sql) {
    let plan = steps(conn, sql);
    let is_listed = plan.contains("VIRTUAL TABLE");
    assert_eq!(plan.contains("TEMP B-TREE"), is_listed, "{}: {plan}", sql.text);
    let is_walk = |step: &str| step.starts_with("SEARCH ") || step.contains(" USING INDEX ");
    assert!(is_listed || plan.lines().all(is_walk), "{}: {plan}", sql.text);
}
