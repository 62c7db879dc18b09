//! A list that only grows and that is copied at every branch: its copies share what none of them changed.
//!
//! Settings that ask an object for each of their values branch thousands of times over thousands of
//! objects. Kept in pieces, a copy costs a pointer for each piece, and a comparison skips the shared ones.

use std::rc::Rc;

/// Items of a piece: with fewer a copy costs more, with more a change does.
const PIECE: usize = 64;

/// The list; each of its items is shared, too, until it is changed.
#[derive(Clone, Debug)]
pub(super) struct SharedList<T> {
    /// All of them full but the last one.
    pieces: Vec<Rc<Vec<Rc<T>>>>,
}

impl<T> Default for SharedList<T> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

impl<T: Clone> SharedList<T> {
    pub(super) fn len(&self) -> usize {
        self.pieces.last().map_or(0, |last| (self.pieces.len() - 1) * PIECE + last.len())
    }

    /// Steps that a branch over it costs: the pointers that are copied, and the pieces that it may change.
    pub(super) fn branch_steps(&self) -> usize {
        self.pieces.len() / 16 + 8
    }

    pub(super) fn push(&mut self, item: Rc<T>) {
        match self.pieces.last_mut() {
            Some(last) if last.len() < PIECE => Rc::make_mut(last).push(item),
            _ => self.pieces.push(Rc::new(vec![item])),
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<&Rc<T>> {
        self.pieces.get(index / PIECE)?.get(index % PIECE)
    }

    /// Whether an item is another copy's, too, and would be copied to be changed.
    pub(super) fn is_shared(&self, index: usize) -> bool {
        self.pieces.get(index / PIECE).is_some_and(|piece| Rc::strong_count(piece) > 1)
            || self.get(index).is_some_and(|item| Rc::strong_count(item) > 1)
    }

    /// An item to be changed in this copy alone.
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let piece = Rc::make_mut(self.pieces.get_mut(index / PIECE)?);
        piece.get_mut(index % PIECE).map(Rc::make_mut)
    }

    /// Takes over the items that a longer list has after the end of this one.
    pub(super) fn continue_like(&mut self, longer: &Self) {
        for index in self.len()..longer.len() {
            if let Some(item) = longer.get(index) {
                self.push(Rc::clone(item));
            }
        }
    }

    /// The items of both, and where they are not the same ones, what is made of the two.
    pub(super) fn joined(
        one: &Self,
        other: &Self,
        mut join: impl FnMut(&Rc<T>, &Rc<T>) -> Rc<T>,
    ) -> Self {
        let (shorter, longer) = if one.len() < other.len() { (one, other) } else { (other, one) };
        let pieces = longer.pieces.iter().enumerate().map(|(index, piece)| {
            let known = shorter.pieces.get(index);
            if known.is_none_or(|known| Rc::ptr_eq(known, piece)) {
                return Rc::clone(piece);
            }
            let items = piece.iter().enumerate().map(|(at, item)| {
                let pair = (one.get(index * PIECE + at), other.get(index * PIECE + at));
                match pair {
                    (Some(one), Some(other)) if !Rc::ptr_eq(one, other) => join(one, other),
                    _ => Rc::clone(item),
                }
            });
            Rc::new(items.collect())
        });
        Self { pieces: pieces.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: impl IntoIterator<Item = usize>) -> SharedList<usize> {
        let mut list = SharedList::default();
        for item in items {
            list.push(Rc::new(item));
        }
        list
    }

    fn items(list: &SharedList<usize>) -> Vec<usize> {
        (0..list.len()).filter_map(|index| list.get(index).map(|item| **item)).collect()
    }

    #[test]
    fn what_one_copy_changes_the_other_does_not_see() {
        let before = list(0..200);
        let mut after = before.clone();
        *after.get_mut(150).unwrap() = 1_000;
        after.push(Rc::new(200));
        assert_eq!(items(&before), (0..200).collect::<Vec<_>>());
        assert_eq!((after.len(), **after.get(150).unwrap()), (201, 1_000));
        assert!(before.get(200).is_none() && after.get_mut(201).is_none());
    }

    #[test]
    fn copies_are_joined_where_they_differ_and_keep_what_one_has_alone() {
        for (short, long) in [(0, 0), (0, 1), (63, 64), (64, 65), (64, 200), (130, 130)] {
            let one = list(0..short);
            let mut other = one.clone();
            other.continue_like(&list(0..long));
            let changed = short / 2;
            if let Some(item) = other.get_mut(changed).filter(|_| changed < short) {
                *item = 7_000;
            }
            let sum = |one: &Rc<usize>, other: &Rc<usize>| Rc::new(**one + **other);
            let mut expected: Vec<usize> = (0..long).collect();
            if changed < short {
                expected[changed] += 7_000;
            }
            assert_eq!(items(&SharedList::joined(&one, &other, sum)), expected, "{short} {long}");
            assert_eq!(items(&SharedList::joined(&other, &one, sum)), expected, "{long} {short}");
        }
    }
}
