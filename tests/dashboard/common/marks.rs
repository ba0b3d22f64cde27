//! Answers to what is asked about marked keys.

use jiff::Timestamp;
use keydeck::api::{
    Key, KeyFilter, KeyList, NewPlan, PersonRef, Plan, PlanBreakdown, PlanProgress, PlannedChange,
    PlannedKey, PlannedOwner, PlannedScopes,
};
use keydeck::client::Error;
use keydeck::tui::dialogs::{Modal, PlanDialog};
use keydeck::tui::message::{Effect, MarkedKey, MarksReply, MarksRequest, Message, Walked, Whereabouts};
use uuid::Uuid;

use super::talk::{Talk, some_keys};

/// What `keys` are walked through as.
pub fn walked(keys: &[Key]) -> Result<Walked, Error> {
    Ok(Walked {
        keys: keys.iter().map(MarkedKey::from).collect(),
        are_more: false,
    })
}

/// A plan for `count` keys, as the server would make it of what was asked.
pub fn plan_of(new: &NewPlan, count: u64) -> Plan {
    let sample = some_keys(count.min(10) as u32).into_iter().map(|key| PlannedKey {
        id: key.id,
        name: key.name,
        scope: key.scope,
        project: key.project.map(|project| project.name),
        creator: key.creator,
        last_used_at: key.last_used_at,
    });
    let owner = |number, email: &str, count| PlannedOwner {
        creator: PersonRef {
            id: Uuid::from_u128(number),
            email: email.into(),
        },
        count,
    };
    let owners = [
        owner(1, "mira@acme.example", count - count / 4),
        owner(4, "jonas@acme.example", count / 4),
    ];
    let owners = owners.into_iter().filter(|owner| owner.count > 0).collect();
    Plan {
        plan: format!("{count:032x}"),
        action: new.action,
        change: PlannedChange::default(),
        count,
        sample: sample.collect(),
        keys: None,
        breakdown: PlanBreakdown {
            used_within_24h: count / 2,
            by_scope: PlannedScopes {
                web: count - count / 3,
                mobile: count / 3,
                analytics: 0,
            },
            by_owner: owners,
            owners: if count < 4 { 1 } else { 2 },
            ..PlanBreakdown::default()
        },
        expires_at: Timestamp::from_second(1_795_000_800).expect("valid"),
    }
}

/// All of a plan was carried out.
pub fn done(plan: &Plan) -> PlanProgress {
    PlanProgress {
        plan: plan.plan.clone(),
        action: plan.action,
        change: plan.change.clone(),
        committed_at: Some(Timestamp::UNIX_EPOCH),
        count: plan.count,
        done: plan.count,
        left_alone: 0,
        left_alone_keys: Vec::new(),
        left: 0,
    }
}

impl Talk {
    /// The oldest request that `wanted` recognises.
    fn marks_request<T>(&mut self, what: &str, wanted: impl Fn(&MarksRequest) -> Option<T>) -> T {
        self.expect(what, |effect| match effect {
            Effect::Marks(request) => wanted(request),
            _ => None,
        })
    }

    pub fn walk_question(&mut self) -> (u64, KeyList, Option<Uuid>) {
        self.marks_request("walk", |request| match request {
            MarksRequest::Walk { number, list, until } => Some((*number, list.clone(), *until)),
            _ => None,
        })
    }

    /// Answers the oldest question for keys to mark; what was asked.
    pub fn answer_walk(&mut self, result: Result<Walked, Error>) -> (KeyList, Option<Uuid>) {
        let (number, list, until) = self.walk_question();
        self.tell(Message::OfMarks(MarksReply::Walked {
            number,
            until,
            result,
        }));
        (list, until)
    }

    pub fn check_question(&mut self) -> (u64, KeyFilter, Vec<Uuid>) {
        self.marks_request("check", |request| match request {
            MarksRequest::Check { number, filter, ids } => Some((*number, filter.clone(), ids.clone())),
            _ => None,
        })
    }

    /// Says of all keys that are asked about that they are there.
    pub fn answer_whereabouts(&mut self, whereabouts: Whereabouts) -> Vec<Uuid> {
        let (number, _, ids) = self.check_question();
        let found = ids.iter().map(|id| (*id, whereabouts)).collect();
        self.tell(Message::OfMarks(MarksReply::Checked {
            number,
            result: Ok(found),
        }));
        ids
    }

    pub fn plan_question(&mut self) -> (u64, NewPlan) {
        self.marks_request("question for a plan", |request| match request {
            MarksRequest::Plan { number, new } => Some((*number, (**new).clone())),
            _ => None,
        })
    }

    /// Answers the oldest question for a plan; what was asked.
    pub fn answer_plan(&mut self, answer: impl FnOnce(&NewPlan) -> Result<Plan, Error>) -> NewPlan {
        let (number, new) = self.plan_question();
        let result = answer(&new).map(Box::new);
        self.tell(Message::OfMarks(MarksReply::Planned {
            number,
            new: Box::new(new.clone()),
            result,
        }));
        new
    }

    pub fn commit_question(&mut self) -> (u64, String) {
        self.marks_request("commit", |request| match request {
            MarksRequest::Commit { number, plan } => Some((*number, plan.clone())),
            _ => None,
        })
    }

    /// Answers the oldest commit; which plan it was.
    pub fn answer_commit(&mut self, result: Result<PlanProgress, Error>) -> String {
        let (number, plan) = self.commit_question();
        self.tell(Message::OfMarks(MarksReply::Committed {
            number,
            result: result.map(Box::new),
        }));
        plan
    }

    pub fn is_asked_about_marks(&self) -> bool {
        let is_request = |effect: &Effect| matches!(effect, Effect::Marks(_));
        self.effects.iter().any(is_request)
    }

    /// The dialog of the plan, on top.
    pub fn plan(&self) -> &PlanDialog {
        match self.app.over.last() {
            Some(Modal::Plan(dialog)) => dialog,
            other => panic!("no plan but {other:?}"),
        }
    }

    /// How many are marked, and how many of them are not shown.
    pub fn marked(&self) -> (usize, usize) {
        (self.app.marks.len(), self.app.marks.hidden())
    }
}
