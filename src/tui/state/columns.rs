//! The columns of tables: which fit, in which order, and how wide. They give way by importance as the
//! terminal narrows.

mod ended;

use strum::{EnumIter, IntoEnumIterator};

pub use self::ended::{EndedColumn, of_ended};
use super::layout::Area;
use crate::api::Sort;

/// Cells between two columns.
const GAP: u16 = 2;
/// Cells before the first column, for the sign of the selected row.
pub const MARGIN: u16 = 1;
/// The same while rows are marked: the sign of these stands there, too.
const MARGIN_WITH_MARKS: u16 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter)]
pub enum KeyColumn {
    Name,
    Scope,
    Project,
    Created,
    LastUsed,
    /// What is special about it: it expires, is disabled, or is being rotated.
    State,
    Owner,
}

/// Columns that are there only where they have something to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    pub owners: bool,
    pub states: bool,
    /// No column, but room for the sign of marked rows.
    pub marks: bool,
}

impl KeyColumn {
    pub fn label(self) -> &'static str {
        match self {
            KeyColumn::Name => "NAME",
            KeyColumn::Scope => "SCOPE",
            KeyColumn::Project => "PROJECT",
            KeyColumn::Created => "CREATED",
            KeyColumn::LastUsed => "LAST USED",
            KeyColumn::State => "STATE",
            KeyColumn::Owner => "CREATED BY",
        }
    }

    /// The sort that its header asks for.
    pub fn sort(self) -> Option<Sort> {
        match self {
            KeyColumn::Name => Some(Sort::Name),
            KeyColumn::Scope => Some(Sort::Scope),
            KeyColumn::Created => Some(Sort::CreatedAt),
            KeyColumn::LastUsed => Some(Sort::LastUsedAt),
            KeyColumn::State => Some(Sort::ExpiresAt),
            KeyColumn::Project | KeyColumn::Owner => None,
        }
    }

    /// Beside states, the time of creation gives way first.
    fn fit(self, offered: Offered) -> Fit {
        match self {
            KeyColumn::Name => Fit::rest(16),
            KeyColumn::State => Fit::growing(18, 1, 6, 36),
            KeyColumn::Scope => Fit::fixed(9, 2),
            KeyColumn::LastUsed => Fit::fixed(11, 3),
            KeyColumn::Created if offered.states => Fit::fixed(9, 7),
            KeyColumn::Created => Fit::fixed(9, 4),
            KeyColumn::Project => Fit::growing(12, 5, 3, 30),
            KeyColumn::Owner => Fit::growing(10, 6, 2, 28),
        }
    }
}

/// How a column behaves as the terminal widens and narrows. Widths are in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// The least width that is of use.
    least: u16,
    /// The lowest stay longest.
    rank: u8,
    /// Its part of the width that is left over.
    share: u16,
    /// The most that it makes use of.
    most: u16,
}

impl Fit {
    /// The one column of a table that stays to the last and takes what the others leave.
    pub const fn rest(least: u16) -> Self {
        Self::growing(least, 0, 5, u16::MAX)
    }

    fn beside_marks(self) -> Self {
        let moved = MARGIN_WITH_MARKS - MARGIN;
        Self {
            least: if self.rank == 0 {
                self.least - moved
            } else {
                self.least
            },
            ..self
        }
    }

    pub const fn fixed(width: u16, rank: u8) -> Self {
        Self::growing(width, rank, 0, width)
    }

    pub const fn growing(least: u16, rank: u8, share: u16, most: u16) -> Self {
        Self {
            least,
            rank,
            share,
            most,
        }
    }
}

/// A column in its place, relative to the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<C> {
    pub column: C,
    pub x: u16,
    pub width: u16,
}

/// The columns of the table of keys that fit in `area`.
pub fn of_keys(area: Area, offered: Offered) -> Vec<Placed<KeyColumn>> {
    let wanted = KeyColumn::iter()
        .filter(|column| match column {
            KeyColumn::Owner => offered.owners,
            KeyColumn::State => offered.states,
            _ => true,
        })
        .map(|column| (column, column.fit(offered)));
    match offered.marks {
        false => place(area, wanted),
        // The name makes room for the sign, so that no column goes.
        true => place_after(
            MARGIN_WITH_MARKS,
            area,
            wanted.map(|(column, fit)| (column, fit.beside_marks())),
        ),
    }
}

/// The columns that fit in `area`, from left to right. One of them is [`Fit::rest`].
pub fn place<C: Copy>(area: Area, columns: impl IntoIterator<Item = (C, Fit)>) -> Vec<Placed<C>> {
    place_after(MARGIN, area, columns)
}

fn place_after<C: Copy>(
    margin: u16,
    area: Area,
    columns: impl IntoIterator<Item = (C, Fit)>,
) -> Vec<Placed<C>> {
    let room = area.width.saturating_sub(margin);
    let columns: Vec<(C, Fit)> = columns.into_iter().collect();
    let (last_rank, used) = that_fit(&columns, room);
    let kept: Vec<(C, Fit)> = columns
        .into_iter()
        .filter(|(_, fit)| fit.rank <= last_rank)
        .collect();
    let spare = room.saturating_sub(used);
    let shares: u16 = kept.iter().map(|(_, fit)| fit.share).sum();
    let width_of = |fit: &Fit| {
        let grown = (u32::from(spare) * u32::from(fit.share) / u32::from(shares.max(1))) as u16;
        (fit.least + grown).min(fit.most)
    };
    let others: u16 = kept
        .iter()
        .filter(|(_, fit)| fit.rank > 0)
        .map(|(_, fit)| width_of(fit) + GAP)
        .sum();
    let mut x = area.x + margin.min(area.width);
    kept.iter()
        .map(|(column, fit)| {
            let width = match fit.rank {
                0 => room.saturating_sub(others),
                _ => width_of(fit),
            };
            let placed = Placed {
                column: *column,
                x,
                width,
            };
            x += width + GAP;
            placed
        })
        .collect()
}

/// The last rank that has room, and the least width of all up to it.
fn that_fit<C>(columns: &[(C, Fit)], room: u16) -> (u8, u16) {
    let mut by_rank: Vec<&Fit> = columns.iter().map(|(_, fit)| fit).collect();
    by_rank.sort_by_key(|fit| fit.rank);
    let mut fitting = (0, 0);
    for (kept, fit) in by_rank.iter().enumerate() {
        let gap = if kept == 0 { 0 } else { GAP };
        let used = fitting.1 + gap + fit.least;
        if kept > 0 && used > room {
            break;
        }
        fitting = (fit.rank, used);
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(width: u16, states: bool, marks: bool) -> Vec<Placed<KeyColumn>> {
        let area = Area {
            x: 1,
            y: 3,
            width,
            height: 1,
        };
        let offered = Offered {
            owners: true,
            states,
            marks,
        };
        of_keys(area, offered)
    }

    fn columns(width: u16, states: bool) -> Vec<KeyColumn> {
        placed(width, states, false)
            .into_iter()
            .map(|placed| placed.column)
            .collect()
    }

    #[test]
    fn an_80_column_terminal_shows_everything() {
        let but_states = KeyColumn::iter().filter(|column| *column != KeyColumn::State);
        assert_eq!(columns(78, false), but_states.collect::<Vec<_>>());
        assert_eq!(placed(78, false, true).len(), columns(78, false).len());
    }

    #[test]
    fn columns_give_way_by_importance_and_stay_inside() {
        assert_eq!(
            columns(45, false),
            [KeyColumn::Name, KeyColumn::Scope, KeyColumn::LastUsed]
        );
        assert_eq!(columns(20, false), [KeyColumn::Name]);
        let all = (0..200).flat_map(|width| {
            [(false, false), (true, false), (false, true), (true, true)].map(|(a, b)| (width, a, b))
        });
        for (width, states, marks) in all {
            for placed in placed(width, states, marks) {
                assert!(placed.x + placed.width <= 1 + width, "{width}: {placed:?}");
            }
        }
    }

    #[test]
    fn states_are_shown_at_every_width_and_the_project_beside_them() {
        use KeyColumn::{LastUsed, Name, Project, Scope, State};
        assert_eq!(columns(45, true), [Name, State]);
        assert_eq!(columns(61, true), [Name, Scope, LastUsed, State]);
        assert_eq!(columns(78, true), [Name, Scope, Project, LastUsed, State]);
        assert_eq!(columns(120, true).len(), KeyColumn::iter().count());
    }
}
