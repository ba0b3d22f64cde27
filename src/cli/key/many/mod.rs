//! `key revoke|disable|enable|edit` of many keys: shows a plan, asks, and carries out exactly what was shown.

pub mod args;
mod told;

use std::io::{self, BufRead, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use uuid::Uuid;

use self::args::ManyArgs;
use super::args::{DisableArgs, EnableArgs, KeyEditArgs, RevokeArgs};
use super::list::chosen_once;
use crate::api::{
    FEW_KEYS, KeyFilter, NewPlan, PLAN_MINUTES, Plan, PlanAction, PlanDifference, PlanExtra, PlanProgress,
    ProblemType,
};
use crate::cli::resolve::{project_id, user_id};
use crate::cli::{Failure, confirm, flags, output};
use crate::client::{Client, Error};

/// What is done to which keys, and how it is asked and told.
pub struct Many<'a> {
    pub which: &'a ManyArgs,
    pub yes: bool,
    pub json: bool,
}

macro_rules! of_many {
    ($($args:ty),+) => {
        $(impl $args {
            /// What is said of many keys.
            pub fn many(&self) -> Many<'_> {
                Many {
                    which: &self.many,
                    yes: self.yes,
                    json: self.json,
                }
            }
        })+
    };
}

of_many!(RevokeArgs, DisableArgs, EnableArgs, KeyEditArgs);

impl Many<'_> {
    /// Refuses what can't be obeyed, before any request is sent. `false`: one key is meant.
    pub fn possible(&self) -> Result<bool, Failure> {
        let which = self.which;
        let usage = |sentence: &str| Err(Failure::Usage(sentence.into()));
        if !which.are_meant() {
            return match which.dry_run || which.expect.is_some() {
                true => usage(
                    "--dry-run and --expect are for many keys; say which with --filter, --scope, --project, --created-by or --all",
                ),
                false => Ok(false),
            };
        }
        if which.plan.is_some() {
            return Ok(true);
        }
        if which.is_empty() && !which.all {
            return usage("an empty filter is every key; if you mean that, use --all");
        }
        if which.dry_run {
            return Ok(true);
        }
        match (self.yes, which.expect) {
            (true, None) => usage(
                "--yes for many keys needs --expect N, the number of keys that you mean; --dry-run says how many there are",
            ),
            (false, _) if !can_ask() => usage(
                "what is done to many keys is asked about first, and there is no terminal to ask on; use --dry-run and \
                 then --plan PLAN, or --yes --expect N",
            ),
            _ => Ok(true),
        }
    }

    /// `new` says what is done; which keys, is added here.
    pub async fn run(&self, client: &Client, new: NewPlan) -> Result<(), Failure> {
        if let Some(hash) = &self.which.plan {
            return self.run_shown(client, hash, new.action).await;
        }
        let new = NewPlan {
            filter: Some(self.filter(client).await?),
            all: self.which.all,
            with: self.which.dry_run.then_some(PlanExtra::Keys),
            ..new
        };
        let plan = client.plan(&new).await?;
        if self.which.dry_run {
            match self.json {
                true => output::json(&plan)?,
                false => told::printed(&plan)?,
            }
            return self.expected(&plan);
        }
        self.expected(&plan)?;
        if plan.count == 0 && !self.json {
            told::lines(&plan).iter().for_each(output::notice);
            output::notice("there is nothing to do");
            return Ok(());
        }
        if !self.yes && !confirmed(&plan)? {
            return Err(Failure::Failed("nothing was done".into()));
        }
        self.carry_out(client, &plan.plan, plan.action).await
    }

    /// A plan that was shown before.
    async fn run_shown(&self, client: &Client, hash: &str, action: PlanAction) -> Result<(), Failure> {
        let hash: Uuid = hash.parse().map_err(|_| {
            Failure::Usage("--plan takes the plan that --dry-run printed: 32 hexadecimal digits".into())
        })?;
        let hash = hash.simple().to_string();
        let shown = client.plan_progress(&hash).await?;
        if command(shown.action) != command(action) {
            return Err(Failure::Usage(format!(
                "this plan is to {} keys, so nothing was done; carry it out with keydeck key {}",
                shown.action.verb(),
                command(shown.action)
            )));
        }
        if let Some(at) = shown.committed_at {
            output::notice(format!(
                "this plan was carried out at {}; nothing is done a second time",
                output::time(at)
            ));
        }
        self.carry_out(client, &hash, shown.action).await
    }

    async fn filter(&self, client: &Client) -> Result<KeyFilter, Failure> {
        let which = self.which;
        let words = which.filter.clone().unwrap_or_default();
        flags::no_secret_filter(words.text.as_ref())?;
        let project = match chosen_once("--project", &which.project, "project:", &words.project)? {
            Some(text) => Some(project_id(client, text).await?),
            None => None,
        };
        let creator = match chosen_once("--created-by", &which.creator, "@", &words.creator)? {
            Some(text) => Some(user_id(client, text).await?),
            None => None,
        };
        let filter = KeyFilter {
            scope: which.scope,
            project,
            creator,
            ..KeyFilter::default()
        };
        Ok(filter.with_words(words, Timestamp::now(), &TimeZone::system()))
    }

    fn expected(&self, plan: &Plan) -> Result<(), Failure> {
        match self.which.expect {
            Some(expected) if expected != plan.count => Err(Failure::Failed(format!(
                "there {} to {}, not {expected}, so nothing was done; --dry-run shows which",
                match plan.count {
                    1 => "is 1 key".to_owned(),
                    many => format!("are {many} keys"),
                },
                plan.action.verb()
            ))),
            _ => Ok(()),
        }
    }

    /// What changed since the plan was made is listed key by key.
    fn refused(&self, plan: &str, action: PlanAction, error: Error) -> Result<Failure, Failure> {
        let Some(problem) = error.problem() else {
            return Ok(error.into());
        };
        match &problem.plan {
            Some(difference) if self.json => output::json(&RefusedPlan {
                plan,
                action,
                done: 0,
                difference,
            })?,
            Some(difference) => tell(difference),
            None => {}
        }
        Ok(match (problem.kind, &problem.plan) {
            (ProblemType::PlanChanged, Some(difference)) => {
                Failure::Failed(format!("{}; {}", out_of_date(difference), self.again(action)))
            }
            (ProblemType::PlanExpired, _) => Failure::Failed(format!(
                "what was shown is older than {PLAN_MINUTES} minutes, so nothing was done; {}",
                self.again(action)
            )),
            _ => error.into(),
        })
    }

    /// The command that shows what would be done now.
    fn again(&self, action: PlanAction) -> String {
        let command = command(action);
        match self.which.plan.is_some() {
            true => format!(
                "run keydeck key {command} --dry-run with the same filter to see what would be done now"
            ),
            false => format!("run the same keydeck key {command} again to see what would be done now"),
        }
    }

    async fn carry_out(&self, client: &Client, hash: &str, action: PlanAction) -> Result<(), Failure> {
        let bar = progress_bar(action)?;
        let shown = |progress: &PlanProgress| {
            bar.set_length(progress.count);
            bar.set_position(progress.count - progress.left);
        };
        let committed = client.commit_plan_telling(hash, shown).await;
        bar.finish_and_clear();
        let progress = match committed {
            Ok(progress) => progress,
            Err(error) => return Err(self.refused(hash, action, error)?),
        };
        match self.json {
            true => output::json(&progress)?,
            false => told::done(&progress),
        }
        match progress.left_alone {
            0 => Ok(()),
            left_alone => Err(Failure::Partly(format!(
                "{} left alone, as someone changed {} meanwhile; see them and decide again",
                match left_alone {
                    1 => "1 key was".to_owned(),
                    many => format!("{many} keys were"),
                },
                if left_alone == 1 { "it" } else { "them" }
            ))),
        }
    }
}

/// A plan that was not carried out.
#[derive(Serialize)]
struct RefusedPlan<'a> {
    plan: &'a str,
    action: PlanAction,
    /// Nothing was.
    done: u64,
    /// What is not as the plan showed it.
    difference: &'a PlanDifference,
}

/// `1 key is not as the plan showed, so nothing was done: 1 changed`
fn out_of_date(difference: &PlanDifference) -> String {
    let keys = match difference.total() {
        1 => "1 key is".to_owned(),
        many => format!("{many} keys are"),
    };
    format!(
        "{keys} not as the plan showed, so nothing was done: {}",
        difference.words()
    )
}

fn tell(difference: &PlanDifference) {
    for key in &difference.sample {
        output::notice(format!("  \"{}\" ({}): {}", key.name, key.id, key.why.words()));
    }
    match difference.total().saturating_sub(difference.sample.len() as u64) {
        0 => {}
        more => output::notice(format!("  and {more} more")),
    }
}

/// The command that an action is of.
fn command(action: PlanAction) -> &'static str {
    match action {
        PlanAction::Revoke => "revoke",
        PlanAction::Disable => "disable",
        PlanAction::Enable => "enable",
        PlanAction::SetExpiry | PlanAction::Label => "edit",
    }
}

fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether the person at the terminal confirms what the plan shows.
fn confirmed(plan: &Plan) -> Result<bool, Failure> {
    told::lines(plan).iter().for_each(output::notice);
    told::sample(plan).iter().for_each(output::notice);
    if plan.action == PlanAction::Revoke {
        output::notice("Everything that uses these keys stops working immediately. This can't be undone.");
    }
    let act = format!("{} {}", plan.action.verb(), output::counted(plan.count, "key"));
    if plan.count <= FEW_KEYS {
        return confirm::asked(&act);
    }
    let mut stderr = io::stderr().lock();
    write!(stderr, "Type {} to {act} [no]: ", plan.count)?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == plan.count.to_string())
}

/// Drawn only on a terminal. Only very many keys take so long that it shows.
fn progress_bar(action: PlanAction) -> Result<ProgressBar, Failure> {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}, {eta} left")
        .map_err(Failure::failed)?;
    Ok(ProgressBar::new(0)
        .with_style(style)
        .with_message(command(action)))
}
