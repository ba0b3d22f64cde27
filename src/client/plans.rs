//! Plans of many keys.

use tokio::time::{Instant, sleep};

use super::{Client, GIVEN_UP, LOOK, Result};
use crate::api::{NewPlan, Plan, PlanProgress};

impl Client {
    /// What would be done; nothing is done.
    pub async fn plan(&self, new: &NewPlan) -> Result<Plan> {
        self.transport
            .ask("v1/keys/plan", |request| request.json(new))
            .await
    }

    /// Carries out a plan, once, however often it is called. Refused with what changed when any of its keys is not as it
    /// was shown.
    pub async fn commit_plan(&self, plan: &str) -> Result<PlanProgress> {
        self.commit_plan_telling(plan, |_| ()).await
    }

    /// For very many keys, `tell` is called with the progress. The server finishes it even if nobody asks any more (no
    /// server answers for long): then the returned progress has some left.
    pub async fn commit_plan_telling(
        &self,
        plan: &str,
        tell: impl Fn(&PlanProgress),
    ) -> Result<PlanProgress> {
        let path = format!("v1/keys/plan/{plan}");
        let mut progress: PlanProgress = self.transport.act_once(&path).await?;
        let mut asked = Instant::now();
        while !progress.is_finished() && asked.elapsed() < GIVEN_UP {
            tell(&progress);
            sleep(LOOK).await;
            match self.plan_progress(plan).await {
                Ok(now) => (progress, asked) = (now, Instant::now()),
                Err(error) if error.is_retryable() => {}
                Err(_) => break,
            }
        }
        Ok(progress)
    }

    /// How far a plan is, committed or not.
    pub async fn plan_progress(&self, plan: &str) -> Result<PlanProgress> {
        self.transport.get(&format!("v1/keys/plan/{plan}"), &()).await
    }
}
