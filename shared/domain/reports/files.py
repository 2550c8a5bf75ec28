"""What the files of a period add up to: in, returned, ended, on time, open by age, and their way through the steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.calendar import Calendar, Pause, net_s, paused_s, working_time_s
from shared.domain.files.procedure import AWAY, RUNNING, FileAction, FileState
from shared.domain.files.promise import ready_at
from shared.domain.reports.visits import Spread, spread

AGES_DAYS = (2, 8, 15, 31)
"""Where the groups of open files end: under 2 days, 2-7, 8-14, 15-30, and more."""


@dataclass(frozen=True, slots=True)
class FileEvent:
    """One act on a file that stood; what was taken back is none."""

    at: datetime
    action: str
    from_state: str | None
    to_state: str | None
    step: str | None = None
    to_step: str | None = None
    reason: str | None = None

    @property
    def is_move(self) -> bool:
        return self.from_state != self.to_state


@dataclass(frozen=True, slots=True)
class FileFact:
    """A file with its acts, oldest first. `awaits_receiver`: the steps at which its result is ready."""

    id: int
    service_id: int
    village: str
    accepted_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    pauses: tuple[Pause, ...] = ()
    elsewhere: tuple[Pause, ...] = ()
    """Those of them in which another house had it: by them its promise has moved on already."""
    events: tuple[FileEvent, ...] = ()
    awaits_receiver: frozenset[str] = frozenset()
    fee: int | None = None
    """Rupiah."""
    paid_at: datetime | None = None

    @property
    def received_at(self) -> datetime | None:
        """When it was accepted first; a file that came back complete begins a new promise, but is no new file."""
        return next((event.at for event in self.events if event.action == FileAction.ACCEPT), None)

    @property
    def kept_at(self) -> datetime:
        """When what was promised was there, of a file that ended completed."""
        acts = ((event.at, event.action, event.step, event.to_step) for event in self.events)
        return ready_at(acts, self.awaits_receiver) or _end(self)

    def is_late(self, step: str | None, at: datetime) -> bool:
        """At that step, at that moment."""
        is_away = any(began <= at and (until is None or at < until) for began, until in self.elsewhere)
        is_over = self.due_at is not None and self.due_at < at
        return is_over and not is_away and step not in self.awaits_receiver

    def state_at(self, moment: datetime) -> tuple[str | None, str | None]:
        """State and step before that moment; (None, None) of a file that was not there yet."""
        state, step = None, None
        for event in self.events:
            if event.at >= moment:
                break
            state = event.to_state or state
            step = event.to_step if event.step else step
        return state, step


@dataclass(frozen=True, slots=True)
class FileCounts:
    """A row of figures about files. On time: of those finished, whether the result was ready by then, against the
    promise as it ran (gross), and without the time in which the file rested (net)."""

    received: int
    returned: int
    refused: int
    withdrawn: int
    finished: int
    on_time_gross: int
    on_time_net: int
    without_promise: int
    """Finished ones of a service that promises no time."""
    hours_unknown: int
    """Finished ones for which the office had written down no hours, so that every hour counted."""
    open: int
    """Under way at the end of the period."""
    late: int
    """Of those, past their promise, without those whose result is ready."""
    uncollected: int
    """Of those, finished for the office: only the applicant has not come."""
    paid: int
    """Files whose fee was paid in the period."""
    fees: int
    """Rupiah that were paid."""
    gross: Spread
    """Working time from acceptance until the result was ready."""
    net: Spread


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of a service: how often files left it in the period, where to, and how long they had lain there."""

    left: int
    lay: Spread
    """Working time."""


@dataclass(frozen=True, slots=True)
class FileFigures:
    total: FileCounts
    by_service: Mapping[int, FileCounts]
    by_village: Mapping[str, int]
    """Files received; "" when no village is known."""
    reasons: Mapping[tuple[str, str], int]
    """(action, reason) -> times, of what was returned, sent back, paused, refused or withdrawn."""
    ages: tuple[int, ...]
    """Open files by their age, one more than `AGES_DAYS`; those that wait to be collected are in `uncollected_ages`."""
    uncollected_ages: tuple[int, ...]
    steps: Mapping[tuple[int, str], StepLine]
    """(service, step) -> its line."""
    flow: Mapping[tuple[int, str, str], int]
    """(service, from step, to step) -> files; "" is the way out."""
    finished: tuple[int, ...] = field(default=())
    """Ids of the files that ended completed in the period: each file is in one month's list only."""


def file_figures(
    files: Sequence[FileFact], begins: datetime, ends: datetime, now: datetime, calendar: Calendar
) -> FileFigures:
    """Everything that a report says about files, of what happened from `begins` until before `ends`.

    What is open is asked at `ends`, or at `now` while the period still runs.
    """
    at = min(ends, now)
    of_service: dict[int, list[FileFact]] = {}
    for file in files:
        of_service.setdefault(file.service_id, []).append(file)
    lines = {service: _line(mine, begins, ends, at, calendar) for service, mine in of_service.items()}
    came = [file for file in files if _within(file.received_at, begins, ends)]
    is_open = [(file, file.state_at(ends)) for file in files]
    under_way = [(file, step) for file, (state, step) in is_open if _is_running(state, step)]
    waits = [(file, step) for file, step in under_way if step in file.awaits_receiver]
    steps, flow = _steps(files, begins, ends, calendar)
    return FileFigures(
        total=_line(files, begins, ends, at, calendar),
        by_service={service: line for service, line in lines.items() if _says_anything(line)},
        by_village=Counter(file.village for file in came),
        reasons=_reasons(files, begins, ends),
        ages=_by_age([file for file, step in under_way if step not in file.awaits_receiver], at),
        uncollected_ages=_by_age([file for file, _ in waits], at),
        steps=steps,
        flow=flow,
        finished=tuple(sorted(file.id for file in files if _finished(file, begins, ends))),
    )


def _line(files: Sequence[FileFact], begins: datetime, ends: datetime, at: datetime, calendar: Calendar) -> FileCounts:
    done = [file for file in files if _finished(file, begins, ends)]
    now = [(file, *file.state_at(ends)) for file in files]
    running = [(file, step) for file, state, step in now if _is_running(state, step)]
    times = [_times(file, calendar) for file in done]
    paid = [file.fee or 0 for file in files if _within(file.paid_at, begins, ends)]
    return FileCounts(
        received=sum(_within(file.received_at, begins, ends) for file in files),
        returned=_moves(files, begins, ends, FileState.RETURNED),
        refused=_moves(files, begins, ends, FileState.REFUSED),
        withdrawn=_moves(files, begins, ends, FileState.WITHDRAWN),
        finished=len(done),
        on_time_gross=sum(file.due_at is not None and file.kept_at <= file.due_at for file in done),
        on_time_net=sum(file.due_at is not None and _is_net_in_time(file, calendar) for file in done),
        without_promise=sum(file.due_at is None for file in done),
        hours_unknown=sum(not calendar.has_hours(calendar.day_of(file.kept_at)) for file in done),
        open=len(running),
        late=sum(file.is_late(step, at) for file, step in running),
        uncollected=sum(step in file.awaits_receiver for file, step in running),
        paid=len(paid),
        fees=sum(paid),
        gross=spread(gross for gross, _ in times),
        net=spread(net for _, net in times),
    )


def _says_anything(line: FileCounts) -> bool:
    return any((line.received, line.returned, line.refused, line.withdrawn, line.finished, line.open, line.paid))


def _is_running(state: str | None, step: str | None) -> bool:
    return state in RUNNING and step is not None


def _finished(file: FileFact, begins: datetime, ends: datetime) -> bool:
    return any(
        event.to_state == FileState.COMPLETED and event.is_move and _within(event.at, begins, ends)
        for event in file.events
    )


def _end(file: FileFact) -> datetime:
    """When it ended completed."""
    ended = [event.at for event in file.events if event.to_state == FileState.COMPLETED and event.is_move]
    return file.completed_at or ended[-1]


def _times(file: FileFact, calendar: Calendar) -> tuple[int, int]:
    if file.accepted_at is None:
        return 0, 0
    gross = working_time_s(file.accepted_at, file.kept_at, calendar)
    return int(gross), int(gross - paused_s(file.accepted_at, file.kept_at, file.pauses, calendar))


def _is_net_in_time(file: FileFact, calendar: Calendar) -> bool:
    """In time as it ran, or its working time without rests is not longer than the promised one."""
    if file.due_at is None or file.accepted_at is None:
        return False
    kept_at = file.kept_at
    moved_s = paused_s(file.accepted_at, kept_at, file.elsewhere, calendar)
    promised_s = working_time_s(file.accepted_at, file.due_at, calendar) - moved_s
    return kept_at <= file.due_at or net_s(file.accepted_at, kept_at, file.pauses, calendar) <= promised_s


def _moves(files: Iterable[FileFact], begins: datetime, ends: datetime, state: str) -> int:
    """How often files came to that state; a file that is returned twice was returned twice."""
    return sum(
        event.to_state == state and event.action in _ENDING and _within(event.at, begins, ends)
        for file in files
        for event in file.events
    )


_ENDING = ("return_to_applicant", "refuse", "withdraw")
_WITH_REASON = (*_ENDING, "send_back", "pause")


def _reasons(files: Iterable[FileFact], begins: datetime, ends: datetime) -> dict[tuple[str, str], int]:
    return Counter(
        (event.action, event.reason or "")
        for file in files
        for event in file.events
        if event.action in _WITH_REASON and _within(event.at, begins, ends)
    )


def _by_age(files: Iterable[FileFact], at: datetime) -> tuple[int, ...]:
    counts = [0] * (len(AGES_DAYS) + 1)
    for file in files:
        days = (at - (file.accepted_at or at)).days
        counts[sum(days >= edge for edge in AGES_DAYS)] += 1
    return tuple(counts)


def _steps(
    files: Iterable[FileFact], begins: datetime, ends: datetime, calendar: Calendar
) -> tuple[dict[tuple[int, str], StepLine], dict[tuple[int, str, str], int]]:
    """How long files lay at each step that they left in the period, and where they went from there.

    The time before the acceptance is nobody's: of the first desk only what lay there afterwards counts.
    """
    lay: dict[tuple[int, str], list[int]] = {}
    flow: Counter[tuple[int, str, str]] = Counter()
    for file in files:
        here: str | None = None
        since: datetime | None = None
        for event in file.events:
            if event.step is None or (event.to_step == event.step and event.to_state not in AWAY):
                continue
            if since is not None and here == event.step and _within(event.at, begins, ends):
                lay.setdefault((file.service_id, here), []).append(int(working_time_s(since, event.at, calendar)))
                flow[file.service_id, here, "" if event.to_state in AWAY else event.to_step or ""] += 1
            here = None if event.to_state in AWAY else event.to_step
            since = event.at
    return {key: StepLine(len(times), spread(times)) for key, times in lay.items()}, dict(flow)


def _within(at: datetime | None, begins: datetime, ends: datetime) -> bool:
    return at is not None and begins <= at < ends
