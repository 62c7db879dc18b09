//! Places in lists and texts: indices and slices.

/// The position meant by an index, which may count from the end; it is within the length.
pub(super) fn place_of(length: usize, index: i64) -> Option<usize> {
    let at = if index < 0 {
        length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?
    } else {
        usize::try_from(index).ok()?
    };
    (at < length).then_some(at)
}

/// The item at an index; what counts from the end of an open list is not known.
pub(super) fn from_either_end<T>(items: &[T], index: i64, open: bool) -> Option<&T> {
    if index < 0 && open {
        return None;
    }
    items.get(place_of(items.len(), index)?)
}

/// The items between two bounds, every so many of them, as `items[lower:upper:step]` gives them.
pub(super) fn slice<T: Clone>(
    items: &[T],
    (lower, upper): (Option<i64>, Option<i64>),
    step: Option<i64>,
) -> Vec<T> {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let step = step.unwrap_or(1);
    // Backwards, the bounds lie between the items from the other side.
    let (low, high) = if step < 0 { (-1, length - 1) } else { (0, length) };
    let bound = |bound: i64| {
        let at = if bound < 0 { length.saturating_add(bound) } else { bound };
        at.clamp(low, high)
    };
    let (first, end) = if step < 0 { (high, low) } else { (low, high) };
    let (mut place, end) = (lower.map_or(first, bound), upper.map_or(end, bound));
    let mut part = Vec::new();
    while step != 0 && (if step < 0 { place > end } else { place < end }) {
        part.extend(usize::try_from(place).ok().and_then(|place| items.get(place)).cloned());
        place = place.saturating_add(step);
    }
    part
}

#[cfg(test)]
mod tests {
    use crate::python::tests::each;

    #[test]
    fn slices_go_forward_and_backward() {
        each(&[
            ("X = [1, 2, 3, 4][::-2]", "[4, 2]"),
            ("X = [1, 2, 3, 4][2::-1]", "[3, 2, 1]"),
            ("X = [1, 2, 3, 4][:-3:-1]", "[4, 3]"),
            ("X = [1, 2, 3, 4][-9:9:3]", "[1, 4]"),
            ("X = 'abcdef'[1:-1:2]", "\"bd\""),
            ("X = 'abc'[5:1]", "\"\""),
        ]);
    }
}
