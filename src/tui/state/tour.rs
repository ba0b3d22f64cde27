//! The tour of the demo: a secret that leaked is looked up, its key stopped, revoked and proven to be, in eight steps beside
//! the ordinary dashboard. A step is over when the person has done it, whichever way; the tour takes no key from the
//! dashboard that means something there.

use strum::VariantArray;
use uuid::Uuid;

use crate::model::Secret;

/// What there is to do, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, VariantArray)]
pub enum TourStep {
    LookUp,
    Usage,
    Disable,
    Watch,
    Revoke,
    Card,
    Prove,
    Activity,
}

impl TourStep {
    pub fn title(self) -> &'static str {
        match self {
            TourStep::LookUp => "Which key is it?",
            TourStep::Usage => "Who uses it?",
            TourStep::Disable => "Stop it first",
            TourStep::Watch => "Who still tries?",
            TourStep::Revoke => "End it",
            TourStep::Card => "What became of it",
            TourStep::Prove => "Prove it",
            TourStep::Activity => "Who did what",
        }
    }

    /// With actions in braces, for which their keys are shown ([`Keymap::told`](crate::tui::keymap::Keymap::told)); beside them
    /// `{close}`, the letter that closes a dialog without leaving the tour, and `{paste}`.
    pub fn text(self) -> &'static str {
        match self {
            TourStep::LookUp => {
                "This secret of yours was found in a public repository. Press {filter} and paste it, or {paste} to have \
                 it pasted. Only its hash is sent."
            }
            TourStep::Usage => {
                "Found. Press {usage} to see where it is used, and what was refused: somebody tries it from a page that \
                 isn't yours."
            }
            TourStep::Disable => {
                "{close} closes that. Stop the key in a way that can be undone: {disable}, then {submit}. A reason is optional."
            }
            TourStep::Watch => {
                "It is disabled: every request is refused from now on. Press {usage} and wait a moment: somebody still \
                 presents it."
            }
            TourStep::Revoke => {
                "Nothing of yours needs it? {close} closes that; then {revoke}, {asking:right} until Yes, Delete, and \
                 {asking:accept}. ({rotate} would give the key a new secret instead.)"
            }
            TourStep::Card => {
                "Revoked permanently. The card says when, by whom, and counts further attempts. {close} closes it."
            }
            TourStep::Prove => {
                "Weeks later somebody asks whether it is really dead. {show-ended} shows the revoked keys; {prove} asks the server \
                 to check this one again."
            }
            TourStep::Activity => {
                "{close} closes the card. {show-activity} shows all that you did, and what your colleagues do: the log can't be \
                 rewritten."
            }
        }
    }

    /// From 1 on.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    fn next(self) -> Option<Self> {
        TourStep::VARIANTS.get(self.number()).copied()
    }
}

/// What the dashboard shows of the leaked key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TourSight {
    /// Its usage, large.
    pub usage: bool,
    /// And in it, that somebody presented it since it was disabled.
    pub is_tried: bool,
    pub is_disabled: bool,
    /// The card of a revoked key.
    pub card: bool,
    pub activity: bool,
}

#[derive(Debug)]
pub struct Tour {
    /// The leaked key and its secret.
    key: Uuid,
    secret: Secret,
    step: TourStep,
    was_looked_up: bool,
}

impl Tour {
    pub fn of(key: Uuid, secret: Secret) -> Self {
        Self {
            key,
            secret,
            step: TourStep::LookUp,
            was_looked_up: false,
        }
    }

    pub fn key(&self) -> Uuid {
        self.key
    }

    pub fn step(&self) -> TourStep {
        self.step
    }

    /// The secret, while it is to be looked up.
    pub fn shown_secret(&self) -> Option<&Secret> {
        (self.step == TourStep::LookUp).then_some(&self.secret)
    }

    /// A secret was looked up, and is of this key.
    pub fn looked_up(&mut self, key: Uuid) {
        self.was_looked_up |= key == self.key;
    }

    /// Goes on as far as what is shown says. `false`: there is nothing left to do.
    pub fn follow(&mut self, sight: TourSight) -> bool {
        loop {
            // Who does a later thing first needs no earlier ones.
            if sight.card && self.step < TourStep::Card {
                self.step = TourStep::Card;
            } else if sight.is_disabled && self.step < TourStep::Watch {
                self.step = TourStep::Watch;
            }
            let is_done = match self.step {
                TourStep::LookUp => self.was_looked_up,
                TourStep::Usage => sight.usage,
                TourStep::Watch => sight.is_tried,
                TourStep::Disable => sight.is_disabled,
                TourStep::Revoke | TourStep::Prove => sight.card,
                TourStep::Card => !sight.card,
                TourStep::Activity => sight.activity,
            };
            match (is_done, self.step.next()) {
                (false, _) => return true,
                (true, None) => return false,
                (true, Some(next)) => self.step = next,
            }
        }
    }

    /// How many rows it takes from the end of a screen of this size; 0: there is no room for it.
    pub fn rows(&self, width: u16, height: u16) -> u16 {
        let lines = match width {
            100.. => 2,
            60.. => 3,
            _ => 5,
        };
        let secret = u16::from(self.shown_secret().is_some());
        match height {
            ..8 => 0,
            // Its title and the beginning of its text.
            8..14 => 2,
            _ => 1 + lines + secret,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tour() -> Tour {
        Tour::of(Uuid::nil(), Secret::new("x"))
    }

    #[test]
    fn each_step_waits_for_what_it_asks() {
        let mut tour = tour();
        let nothing = TourSight::default();
        assert!(tour.follow(nothing) && tour.step() == TourStep::LookUp);
        tour.looked_up(Uuid::max());
        assert!(tour.follow(nothing) && tour.step() == TourStep::LookUp);
        tour.looked_up(Uuid::nil());
        for (sight, step) in [
            (nothing, TourStep::Usage),
            (
                TourSight {
                    usage: true,
                    ..nothing
                },
                TourStep::Disable,
            ),
            (
                TourSight {
                    is_disabled: true,
                    ..nothing
                },
                TourStep::Watch,
            ),
            (
                TourSight {
                    is_tried: true,
                    is_disabled: true,
                    ..nothing
                },
                TourStep::Revoke,
            ),
            (
                TourSight {
                    card: true,
                    ..nothing
                },
                TourStep::Card,
            ),
            (nothing, TourStep::Prove),
            (
                TourSight {
                    card: true,
                    ..nothing
                },
                TourStep::Activity,
            ),
        ] {
            assert!(tour.follow(sight));
            assert_eq!(tour.step(), step);
        }
        assert!(!tour.follow(TourSight {
            activity: true,
            ..nothing
        }));
    }

    #[test]
    fn what_was_done_already_is_not_asked() {
        let mut tour = tour();
        assert!(tour.follow(TourSight {
            is_disabled: true,
            ..TourSight::default()
        }));
        assert_eq!(tour.step(), TourStep::Watch);
        assert!(tour.follow(TourSight {
            card: true,
            ..TourSight::default()
        }));
        assert_eq!(tour.step(), TourStep::Card);
    }
}
