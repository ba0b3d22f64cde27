//! Rows of a table that are not the same don't look the same, however little room there is.

use keydeck::api::{Key, ProjectRef};
use keydeck::model::{Role, Scope};
use keydeck::tui::view::text;
use unicode_segmentation::UnicodeSegmentation;
use uuid::Uuid;

use super::which_one::twins;
use crate::common::draw::*;
use crate::common::people::person;
use crate::common::talk::*;

const SIZES: [(u16, u16); 5] = [(160, 45), (120, 36), (80, 24), (63, 17), (40, 12)];

/// Names that differ in their last character, in their middle, in spaces.
fn alike() -> Vec<[String; 2]> {
    let long = |which: &str| {
        format!("Checkout assistant of the storefront, number {which} of all of the storefronts in Auckland")
    };
    let spaces = ["a  b", "a b"].map(|start| format!("{start}{}", " and so on".repeat(8)));
    let mut names = twins();
    names.push([long("one"), long("two")]);
    names.push(spaces);
    names.push([
        "Partner integration (EU) 1".into(),
        "Partner integration (EU) 2".into(),
    ]);
    names
}

/// Keys that nothing but the id, the name, and maybe the project tells apart.
fn keys(names: &[String], projects: &[&str]) -> Vec<Key> {
    let keys = names.iter().zip(projects.iter().cycle()).enumerate();
    keys.map(|(number, (name, project))| Key {
        id: Uuid::from_u128(0xa000 + number as u128),
        name: name.clone(),
        project: Some(ProjectRef {
            id: Uuid::from_u128(50),
            name: (*project).into(),
            deployed: true,
        }),
        ..key(0, name, Scope::Web)
    })
    .collect()
}

/// What the first rows of the table show, without the mark of the selected one.
fn rows(talk: &Talk, count: usize) -> Vec<String> {
    let area = talk.app.layout().rows;
    let screen = drawn(talk);
    let lines = screen.lines().map(|line| line.trim_matches('"'));
    let rows = lines.skip(usize::from(area.y)).take(count).map(|line| {
        let mut x = 0;
        let inside = line.graphemes(true).filter(|grapheme| {
            let at = x;
            x += text::width(grapheme);
            at > usize::from(area.x) && x <= usize::from(area.x + area.width)
        });
        inside.collect::<String>().trim_end().to_owned()
    });
    rows.collect()
}

fn all_differ(rows: &[String], of: &str) {
    for (at, row) in rows.iter().enumerate() {
        assert!(!row.trim().is_empty(), "{of}: {rows:#?}");
        assert!(!rows[..at].contains(row), "{of}: {rows:#?}");
    }
}

#[test]
fn keys_whose_names_are_cut_are_told_apart() {
    for size in SIZES {
        for names in alike() {
            let talk = Talk::sized(size.0, size.1, keys(&names, &["Storefront"]));
            all_differ(&rows(&talk, 2), &format!("{size:?}"));
        }
        let all: Vec<String> = alike().concat();
        let most = usize::from(Talk::started(size.0, size.1).app.layout().rows.height);
        let talk = Talk::sized(size.0, size.1, keys(&all, &["Storefront"]));
        all_differ(&rows(&talk, all.len().min(most)), &format!("all in {size:?}"));
    }
}

#[test]
fn keys_of_one_name_are_told_apart_by_their_project_or_id() {
    let names = ["Kiosk".to_owned(), "Kiosk".to_owned(), "Shop".to_owned()];
    for size in SIZES {
        let talk = Talk::sized(size.0, size.1, keys(&names, &["Storefront", "Help Centre"]));
        let shown = rows(&talk, 3);
        all_differ(&shown, &format!("{size:?}"));
        // Where the project stands beside it, nothing is added.
        let has_project = shown[0].contains("Storefront");
        assert_eq!(shown[0].contains("#a000"), !has_project, "{shown:#?}");
        assert!(!shown[2].contains('#'), "{shown:#?}");
    }
}

#[test]
fn projects_and_people_are_told_apart() {
    for size in SIZES {
        for [one, two] in alike() {
            let mut talk = Talk::sized(size.0, size.1, some_keys(3));
            talk.press("P")
                .answer_list_of_projects(Ok(vec![project(50, &one), project(51, &two)]));
            all_differ(&rows(&talk, 2), &format!("projects in {size:?}"));
        }
        let address =
            |which: &str| format!("{}.{which}.{}@acme.example", "long".repeat(15), "name".repeat(15));
        let addresses = ["one", "two", "six"].map(address);
        let numbered = addresses.iter().zip(3..);
        let people = numbered.map(|(email, number)| person(number, email, Role::Editor, 2));
        let mut talk = Talk::sized(size.0, size.1, some_keys(3));
        talk.press("U").answer_people(Ok(people.collect()));
        all_differ(&rows(&talk, 3), &format!("people in {size:?}"));
    }
}

#[test]
fn the_whole_name_of_the_selected_row_can_be_read() {
    for size in SIZES {
        for names in alike() {
            let mut talk = Talk::sized(size.0, size.1, keys(&names, &["Storefront"]));
            talk.press("<Enter>");
            let width = usize::from(talk.app.layout().details.expect("they are open").width) - 2;
            let mut lines = text::whole(&names[0], width);
            for _ in 0..10 {
                let shown = drawn(&talk);
                lines.retain(|line| !shown.contains(line.trim_end()));
                if lines.is_empty() {
                    break;
                }
                talk.press("<Down>");
            }
            assert!(lines.is_empty(), "{size:?}: no {lines:?}");
        }
    }
}
