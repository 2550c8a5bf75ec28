"""The expected wait: its laws, its learning, its accuracy report, and how it fares on synthetic days."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bench import simulation
from shared.domain.queue.estimate import (
    Accuracy,
    Range,
    WorkingCounter,
    accuracy,
    daily_mean,
    estimate,
    estimates_for_all,
    learn_q90,
    quote,
    ratios,
    remaining_s,
    today_factor,
    today_means,
)
from shared.domain.queue.overtaking import TakenToday, UsualDay, higher_work_s, overtaken
from shared.domain.queue.policy import Lane

OCCUPIED_S = {"surat": 600.0, "ktp": 900.0, "nib": 1200.0}

services = st.sampled_from(sorted(OCCUPIED_S))
queues = st.lists(services, max_size=30)
free_times = st.floats(0, 3600)
breaks = st.lists(st.floats(0, 7200), max_size=4).map(
    lambda edges: tuple(zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False))
)
any_desk = st.builds(
    WorkingCounter, st.just("1"), st.one_of(st.none(), st.frozensets(services, min_size=1)), free_times, breaks
)
full_desk = st.builds(WorkingCounter, st.just("1"), st.none(), free_times)


def wait(service: str, ahead: list[str], desks: list[WorkingCounter], factor: float = 1.0) -> float:
    """The estimate in seconds with enough history; infinite when nobody will ever call."""
    seconds = estimate(service, ahead, desks, OCCUPIED_S, history=50, factor=factor)
    return math.inf if seconds is None else seconds


def test_one_counter_works_through_the_people_ahead() -> None:
    seconds = wait("surat", ["surat", "ktp"], [WorkingCounter("1", free_at_s=100)])

    assert seconds == 100 + 600 + 900


def test_two_counters_share_the_people_ahead() -> None:
    seconds = wait("surat", ["nib", "surat", "surat"], [WorkingCounter("1"), WorkingCounter("2")])

    assert seconds == 1200


def test_a_counter_calls_only_what_it_serves() -> None:
    desks = [WorkingCounter("1", frozenset({"surat"})), WorkingCounter("2", frozenset({"ktp", "nib"}))]

    assert wait("surat", ["nib", "nib", "ktp"], desks) == 0
    assert wait("ktp", ["nib", "surat", "surat"], desks) == 1200


def test_nobody_ahead_and_an_idle_counter_is_no_wait() -> None:
    assert wait("surat", [], [WorkingCounter("1")]) == 0


def test_a_visitor_is_served_to_the_end_before_the_break() -> None:
    desk = WorkingCounter("1", breaks=((300, 1800),))

    assert wait("surat", [], [desk]) == 0
    assert wait("surat", ["surat"], [desk]) == 1800
    assert wait("surat", ["surat", "surat"], [desk]) == 2400


def test_a_break_that_has_begun_is_waited_out() -> None:
    assert wait("surat", [], [WorkingCounter("1", breaks=((-600, 900), (900, 1000)))]) == 1000


def test_a_slow_day_stretches_the_wait() -> None:
    assert wait("surat", ["surat"], [WorkingCounter("1")], factor=1.5) == 900


def test_a_service_without_history_counts_as_the_mean_of_all() -> None:
    assert wait("surat", ["baru"], [WorkingCounter("1")]) == 900


@pytest.mark.parametrize(
    "desks",
    [
        [],
        [WorkingCounter("1", frozenset({"ktp"}))],
        [WorkingCounter("1", free_at_s=math.inf)],
        [WorkingCounter("1", breaks=((-60, math.inf),))],
    ],
)
def test_no_counter_that_will_call_gives_no_estimate(desks: list[WorkingCounter]) -> None:
    assert estimate("surat", ["surat"], desks, OCCUPIED_S, history=50) is None


def test_too_little_history_gives_no_estimate() -> None:
    assert estimate("surat", [], [WorkingCounter("1")], OCCUPIED_S, history=49) is None
    assert estimate("surat", [], [WorkingCounter("1")], {}, history=50) is None


@given(services, queues, services, st.lists(any_desk, max_size=4))
def test_one_more_person_directly_ahead_never_shortens(
    mine: str, ahead: list[str], more: str, desks: list[WorkingCounter]
) -> None:
    assert wait(mine, [*ahead, more], desks) >= wait(mine, ahead, desks)


@given(services, queues, services, st.integers(0, 30), st.lists(full_desk, max_size=4))
def test_one_more_person_anywhere_ahead_never_shortens_where_all_counters_serve_all(
    mine: str, ahead: list[str], more: str, place: int, desks: list[WorkingCounter]
) -> None:
    longer = [*ahead[:place], more, *ahead[place:]]

    assert wait(mine, longer, desks) >= wait(mine, ahead, desks) - 1e-6


@given(services, queues, st.lists(full_desk, max_size=4), full_desk)
def test_one_more_counter_never_lengthens_where_all_counters_serve_all(
    mine: str, ahead: list[str], desks: list[WorkingCounter], more: WorkingCounter
) -> None:
    assert wait(mine, ahead, [*desks, more]) <= wait(mine, ahead, desks) + 1e-6


@given(services, queues, st.lists(free_times, min_size=1, max_size=4), breaks)
def test_a_break_of_all_counters_never_shortens(
    mine: str, ahead: list[str], free: list[float], rest: tuple[tuple[float, float], ...]
) -> None:
    working = [WorkingCounter("1", None, free_at_s) for free_at_s in free]
    resting = [WorkingCounter("1", None, free_at_s, rest) for free_at_s in free]

    assert wait(mine, ahead, resting) >= wait(mine, ahead, working) - 1e-6


@given(queues, st.lists(any_desk, max_size=4))
def test_the_board_says_the_same_as_each_ticket(ahead: list[str], desks: list[WorkingCounter]) -> None:
    board = estimates_for_all(sorted(OCCUPIED_S), ahead, desks, OCCUPIED_S, history=50)

    assert board == {service: estimate(service, ahead, desks, OCCUPIED_S, history=50) for service in sorted(OCCUPIED_S)}


def test_the_remaining_time_starts_at_the_mean_and_is_never_negative() -> None:
    assert remaining_s(0, 600) == 600
    assert all(remaining_s(elapsed_s, 600) > 0 for elapsed_s in range(0, 36000, 60))


def test_who_sat_an_hour_over_a_short_service_stays_about_a_mean_or_less_than_they_sat() -> None:
    assert 0 < remaining_s(3600, 600) < 3600


@pytest.mark.parametrize(
    ("minutes", "q90", "shown"),
    [
        (0, 1.5, Range(0, 5)),
        (4.9, 1.5, Range(0, 10)),
        (5, 1.5, Range(5, 10)),
        (10, 1.5, Range(10, 15)),
        (14, 1.5, Range(10, 25)),
        (20, 1.0, Range(20, 25)),
        (40, 1.8, Range(40, 75)),
    ],
)
def test_a_quote_is_rounded_outwards_to_five_minutes(minutes: float, q90: float, shown: Range) -> None:
    assert quote(minutes * 60, q90) == shown


def test_a_day_moves_the_mean_by_a_tenth() -> None:
    assert daily_mean(None, 600) == 600
    assert daily_mean(600, 700) == pytest.approx(610)


def test_today_is_shrunk_to_one_by_eight_imagined_completions() -> None:
    assert today_factor([], []) == 1
    assert today_factor([1200.0], [600.0]) == pytest.approx((2 + 8) / 9)
    assert today_factor([1200.0] * 25, [600.0] * 25) == pytest.approx((50 + 8) / 33)


def test_only_the_last_25_completions_speak_for_today() -> None:
    slow_then_usual = [6000.0] * 40 + [600.0] * 25

    assert today_factor(slow_then_usual, [600.0] * 65) == 1


def test_a_service_that_alone_is_slow_today_is_seen_apart_from_the_others() -> None:
    usual = {"surat": 600.0, "nib": 1200.0, "ktp": 900.0}
    completions = [("surat", 600.0, 600.0), ("nib", 2400.0, 1200.0)] * 12

    today = today_means(usual, completions)

    assert today["nib"] / usual["nib"] > today["ktp"] / usual["ktp"] > today["surat"] / usual["surat"] > 0.9
    assert today_means(usual, []) == usual


def test_the_upper_bound_starts_at_half_more_and_is_then_learned() -> None:
    assert learn_q90([3.0] * 49) == 1.5
    assert learn_q90([1.0] * 90 + [2.0] * 10) == 1.0
    assert learn_q90([1.0] * 89 + [2.0] * 11) == 2.0
    assert learn_q90([0.5] * 100) == 1.0


def test_short_estimates_teach_no_upper_bound() -> None:
    assert ratios([(299, 900), (300, 450), (0, 10), (600, 600)]) == [1.5, 1.0]


def test_accuracy_equals_a_table_worked_by_hand() -> None:
    quotes = [
        # low, high (min), estimate, actual (s)   error   beyond
        (10, 15, 600.0, 900.0),  #                  -300   no: 900 s are exactly 15 min
        (10, 15, 600.0, 901.0),  #                  -301   yes
        (20, 30, 1200.0, 600.0),  #                 +600   no
        (20, 30, 1500.0, 2101.0),  #                -601   yes
    ]

    assert accuracy(quotes) == Accuracy(
        mae_s=450.5, median_s=450.5, bias_s=-150.5, within_10_min=0.75, beyond_upper=0.5, n=4
    )


def test_accuracy_without_quotes_is_unknown() -> None:
    assert accuracy([]) is None


def test_our_error_is_well_below_the_best_of_the_usual_ways() -> None:
    errors = simulation.compare(days=30, seed=2)

    assert set(errors) == {"loket", "last_30_waits", "queue_length", "last_to_enter_service"}
    assert simulation.gain(errors) > 0.15


def test_the_comparison_is_the_same_for_the_same_seed() -> None:
    assert simulation.compare(days=2, seed=7) == simulation.compare(days=2, seed=7)
    assert simulation.compare(days=2, seed=7) != simulation.compare(days=2, seed=8)


def test_the_learned_range_holds_for_about_nine_visitors_in_ten() -> None:
    judged = simulation.judge(days=30, seed=1)

    assert judged is not None
    assert judged.beyond_upper < 0.15
    assert judged.within_10_min > 0.6


def test_priority_visitors_who_are_still_to_come_are_foreseen() -> None:
    biases = {lane: simulation.bias(days=12, seed=3, lane=lane) / 60 for lane in (Lane.ORDINARY, Lane.PRIORITY)}

    assert all(abs(minutes) < 1.5 for minutes in biases.values()), biases


def test_nobody_who_may_still_come_makes_no_wait_longer() -> None:
    usual = UsualDay((0,) * 8 + (10, 10) + (0,) * 14, 1)
    desks = [WorkingCounter("1")]
    work_s = higher_work_s("a", TakenToday({"a": 10}, 3), usual, 9.0, desks, {"a": 300.0})

    assert overtaken(600, work_s, usual, 9.0) > 600
    assert overtaken(600, work_s, usual, 10.0) == 600
    assert overtaken(600, 0.0, usual, 9.0) == 600
    assert higher_work_s("a", TakenToday({}, 0), UsualDay((0,) * 24, 0), 9.0, desks, {"a": 300.0}) == 0
    assert (
        higher_work_s("b", TakenToday({"a": 5}, 2), usual, 9.0, [WorkingCounter("1", frozenset("a"))], {"a": 9.0}) == 0
    )
