"""Two people change one page at the same time: nothing that either did is lost without a word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.merge import merge

BASE = {
    "counters": [{"id": 1, "name": "Loket 1", "services": ["a", "b"]}, {"id": 2, "name": "Loket 2", "services": []}]
}


def counters(*rows: dict[str, object]) -> dict[str, object]:
    return {"counters": list(rows)}


ONE = {"id": 1, "name": "Loket 1", "services": ["a", "b"]}
TWO = {"id": 2, "name": "Loket 2", "services": []}
BASE = counters(ONE, TWO)


def test_what_only_one_of_both_changed_is_as_they_made_it() -> None:
    mine = counters(ONE | {"name": "Depan"}, TWO)
    theirs = counters(ONE, TWO | {"services": ["c"]})

    assert merge(BASE, mine, theirs) == (counters(ONE | {"name": "Depan"}, TWO | {"services": ["c"]}), [])


def test_a_row_that_another_added_meanwhile_stays() -> None:
    added = {"id": 3, "name": "Loket 3", "services": []}

    assert merge(BASE, counters(ONE | {"name": "Depan"}, TWO), counters(ONE, TWO, added)) == (
        counters(ONE | {"name": "Depan"}, TWO, added),
        [],
    )


def test_two_new_rows_are_two_rows() -> None:
    fresh = {"id": None, "name": "Baru", "services": []}
    added = {"id": 3, "name": "Loket 3", "services": []}

    merged, clashes = merge(BASE, counters(ONE, TWO, fresh), counters(ONE, TWO, added))

    assert (merged, clashes) == (counters(ONE, TWO, added, fresh), [])


def test_a_row_that_was_taken_away_stays_away_unless_the_other_changed_it() -> None:
    assert merge(BASE, counters(ONE), counters(ONE | {"name": "Depan"}, TWO)) == (counters(ONE | {"name": "Depan"}), [])

    merged, clashes = merge(BASE, counters(ONE), counters(ONE, TWO | {"name": "Belakang"}))

    assert merged == counters(ONE, TWO | {"name": "Belakang"})
    assert [path for path, _ in clashes] == [("counters", 1)]


def test_where_both_changed_the_same_field_mine_stands_and_theirs_is_told() -> None:
    merged, clashes = merge(BASE, counters(ONE | {"name": "Depan"}, TWO), counters(ONE | {"name": "Muka"}, TWO))

    assert merged == counters(ONE | {"name": "Depan"}, TWO)
    assert clashes == [(("counters", 0, "name"), "Muka")]


def test_ticks_of_both_are_kept() -> None:
    merged, clashes = merge(
        BASE, counters(ONE | {"services": ["a", "b", "c"]}, TWO), counters(ONE | {"services": ["b", "d"]}, TWO)
    )

    assert merged == counters(ONE | {"services": ["b", "d", "c"]}, TWO)
    assert clashes == []


VALUES = st.recursive(st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from("ab"), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xy"), inner, max_size=2), max_leaves=6)  # fmt: skip # noqa: E501


@given(VALUES, VALUES)
def test_who_changed_nothing_changes_nothing(base: object, changed: object) -> None:
    assert merge(base, base, changed) == (changed, [])  # type: ignore[arg-type]
    assert merge(base, changed, base) == (changed, [])  # type: ignore[arg-type]
    assert merge(base, changed, changed) == (changed, [])  # type: ignore[arg-type]
