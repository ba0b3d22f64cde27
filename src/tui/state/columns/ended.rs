//! The columns of the keys that have ended.

use strum::{EnumIter, IntoEnumIterator};

use super::{Fit, Placed, WantedColumn, place};
use crate::api::Sort;
use crate::tui::state::layout::Area;
use crate::tui::state::query::EndedView;

#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter)]
pub enum EndedColumn {
    Name,
    Scope,
    Project,
    /// When it ended.
    Ended,
    /// Who revoked it; of an expired key, who created it.
    By,
    /// How often it was refused since.
    Refused,
    /// Why it was revoked.
    Reason,
}

impl EndedColumn {
    pub fn label(self, view: EndedView) -> &'static str {
        match (self, view) {
            (EndedColumn::Name, _) => "NAME",
            (EndedColumn::Scope, _) => "SCOPE",
            (EndedColumn::Project, _) => "PROJECT",
            (EndedColumn::Ended, EndedView::Revoked) => "REVOKED",
            (EndedColumn::Ended, EndedView::Expired) => "EXPIRED",
            (EndedColumn::By, _) => "BY",
            (EndedColumn::Refused, _) => "REFUSED",
            (EndedColumn::Reason, _) => "REASON",
        }
    }

    /// Whether the rows are in its order.
    pub fn is_sorted(self, view: EndedView, sort: Sort) -> bool {
        match view {
            EndedView::Revoked => self == EndedColumn::Ended,
            EndedView::Expired => self.sort(view) == Some(sort),
        }
    }

    /// The sort that its header asks for.
    pub fn sort(self, view: EndedView) -> Option<Sort> {
        match (self, view) {
            (_, EndedView::Revoked) => None,
            (EndedColumn::Name, _) => Some(Sort::Name),
            (EndedColumn::Scope, _) => Some(Sort::Scope),
            (EndedColumn::Ended, _) => Some(Sort::ExpiresAt),
            _ => None,
        }
    }

    fn fit(self) -> Fit {
        match self {
            EndedColumn::Name => Fit::rest(16),
            EndedColumn::Ended => Fit::of(10, 1, 10).right(),
            EndedColumn::Refused => Fit::of(9, 2, 9).right(),
            EndedColumn::By => Fit::of(8, 3, 20).beside(18),
            EndedColumn::Reason => Fit::of(10, 4, 60).beside(18),
            EndedColumn::Scope => Fit::of(9, 5, 9).beside(18),
            EndedColumn::Project => Fit::of(8, 6, 30).beside(20),
        }
    }
}

/// The columns that fit in `area`, with the width of the content of each. Nobody gives a reason for a key's expiry.
pub fn of_ended(
    area: Area,
    view: EndedView,
    content: impl Fn(EndedColumn) -> u16,
) -> Vec<Placed<EndedColumn>> {
    let wanted = EndedColumn::iter()
        .filter(|&column| view == EndedView::Revoked || column != EndedColumn::Reason)
        .map(|column| WantedColumn {
            column,
            fit: column.fit(),
            content: content(column),
        });
    place(area, wanted.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(width: u16, view: EndedView) -> Vec<EndedColumn> {
        let area = Area {
            width,
            height: 1,
            ..Area::default()
        };
        let content = |column| match column {
            EndedColumn::Name => 30,
            EndedColumn::Reason => 24,
            EndedColumn::Project => 11,
            _ => 9,
        };
        let placed = of_ended(area, view, content).into_iter();
        placed.map(|placed| placed.column).collect()
    }

    #[test]
    fn what_a_key_is_called_and_when_it_ended_stays_longest() {
        use EndedColumn::{By, Ended, Name, Reason, Refused};
        let of = |width| columns(width, EndedView::Revoked);
        assert_eq!(of(140), EndedColumn::iter().collect::<Vec<_>>());
        assert_eq!(of(78), [Name, Ended, By, Refused, Reason]);
        assert_eq!(of(42), [Name, Ended, Refused]);
        assert_eq!(of(20), [Name]);
        assert!(!columns(140, EndedView::Expired).contains(&Reason));
    }
}
