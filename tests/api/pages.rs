//! Pages of keys: one total order, walked in both directions, from the end and around a key.

use keydeck::api::ProblemType;
use keydeck::model::Role;
use serde_json::{Value, json};

use crate::common::{Deck, Person, id_of, web_key};

const ALL: &str = "limit=200";

async fn page(person: &Person, query: &str) -> Value {
    person.get(&format!("/v1/keys?{query}")).await.expect(200)
}

fn ids(page: &Value) -> Vec<String> {
    page["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(id_of)
        .collect()
}

/// Follows `next` or `previous` to the end; the pages in the order of the walk.
async fn walk(person: &Person, first: &str, query: &str, link: &str, parameter: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut at = page(person, first).await;
    loop {
        pages.push(ids(&at));
        match at[link].as_str() {
            Some(cursor) => at = page(person, &format!("{query}&{parameter}={cursor}")).await,
            None => return pages,
        }
    }
}

/// Three projects with keys of all scopes; names in two scripts, with case that must not matter.
async fn stocked() -> Deck {
    let deck = Deck::start().await;
    let names = [
        "beta",
        "Alpha",
        "ALPHA 2",
        "Ärger",
        "キオスク",
        "zebra 🛒",
        "gamma",
    ];
    for project in ["Shop", "Kiosk"] {
        let project = deck.owner.project(project).await;
        for name in names {
            deck.owner.web_key(&project, name).await;
        }
        let mobile = json!({"scope": "mobile", "name": "Alpha app", "project": project});
        deck.owner.post("/v1/keys", &mobile).await.expect(201);
    }
    for name in ["Board", "alpha report", "Night"] {
        deck.owner
            .post("/v1/keys", &json!({"scope": "analytics", "name": name}))
            .await
            .expect(201);
    }
    deck
}

#[tokio::test]
async fn pages_in_both_directions_are_one_sorted_list() {
    let deck = stocked().await;
    let sorts = [
        "name",
        "scope",
        "created_at",
        "last_used_at",
        "expires_at",
        "project",
        "creator",
        "last_refused_at",
        "state",
        "requests",
    ];
    for sort in sorts {
        for order in ["asc", "desc"] {
            let sorted = format!("sort={sort}&order={order}");
            let whole = ids(&page(&deck.owner, &format!("{sorted}&{ALL}")).await);
            assert_eq!(whole.len(), 19);
            let query = format!("{sorted}&limit=4");
            let forth = walk(&deck.owner, &query, &query, "next", "after").await;
            assert_eq!(forth.concat(), whole, "{sorted}");
            let from_end = format!("{query}&from=end");
            let mut back = walk(&deck.owner, &from_end, &query, "previous", "before").await;
            back.reverse();
            assert_eq!(back.concat(), whole, "{sorted} from the end");
        }
        let asc = ids(&page(&deck.owner, &format!("sort={sort}&order=asc&{ALL}")).await);
        let mut desc = ids(&page(&deck.owner, &format!("sort={sort}&order=desc&{ALL}")).await);
        desc.reverse();
        assert_eq!(asc, desc, "{sort}");
    }
}

#[tokio::test]
async fn keys_that_come_and_go_between_pages_are_neither_skipped_nor_repeated() {
    let deck = stocked().await;
    let before = ids(&page(&deck.owner, &format!("sort=created_at&order=asc&{ALL}")).await);
    let first = page(&deck.owner, "sort=created_at&order=asc&limit=5").await;
    let cursor = first["next"].as_str().expect("more");
    // The key that the cursor stands for, one before and one behind it are revoked.
    for gone in [&before[4], &before[2], &before[6]] {
        deck.owner.delete(&format!("/v1/keys/{gone}")).await.expect(204);
    }
    let rest = page(
        &deck.owner,
        &format!("sort=created_at&order=asc&{ALL}&after={cursor}"),
    )
    .await;
    let expected: Vec<_> = before[5..]
        .iter()
        .filter(|id| **id != before[6])
        .cloned()
        .collect();
    assert_eq!(ids(&rest), expected);
    let at = page(
        &deck.owner,
        &format!("sort=created_at&order=asc&limit=3&at={cursor}"),
    )
    .await;
    assert_eq!(ids(&at), expected[..3]);
}

#[tokio::test]
async fn a_page_around_a_key_has_it_in_its_middle() {
    let deck = stocked().await;
    let whole = ids(&page(&deck.owner, &format!("sort=name&{ALL}")).await);
    let around = page(&deck.owner, &format!("sort=name&limit=5&around={}", whole[9])).await;
    assert_eq!(ids(&around), whole[7..12]);
    let web = ids(&page(&deck.owner, "scope=web").await);
    let filtered = format!("/v1/keys?scope=analytics&around={}", web[0]);
    deck.owner
        .get(&filtered)
        .await
        .refused(404, ProblemType::NotFound);
}

#[tokio::test]
async fn filters_hold_together_and_count_the_same() {
    let deck = stocked().await;
    let projects = deck.owner.get("/v1/projects?q=kio").await.expect(200);
    let kiosk = id_of(&projects[0]);
    for (query, matching) in [
        ("q=alpha", 7),
        ("q=%20ALPHA%20", 7),
        ("q=alpha&scope=web", 4),
        ("scope=analytics", 3),
        ("q=shop.acme", 14),
        ("q=%E3%82%AD%E3%82%AA", 2),
        ("q=%25", 0),
        ("q=", 19),
        (&format!("project={kiosk}&q=alpha"), 3),
        (&format!("creator={kiosk}"), 0),
    ] {
        let found = ids(&page(&deck.owner, &format!("{query}&{ALL}")).await);
        assert_eq!(found.len(), matching, "{query}");
        let counts = deck
            .owner
            .get(&format!("/v1/keys/counts?{query}"))
            .await
            .expect(200);
        let counted = ["web", "mobile", "analytics"].map(|scope| counts[scope].as_u64().expect("a count"));
        assert_eq!(counted.iter().sum::<u64>(), matching as u64, "{query}");
    }
}

#[tokio::test]
async fn an_editor_pages_and_counts_own_keys_only() {
    let deck = stocked().await;
    let editor = deck.person(Role::Editor).await;
    assert_eq!(page(&editor, ALL).await["items"], json!([]));
    let project = editor.project("Mine").await;
    let own = id_of(
        &editor
            .post("/v1/keys", &web_key(&project, "Alpha own"))
            .await
            .expect(201),
    );
    assert_eq!(ids(&page(&editor, "q=alpha").await), std::slice::from_ref(&own));
    let counts = editor.get("/v1/keys/counts").await.expect(200);
    assert_eq!(
        counts,
        json!({"web": 1, "mobile": 0, "analytics": 0, "capped": false})
    );
    let others = ids(&page(&deck.owner, "scope=analytics").await);
    let around = editor.get(&format!("/v1/keys?around={}", others[0])).await;
    around.refused(404, ProblemType::NotFound);
}

#[tokio::test]
async fn a_page_has_a_week_of_each_key_only_when_it_is_asked_for_it() {
    let deck = stocked().await;
    let without = page(&deck.owner, ALL).await;
    let items = |page: &Value| page["items"].as_array().expect("items").clone();
    assert!(items(&without).iter().all(|key| key.get("week").is_none()));
    let with = page(&deck.owner, &format!("{ALL}&with=week")).await;
    assert_eq!(ids(&with), ids(&without));
    let none = json!({"allowed": vec![0; 7], "refused": vec![0; 7]});
    assert!(items(&with).iter().all(|key| key["week"] == none));
    let refused = deck.owner.get("/v1/keys?with=year").await;
    refused.refused(400, ProblemType::Malformed);
}

#[tokio::test]
async fn counts_say_what_needs_attention_only_when_they_are_asked() {
    let deck = stocked().await;
    let counts = async |query: &str| {
        deck.owner
            .get(&format!("/v1/keys/counts{query}"))
            .await
            .expect(200)
    };
    assert!(counts("").await.get("attention").is_none());
    let none = json!({"count": 0, "capped": false});
    let asked = counts("?scope=web&with=attention").await;
    assert_eq!(asked["attention"], json!({"refused": none, "idle": none}));
    assert_eq!(asked["web"], counts("?scope=web").await["web"]);
    let refused = deck.owner.get("/v1/keys/counts?with=week").await;
    refused.refused(400, ProblemType::Malformed);
}

#[tokio::test]
async fn what_there_is_one_of_is_sorted_by_name() {
    let deck = stocked().await;
    let items = page(&deck.owner, ALL).await["items"].clone();
    let of = |field: &str| {
        let items = items.as_array().expect("items").iter();
        let mut ids = items.filter_map(|key| key[field]["id"].as_str().map(str::to_owned));
        ids.next_back().expect("one")
    };
    for (sort, filter) in [
        ("project", format!("project={}", of("project"))),
        ("creator", format!("creator={}", of("creator"))),
    ] {
        let sorted = async |sort: &str| {
            let query = format!("{filter}&sort={sort}&limit=4");
            walk(&deck.owner, &query, &query, "next", "after").await
        };
        assert_eq!(sorted(sort).await, sorted("name").await, "{sort}");
    }
}

#[tokio::test]
async fn a_project_and_a_person_are_meant_by_their_names() {
    let deck = stocked().await;
    let editor = deck.person(Role::Editor).await;
    let theirs = editor.project("shop").await;
    editor.web_key(&theirs, "Own").await;
    let bookshop = deck.owner.project("Bookshop 書店").await;
    deck.owner.web_key(&bookshop, "Shelf").await;
    let names = async |person: &Person, query: &str| {
        let found = page(person, &format!("{query}&{ALL}")).await;
        found["items"].as_array().expect("items").len()
    };
    assert_eq!(names(&deck.owner, "project_name=KIOSK").await, 8);
    assert_eq!(names(&deck.owner, "project_name=books").await, 1);
    assert_eq!(names(&deck.owner, "project_name=%E6%9B%B8").await, 1);
    assert_eq!(names(&deck.owner, &format!("project_name={bookshop}")).await, 1);
    assert_eq!(names(&editor, "project_name=Shop").await, 1);
    assert_eq!(names(&editor, "creator_name=me").await, 1);
    assert_eq!(names(&deck.owner, "creator_name=ME&scope=analytics").await, 3);
    let email = editor.get("/v1/me").await.expect(200)["user"]["email"]
        .as_str()
        .expect("one")
        .to_owned();
    assert_eq!(
        names(&deck.owner, &format!("creator_name={}", email.to_uppercase())).await,
        1
    );
    for (person, query, field, told) in [
        (
            &deck.owner,
            "project_name=Shop",
            "project_name",
            "“Shop”: 2 projects are called so; give the id of one: ",
        ),
        (
            &deck.owner,
            "project_name=QQ",
            "project_name",
            "“QQ”: no project that you can see has that in its name.",
        ),
        (
            &deck.owner,
            "project_name=k",
            "project_name",
            "2 projects have that in their names; write more of one: Bookshop 書店, Kiosk.",
        ),
        (
            &deck.owner,
            "creator_name=nobody",
            "creator_name",
            "“nobody”: nobody whose keys you can see has that in their address.",
        ),
        (
            &editor,
            "project_name=Kiosk",
            "project_name",
            "no project that you can see",
        ),
        (
            &editor,
            "creator_name=owner",
            "creator_name",
            "nobody whose keys you can see",
        ),
        (
            &deck.owner,
            &format!("project_name=Kiosk&project={bookshop}"),
            "project_name",
            "Give `project` or `project_name`, not both.",
        ),
        (
            &deck.owner,
            &format!("creator_name=me&creator={bookshop}"),
            "creator_name",
            "Give `creator` or `creator_name`, not both.",
        ),
    ] {
        for path in ["/v1/keys", "/v1/keys/counts"] {
            let refused = person.get(&format!("{path}?{query}")).await;
            let problem = refused.refused(400, ProblemType::Malformed);
            assert_eq!(problem.errors[0].field, field, "{query}");
            assert!(
                problem.errors[0].message.contains(told),
                "{query}: {}",
                problem.errors[0].message
            );
            assert_eq!(problem.detail, problem.errors[0].message);
        }
    }
    let plan = |name: &str| json!({"action": "disable", "filter": {"project_name": name}});
    let made = deck.owner.post("/v1/keys/plan", &plan("kiosk")).await.expect(201);
    assert_eq!(made["count"], 8);
    let refused = deck.owner.post("/v1/keys/plan", &plan("shop")).await;
    let problem = refused.refused(422, ProblemType::Invalid);
    assert_eq!(problem.errors[0].field, "filter.project_name");
}
