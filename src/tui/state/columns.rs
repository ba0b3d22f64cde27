//! The columns of tables: which fit, in which order, and how wide. A column is as wide as what is in it; they give way
//! by importance as the terminal narrows, and the name gets what is left. Which column is shown at which width is
//! declared here, in `KeyColumn::fit` and `EndedColumn::fit`.

mod ended;

use strum::{EnumIter, IntoEnumIterator};

pub use self::ended::{EndedColumn, of_ended};
use super::layout::Area;
use crate::api::Sort;

/// Cells between two columns.
const GAP: u16 = 2;
/// Cells before the first column, for the sign of the selected row.
const MARGIN: u16 = 2;
/// The same while rows are marked: with the sign of these, too.
const MARGIN_WITH_MARKS: u16 = 3;
/// Cells after the last column, before the line to the details.
const MARGIN_AFTER: u16 = 1;
/// So much of the name comes before any column has all that it could use.
const COMFORTABLE_NAME: u16 = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter)]
pub enum KeyColumn {
    Name,
    Scope,
    Project,
    Created,
    /// A bar a day.
    Week,
    /// What was refused recently, and when it was last used.
    Used,
    /// What is special about it: it expires, is disabled, or is being rotated. Where it has no room, that stands beside
    /// the name.
    State,
    Owner,
}

/// Columns that are there only where they have something to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    pub owners: bool,
    pub states: bool,
    /// Whether it is known how keys were used.
    pub weeks: bool,
    /// No column, but room for the sign of marked rows.
    pub marks: bool,
}

impl KeyColumn {
    pub fn label(self) -> &'static str {
        match self {
            KeyColumn::Name => "NAME",
            KeyColumn::Scope => "SCOPE",
            KeyColumn::Project => "PROJECT",
            KeyColumn::Created => "MADE",
            KeyColumn::Week => "7 DAYS",
            KeyColumn::Used => "USED",
            KeyColumn::State => "STATE",
            KeyColumn::Owner => "BY",
        }
    }

    /// The sort that its header asks for.
    pub fn sort(self) -> Option<Sort> {
        match self {
            KeyColumn::Name => Some(Sort::Name),
            KeyColumn::Scope => Some(Sort::Scope),
            KeyColumn::Created => Some(Sort::CreatedAt),
            KeyColumn::Used => Some(Sort::LastUsedAt),
            KeyColumn::State => Some(Sort::ExpiresAt),
            KeyColumn::Project => Some(Sort::Project),
            KeyColumn::Owner => Some(Sort::Creator),
            KeyColumn::Week => Some(Sort::Requests),
        }
    }

    fn fit(self) -> Fit {
        match self {
            KeyColumn::Name => Fit::rest(16),
            KeyColumn::Used => Fit::of(16, 1, 16).right(),
            KeyColumn::Project => Fit::of(8, 2, 30).beside(24),
            KeyColumn::Week => Fit::of(8, 3, 8).beside(20),
            KeyColumn::Scope => Fit::of(9, 4, 9).beside(22),
            KeyColumn::Created => Fit::of(8, 5, 11).beside(22).right(),
            KeyColumn::State => Fit::of(14, 6, 36).beside(28),
            KeyColumn::Owner => Fit::of(8, 7, 28).beside(28),
        }
    }
}

/// How a column behaves as the terminal widens and narrows. Widths are in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// The least width that is of use; of less content, that of the content.
    least: u16,
    /// The lowest stay longest.
    rank: u8,
    /// The most that it makes use of.
    most: u16,
    /// What the name must keep for it to be shown, where the name can use that.
    beside: u16,
    /// Whether its content stands at its right end, as numbers do.
    right: bool,
}

impl Fit {
    /// The one column of a table that stays to the last and takes what the others leave.
    pub const fn rest(least: u16) -> Self {
        Self::of(least, 0, u16::MAX)
    }

    /// As wide as its content, from `least` to `most`.
    pub const fn of(least: u16, rank: u8, most: u16) -> Self {
        Self {
            least,
            rank,
            most,
            beside: 0,
            right: false,
        }
    }

    #[must_use]
    pub const fn beside(self, name: u16) -> Self {
        Self { beside: name, ..self }
    }

    #[must_use]
    pub const fn right(self) -> Self {
        Self { right: true, ..self }
    }
}

/// A column that is shown where it fits.
#[derive(Debug, Clone, Copy)]
pub struct WantedColumn<C> {
    pub column: C,
    pub fit: Fit,
    /// The width of what is in it on this page, its head included.
    pub content: u16,
}

impl<C> WantedColumn<C> {
    fn least(&self) -> u16 {
        self.fit.least.min(self.content.max(1))
    }

    fn most(&self) -> u16 {
        self.fit.most.min(self.content).max(self.least())
    }
}

/// A column in its place, relative to the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<C> {
    pub column: C,
    pub x: u16,
    pub width: u16,
    pub right: bool,
}

/// The columns of the table of keys that fit in `area`, with the width of the content of each.
pub fn of_keys(area: Area, offered: Offered, content: impl Fn(KeyColumn) -> u16) -> Vec<Placed<KeyColumn>> {
    let is_offered = |column: &KeyColumn| match column {
        KeyColumn::Owner => offered.owners,
        KeyColumn::State => offered.states,
        KeyColumn::Week => offered.weeks,
        _ => true,
    };
    let wanted = KeyColumn::iter().filter(is_offered).map(|column| WantedColumn {
        column,
        fit: column.fit(),
        content: content(column),
    });
    let margin = if offered.marks { MARGIN_WITH_MARKS } else { MARGIN };
    place_after(margin, area, wanted.collect())
}

/// The columns that fit in `area`, from left to right. One of them is [`Fit::rest`].
pub fn place<C: Copy>(area: Area, columns: Vec<WantedColumn<C>>) -> Vec<Placed<C>> {
    place_after(MARGIN, area, columns)
}

fn place_after<C: Copy>(margin: u16, area: Area, columns: Vec<WantedColumn<C>>) -> Vec<Placed<C>> {
    let room = area.width.saturating_sub(margin + MARGIN_AFTER);
    let (kept, name) = that_fit(columns, room);
    let widths = widths(&kept, name, room);
    let mut x = area.x + margin.min(area.width);
    let placed = kept.iter().zip(widths).map(|(wanted, width)| {
        let placed = Placed {
            column: wanted.column,
            x,
            width,
            right: wanted.fit.right,
        };
        x += width + GAP;
        placed
    });
    placed.collect()
}

/// Those of the lowest ranks that have room, and the least that the name has beside them.
fn that_fit<C: Copy>(columns: Vec<WantedColumn<C>>, room: u16) -> (Vec<WantedColumn<C>>, u16) {
    let mut by_rank: Vec<&WantedColumn<C>> = columns.iter().collect();
    by_rank.sort_by_key(|wanted| wanted.fit.rank);
    let mut last_rank = 0;
    // What matters more is not cut for what matters less.
    let mut others = 0;
    let mut name = by_rank.first().map_or(0, |first| first.least());
    let most_of_name = by_rank.first().map_or(0, |first| first.content);
    for wanted in by_rank.into_iter().skip(1) {
        let beside = name.max(wanted.fit.beside.min(most_of_name));
        if beside + others + wanted.least() + GAP > room {
            break;
        }
        others += wanted.most() + GAP;
        (last_rank, name) = (wanted.fit.rank, beside);
    }
    let kept = columns.into_iter().filter(|wanted| wanted.fit.rank <= last_rank);
    (kept.collect(), name)
}

/// The least first; then the name as far as it is comfortable, the others as far as they make use of it, and the name
/// the rest.
fn widths<C>(columns: &[WantedColumn<C>], name: u16, room: u16) -> Vec<u16> {
    let least = |wanted: &WantedColumn<C>| match wanted.fit.rank {
        0 => name,
        _ => wanted.least(),
    };
    let mut widths: Vec<u16> = columns.iter().map(least).collect();
    let gaps = GAP * (columns.len().saturating_sub(1)) as u16;
    let mut spare = room.saturating_sub(gaps + widths.iter().sum::<u16>());
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|&index| columns[index].fit.rank);
    for index in order {
        let wanted = &columns[index];
        let most = match wanted.fit.rank {
            0 => wanted.content.min(COMFORTABLE_NAME),
            _ => wanted.most(),
        };
        let more = most.saturating_sub(widths[index]).min(spare);
        widths[index] += more;
        spare -= more;
    }
    if let Some(name) = columns.iter().position(|wanted| wanted.fit.rank == 0) {
        widths[name] = (widths[name] + spare).min(room);
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: u16 = 34;

    /// The content of a small organisation's keys.
    fn content(column: KeyColumn) -> u16 {
        match column {
            KeyColumn::Name => NAMES,
            KeyColumn::Scope => 9,
            KeyColumn::Project => 11,
            KeyColumn::Created => 6,
            KeyColumn::Week => 7,
            KeyColumn::Used => 9,
            KeyColumn::State => 13,
            KeyColumn::Owner => 5,
        }
    }

    fn placed(width: u16, marks: bool) -> Vec<Placed<KeyColumn>> {
        let area = Area {
            x: 1,
            y: 3,
            width,
            height: 1,
        };
        let offered = Offered {
            owners: true,
            states: true,
            weeks: true,
            marks,
        };
        of_keys(area, offered, content)
    }

    fn columns(width: u16) -> Vec<KeyColumn> {
        let placed = placed(width, false).into_iter();
        placed.map(|placed| placed.column).collect()
    }

    #[test]
    fn columns_give_way_by_importance_and_stay_inside() {
        use KeyColumn::{Created, Name, Project, Scope, Used, Week};
        // The tables of terminals of 40, 63, 80, 100 and 120 columns, and of 160.
        for (width, shown) in [
            (40, &[Name, Used][..]),
            (63, &[Name, Project, Week, Used]),
            (80, &[Name, Scope, Project, Created, Week, Used]),
            (65, &[Name, Project, Week, Used]),
            (83, &[Name, Scope, Project, Created, Week, Used]),
            (20, &[Name]),
        ] {
            assert_eq!(columns(width), shown, "{width}");
        }
        assert_eq!(columns(111), KeyColumn::iter().collect::<Vec<_>>());
        for (width, marks) in (0..200).flat_map(|width| [(width, false), (width, true)]) {
            for placed in placed(width, marks) {
                assert!(placed.x + placed.width <= 1 + width, "{width}: {placed:?}");
            }
        }
    }

    #[test]
    fn nothing_is_cut_while_cells_are_free() {
        for width in 20..200 {
            let placed = placed(width, false);
            let room = width - MARGIN - MARGIN_AFTER;
            let used: u16 = placed.iter().map(|placed| placed.width).sum();
            let gaps = GAP * (placed.len() as u16 - 1);
            assert_eq!(used + gaps, room, "{width}");
            let is_cut = |placed: &&Placed<KeyColumn>| placed.width < content(placed.column);
            let too_wide = |placed: &&Placed<KeyColumn>| placed.width > content(placed.column);
            if let Some(cut) = placed.iter().find(is_cut) {
                assert!(!placed.iter().any(|placed| too_wide(&placed)), "{width}: {cut:?}");
            }
        }
    }

    #[test]
    fn short_names_leave_room_for_more_columns() {
        let area = Area {
            width: 63,
            height: 1,
            ..Area::default()
        };
        let offered = Offered {
            owners: true,
            states: false,
            weeks: true,
            marks: false,
        };
        let short = |column| match column {
            KeyColumn::Name => 8,
            other => content(other),
        };
        assert_eq!(of_keys(area, offered, short).len(), 6);
    }
}
