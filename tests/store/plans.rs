//! Plans of many keys: carried out exactly as they were shown, or not at all.

mod removals;

use futures_util::{StreamExt, stream};
use jiff::{Timestamp, ToSpan};
use keydeck::api::{
    Activity, ActivityAction, ActivityQuery, KeyDifference, KeyFilter, LifetimesEdit, PlanDifference,
    PlanProgress, PolicyEdit, User,
};
use keydeck::model::{BulkChange, KeyState, Scope, Settings};
use keydeck::server::store::{
    Found, KeyRecord, NewPlanRecord, PlanCommit, PlanScope, Store, StoreError, Visible,
};
use serde_json::Value;
use uuid::Uuid;

use super::deck::{Deck, actor, new_key};
use super::engine;
use super::statements::compared;

const REVOKE: BulkChange = BulkChange::Revoke { reason: None };

/// More than one portion deals with.
const MANY: usize = 450;

/// Keys that were neither used nor created within 90 days.
fn idle() -> KeyFilter {
    KeyFilter {
        idle_days: Some(90),
        ..KeyFilter::default()
    }
}

fn ids(keys: &[KeyRecord]) -> PlanScope {
    PlanScope::Ids(keys.iter().map(|key| key.id).collect())
}

impl Deck {
    /// So many Web keys of the owner, that nobody used for a year.
    async fn idle_keys(&self, count: usize) -> Vec<KeyRecord> {
        self.named_keys("Old", count, &self.owner).await
    }

    /// The same of this person.
    async fn named_keys(&self, name: &str, count: usize, creator: &User) -> Vec<KeyRecord> {
        let keys: Vec<_> = (0..count)
            .map(|n| {
                let mut key = new_key(Scope::Web, &format!("{name} {n}"), Some(self.shop.id));
                key.created_at = Timestamp::now().saturating_sub((365 * 24).hours()).unwrap();
                key
            })
            .collect();
        let created = keys.into_iter().map(|key| self.create(key, creator));
        stream::iter(created).buffered(8).collect().await
    }

    async fn plan(&self, change: BulkChange, asked: PlanScope, keys: &[KeyRecord]) -> Uuid {
        let new = NewPlanRecord {
            change,
            asked,
            keys: keys.iter().map(|key| (key.id, key.version)).collect(),
        };
        self.store.make_plan(new, actor(&self.owner)).await.unwrap().id
    }

    async fn commit(&self, plan: Uuid, by: &User) -> PlanCommit {
        let nothing = PlanDifference::default();
        self.store.commit_plan(plan, nothing, actor(by)).await.unwrap()
    }

    /// By the owner.
    async fn committed(&self, plan: Uuid) -> PlanProgress {
        match self.commit(plan, &self.owner).await {
            PlanCommit::Committed(progress) => progress,
            other => panic!("not committed: {other:?}"),
        }
    }

    async fn differs(&self, plan: Uuid) -> PlanDifference {
        match self.commit(plan, &self.owner).await {
            PlanCommit::Differs(difference) => difference,
            other => panic!("it does not differ: {other:?}"),
        }
    }

    async fn now(&self, key: &KeyRecord) -> Option<KeyRecord> {
        match self.store.key(key.id, Visible::All).await.unwrap().unwrap() {
            Found::Active(key) => Some(key),
            Found::Revoked(_) => None,
        }
    }

    async fn rename(&self, key: &KeyRecord, name: &str) {
        let edited = self.store.edit_key(
            key.id,
            key.version,
            name.into(),
            key.settings.clone(),
            actor(&self.owner),
        );
        edited.await.unwrap();
    }

    /// The newest rows, newest first.
    async fn newest(&self, limit: u32) -> Vec<Activity> {
        let query = ActivityQuery {
            limit: Some(limit),
            ..ActivityQuery::default()
        };
        self.store.activity(&query, Visible::All).await.unwrap().items
    }
}

/// To the end; how far it is then.
async fn finish(store: &dyn Store, plan: Uuid, by: &User) -> PlanProgress {
    let mut before = 0;
    while let Some(progress) = store.continue_plan(plan).await.unwrap() {
        let turns = progress.done + progress.left_alone;
        assert!(turns > before, "{progress:?}");
        before = turns;
    }
    store.plan_progress(plan, by.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn every_action_is_done_to_each_key_with_a_row_of_its_own_and_one_id() {
    let deck = Deck::new().await;
    let keys = deck.idle_keys(3).await;
    let end = Timestamp::now().saturating_add(480.hours()).unwrap();
    let end = Timestamp::from_millisecond(end.as_millisecond()).unwrap();
    let label = BulkChange::Label {
        add: vec!["old".into()],
        remove: vec!["new".into()],
    };
    let reason = Some("nobody uses it".to_owned());
    for (change, action) in [
        (label, ActivityAction::KeyEdited),
        (
            BulkChange::SetExpiry {
                expires_at: Some(end),
            },
            ActivityAction::KeyEdited,
        ),
        (
            BulkChange::Disable {
                reason: reason.clone(),
            },
            ActivityAction::KeyDisabled,
        ),
        (BulkChange::Enable, ActivityAction::KeyEnabled),
        (BulkChange::Disable { reason: None }, ActivityAction::KeyDisabled),
        (REVOKE, ActivityAction::KeyRevoked),
    ] {
        let mut now = Vec::new();
        for key in &keys {
            now.push(deck.now(key).await.unwrap());
        }
        let plan = deck.plan(change.clone(), ids(&now), &now).await;
        let progress = deck.committed(plan).await;
        assert_eq!(
            (progress.count, progress.done, progress.left),
            (3, 3, 0),
            "{change:?}"
        );
        let rows = deck.newest(3).await;
        for row in &rows {
            assert_eq!(
                (row.action, row.actor.as_ref().unwrap().id),
                (action, deck.owner.id)
            );
            assert_eq!(row.changes["plan"][1], plan.simple().to_string());
            assert_eq!(row.address, actor(&deck.owner).address);
        }
        let about: Vec<_> = rows.iter().rev().map(|row| row.key.unwrap()).collect();
        assert_eq!(about, keys.iter().map(|key| key.id).collect::<Vec<_>>());
        let Some(first) = deck.now(&keys[0]).await else {
            assert_eq!(change, REVOKE);
            continue;
        };
        assert_eq!(first.version, now[0].version + 1);
        match change {
            BulkChange::Label { .. } => assert_eq!(first.settings.labels, ["old"]),
            BulkChange::SetExpiry { .. } => assert_eq!(first.settings.expires_at, Some(end)),
            BulkChange::Disable { reason } => {
                let disabled = first.disabled.unwrap();
                assert_eq!((disabled.reason, disabled.by.id), (reason, deck.owner.id));
                assert_eq!(first.state, KeyState::Disabled);
            }
            _ => assert_eq!(first.state, KeyState::Active),
        }
    }
    compared(&*deck.store).await.unwrap();
}

#[tokio::test]
async fn a_key_that_changed_since_stops_the_whole_plan() {
    let deck = Deck::new().await;
    let keys = deck.idle_keys(4).await;
    for (what, why) in [
        ("edit", KeyDifference::Changed),
        ("disable", KeyDifference::Changed),
        ("use", KeyDifference::Dropped),
        ("revoke", KeyDifference::Revoked),
    ] {
        let mut now = Vec::new();
        for key in &keys {
            now.extend(deck.now(key).await);
        }
        let plan = deck.plan(REVOKE, PlanScope::Filter(Box::new(idle())), &now).await;
        let by = actor(&deck.owner);
        match what {
            "edit" => deck.rename(&now[1], "Renamed").await,
            "disable" => drop(deck.store.disable_key(now[1].id, None, by).await.unwrap()),
            "revoke" => drop(deck.store.revoke_key(now[1].id, by).await.unwrap()),
            _ => {
                let used = Timestamp::now().as_microsecond();
                let sql = format!("UPDATE keys SET last_used_at = {used} WHERE name = 'Renamed'");
                engine::run(&deck.place, &sql).await.unwrap();
            }
        }
        let before = engine::contents(&deck.place).await;
        let difference = deck.differs(plan).await;
        assert_eq!(difference.total(), 1, "{what}: {difference:?}");
        let sample: Vec<_> = difference.sample.iter().map(|key| (key.id, key.why)).collect();
        assert_eq!(sample, [(now[1].id, why)], "{what}");
        assert_eq!(engine::contents(&deck.place).await, before, "{what}");
        if what == "use" {
            let sql = "UPDATE keys SET last_used_at = 0 WHERE name = 'Renamed'";
            engine::run(&deck.place, sql).await.unwrap();
            deck.store.enable_key(now[1].id, by).await.unwrap();
        }
    }
    // What would be in it now and is not, is counted too.
    let left = [deck.now(&keys[0]).await.unwrap()];
    let plan = deck
        .plan(REVOKE, PlanScope::Filter(Box::new(idle())), &left)
        .await;
    let added = PlanDifference {
        added: 2,
        ..PlanDifference::default()
    };
    let refused = deck
        .store
        .commit_plan(plan, added.clone(), actor(&deck.owner))
        .await;
    assert!(matches!(refused, Ok(PlanCommit::Differs(difference)) if difference == added));
    assert!(deck.now(&keys[0]).await.is_some());
}

#[tokio::test]
async fn a_plan_is_carried_out_once_and_by_whoever_made_it() {
    let deck = Deck::new().await;
    let keys = deck.idle_keys(2).await;
    let plan = deck.plan(REVOKE, ids(&keys), &keys).await;
    for (other, plan) in [(&deck.editor, plan), (&deck.owner, Uuid::nil())] {
        assert!(matches!(deck.commit(plan, other).await, PlanCommit::Missing));
        assert!(deck.store.plan(plan, other.id).await.unwrap().is_none());
        assert!(deck.store.plan_progress(plan, other.id).await.unwrap().is_none());
    }
    let before = deck
        .store
        .plan_progress(plan, deck.owner.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((before.committed_at, before.left), (None, 2));
    let (one, other) = tokio::join!(deck.committed(plan), deck.committed(plan));
    assert_eq!(one, other);
    let rows = deck.store.last_seq().await.unwrap();
    assert_eq!(deck.committed(plan).await, one);
    assert_eq!(deck.store.last_seq().await.unwrap(), rows);
    assert!(deck.store.continue_plan(plan).await.unwrap().is_none());
    assert!(deck.store.unfinished_plans().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_plan_is_valid_for_ten_minutes() {
    let deck = Deck::new().await;
    let keys = deck.idle_keys(1).await;
    let new = NewPlanRecord {
        change: REVOKE,
        asked: ids(&keys),
        keys: vec![(keys[0].id, 1)],
    };
    let made = deck.store.make_plan(new, actor(&deck.owner)).await.unwrap();
    let left = made.ends_at.duration_since(Timestamp::now()).as_secs();
    assert!((540..=600).contains(&left), "{left}");
    let passed = Timestamp::now().as_microsecond() - 1;
    let sql = format!("UPDATE plans SET ends_at = {passed}");
    assert!(
        engine::run(&deck.place, &sql)
            .await
            .unwrap_err()
            .contains("never changes")
    );
    engine::behind_triggers(&deck.place, "plans", &sql).await;
    assert!(matches!(
        deck.commit(made.id, &deck.owner).await,
        PlanCommit::Over
    ));
    assert!(deck.now(&keys[0]).await.is_some());
}

#[tokio::test]
async fn whoever_changed_roles_carries_out_nothing() {
    let deck = Deck::new().await;
    let keys = deck.idle_keys(1).await;
    let plan = deck.plan(REVOKE, ids(&keys), &keys).await;
    let mut was = actor(&deck.owner);
    was.role = keydeck::model::Role::Support;
    let refused = deck.store.commit_plan(plan, PlanDifference::default(), was).await;
    assert!(matches!(refused, Err(StoreError::RoleChanged)), "{refused:?}");
}

#[tokio::test]
async fn very_many_keys_have_their_turn_in_portions_that_others_write_between() {
    let deck = Deck::new().await;
    let keys = deck.idle_keys(MANY).await;
    let plan = deck
        .plan(REVOKE, PlanScope::Filter(Box::new(idle())), &keys)
        .await;
    let begun = deck.committed(plan).await;
    assert!(begun.done > 0 && begun.left > 0, "{begun:?}");
    // Others change keys whose turn is still to come, and others.
    let by = actor(&deck.owner);
    let [edited, revoked, disabled] = [1, 2, 3].map(|n| &keys[MANY - n]);
    deck.rename(edited, "Still needed").await;
    deck.store.revoke_key(revoked.id, by).await.unwrap();
    deck.store.disable_key(disabled.id, None, by).await.unwrap();
    deck.web("Checkout").await;
    // As after a crash: whoever has the database finishes it, several together too.
    let other = engine::again(&deck.place).await;
    let unfinished = other.unfinished_plans().await.unwrap();
    assert_eq!(unfinished, [(plan, begun.done)]);
    let (one, two) = tokio::join!(other.continue_plan(plan), deck.store.continue_plan(plan));
    let far =
        |progress: Option<PlanProgress>| progress.map_or(0, |progress| progress.done + progress.left_alone);
    assert_ne!(far(one.unwrap()), far(two.unwrap()));
    let done = finish(&*other, plan, &deck.owner).await;
    let many = MANY as u64;
    assert_eq!(
        (done.count, done.done, done.left_alone, done.left),
        (many, many - 3, 3, 0)
    );
    let left_alone: Vec<_> = done.left_alone_keys.iter().map(|key| (key.id, key.why)).collect();
    assert_eq!(
        left_alone,
        [
            (disabled.id, KeyDifference::Changed),
            (revoked.id, KeyDifference::Revoked),
            (edited.id, KeyDifference::Changed),
        ]
    );
    assert_eq!(done.left_alone_keys[2].name, "Still needed");
    assert!(deck.now(edited).await.is_some() && deck.now(disabled).await.is_some());
    assert!(deck.now(&keys[0]).await.is_none() && deck.now(&keys[MANY - 4]).await.is_none());
    assert_eq!(deck.committed(plan).await, done);
    assert!(deck.store.unfinished_plans().await.unwrap().is_empty());
    // People and projects, the keys, one row each, and what the owner did meanwhile.
    assert_eq!(deck.store.last_seq().await.unwrap(), 3 + many + (many - 3) + 4);
    compared(&*deck.store).await.unwrap();
}

#[tokio::test]
async fn what_nobody_committed_is_not_carried_on() {
    for tampered in [
        "UPDATE plans SET change = '{\"action\":\"enable\"}'",
        "UPDATE plans SET change = 'x'",
        "UPDATE plans SET asked = '{\"filter\":{}}'",
        "UPDATE plans SET person = (SELECT seq FROM users WHERE role = 'editor')",
        "UPDATE plan_keys SET key = (SELECT max(key) FROM plan_keys)",
        "UPDATE plan_keys SET version = 7 WHERE place > 1",
        "DELETE FROM plan_keys WHERE place > 1",
    ] {
        let deck = Deck::new().await;
        let keys = deck.idle_keys(3).await;
        let plan = deck.plan(REVOKE, ids(&keys), &keys).await;
        deck.committed(plan).await;
        // As if the server had crashed after the first of its keys.
        let under_way = "UPDATE plans SET finished_at = NULL, place = 1";
        engine::behind_triggers(&deck.place, "plans", under_way).await;
        assert_eq!(deck.store.unfinished_plans().await.unwrap(), [(plan, 1)]);
        compared(&*deck.store).await.unwrap();
        let table = tampered.split(' ').find(|word| word.starts_with("plan")).unwrap();
        engine::behind_triggers(&deck.place, table, tampered).await;
        told_of(&deck, tampered).await;
    }
    // A plan that somebody else commits in their name is none that they committed.
    let deck = Deck::new().await;
    let keys = deck.idle_keys(1).await;
    deck.plan(REVOKE, ids(&keys), &keys).await;
    engine::run(&deck.place, "UPDATE plans SET committed_at = 1")
        .await
        .unwrap();
    told_of(&deck, "committed").await;
}

/// That nobody carries it on, and why.
async fn told_of(deck: &Deck, tampered: &str) {
    assert!(
        deck.store.unfinished_plans().await.unwrap().is_empty(),
        "{tampered}"
    );
    let told = compared(&*deck.store).await.unwrap_err();
    assert!(told.contains("of many keys is under way"), "{tampered}: {told}");
}

#[tokio::test]
async fn a_policy_that_came_since_binds_a_plan_too() {
    let deck = Deck::new().await;
    let keys = deck.idle_keys(1).await;
    let plan = deck
        .plan(BulkChange::SetExpiry { expires_at: None }, ids(&keys), &keys)
        .await;
    let days = |web| PolicyEdit {
        longest_lifetime_days: LifetimesEdit {
            web: Some(web),
            ..LifetimesEdit::default()
        },
    };
    let by = actor(&deck.owner);
    deck.store.set_policy(days(Some(30)), by).await.unwrap();
    match deck.commit(plan, &deck.owner).await {
        PlanCommit::WrongEnd(sentence) => assert!(sentence.contains("30 days at most"), "{sentence}"),
        other => panic!("not refused: {other:?}"),
    }
    deck.store.set_policy(days(None), by).await.unwrap();
    assert_eq!(deck.committed(plan).await.done, 1);
}

#[tokio::test]
async fn an_expired_key_is_renewed_and_revoked_and_not_enabled() {
    let deck = Deck::new().await;
    let keys = deck.idle_keys(2).await;
    let by = actor(&deck.owner);
    for key in &keys {
        deck.store.disable_key(key.id, None, by).await.unwrap();
    }
    let keys = [
        deck.now(&keys[0]).await.unwrap(),
        deck.now(&keys[1]).await.unwrap(),
    ];
    let enable = deck.plan(BulkChange::Enable, ids(&keys), &keys).await;
    let ended = Timestamp::now().as_microsecond() - 5_000_000;
    let sql = format!("UPDATE keys SET expires_at = {ended} WHERE name = 'Old 0'");
    engine::run(&deck.place, &sql).await.unwrap();
    let difference = deck.differs(enable).await;
    assert_eq!((difference.dropped, difference.total()), (1, 1));
    let renew = deck
        .plan(BulkChange::SetExpiry { expires_at: None }, ids(&keys), &keys[..1])
        .await;
    assert_eq!(deck.committed(renew).await.done, 1);
    let renewed = deck.now(&keys[0]).await.unwrap();
    assert_eq!(
        renewed.settings,
        Settings {
            expires_at: None,
            ..keys[0].settings.clone()
        }
    );
    assert_eq!(renewed.state, KeyState::Disabled);
}

#[tokio::test]
async fn old_plans_are_forgotten() {
    let deck = Deck::new().await;
    let keys = deck.idle_keys(1).await;
    let mut plans = Vec::new();
    for n in 0..9 {
        let reason = Some(n.to_string());
        plans.push(deck.plan(BulkChange::Disable { reason }, ids(&keys), &keys).await);
    }
    assert!(matches!(
        deck.commit(plans[0], &deck.owner).await,
        PlanCommit::Missing
    ));
    assert_eq!(deck.committed(plans[1]).await.done, 1);
    // Of a day before, also those that were committed.
    let long_ago = Timestamp::now().as_microsecond() - 25 * 3_600_000_000;
    let sql = format!("UPDATE plans SET ends_at = {long_ago}");
    engine::behind_triggers(&deck.place, "plans", &sql).await;
    for _ in 0..5 {
        deck.plan(REVOKE, ids(&keys), &[]).await;
    }
    assert!(
        deck.store
            .plan_progress(plans[1], deck.owner.id)
            .await
            .unwrap()
            .is_none()
    );
    let contents = engine::contents(&deck.place).await;
    assert!(contents["plans"].len() <= 5, "{:?}", contents["plans"]);
}

#[tokio::test]
async fn keys_by_id_are_those_that_there_are_and_that_may_be_seen() {
    let deck = Deck::new().await;
    let mine = deck.web("Mine").await;
    let key = new_key(Scope::Mobile, "Theirs", Some(deck.kiosk.id));
    let theirs = deck.create(key, &deck.editor).await;
    let gone = deck.web("Gone").await;
    deck.store.revoke_key(gone.id, actor(&deck.owner)).await.unwrap();
    let all = vec![theirs.id, mine.id, gone.id, Uuid::nil()];
    let seen = async |visible| -> Vec<Uuid> {
        let found = deck.store.keys_of_ids(all.clone(), visible).await.unwrap();
        found.into_iter().map(|key| key.id).collect()
    };
    assert_eq!(seen(Visible::All).await, [mine.id, theirs.id]);
    assert_eq!(seen(Visible::CreatedBy(deck.editor.id)).await, [theirs.id]);
}

#[tokio::test]
async fn what_a_plan_did_can_be_told_from_what_was_done_to_one_key() {
    let deck = Deck::new().await;
    let keys = deck.idle_keys(1).await;
    deck.store
        .disable_key(keys[0].id, None, actor(&deck.owner))
        .await
        .unwrap();
    let alone = deck.newest(1).await.remove(0);
    assert_eq!(alone.changes.get("plan"), None::<&Value>);
}
