//! What can be clicked: the view says where it drew it, and the loop hands that over with each frame, so that clicks land
//! on what a person sees.

use super::chips::Chip;
use super::layout::Area;
use crate::api::Sort;
use crate::tui::keymap::Action;

/// What a click does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// As its key.
    Do(Action),
    /// Sorts by this column, or reverses that.
    Sort(Sort),
    /// Filters by this word.
    Filter(&'static str),
    /// Takes a filter away.
    Drop(Chip),
}

/// What the last frame shows of that; of what lies one over the other, the last is on top.
#[derive(Debug, Default)]
pub struct Targets(Vec<(Area, Target)>);

impl Targets {
    pub fn add(&mut self, area: Area, target: Target) {
        if area.width > 0 && area.height > 0 {
            self.0.push((area, target));
        }
    }

    pub fn has(&self, target: &Target) -> bool {
        self.0.iter().any(|(_, other)| other == target)
    }

    /// What was drawn at this cell.
    pub fn at(&self, x: u16, y: u16) -> Option<&Target> {
        let mut from_top = self.0.iter().rev();
        from_top
            .find(|(area, _)| area.contains(x, y))
            .map(|(_, target)| target)
    }
}
