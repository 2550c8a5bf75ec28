"""A state machine that is a table: each line says from which state an action leads to which other."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, NoReturn, TypeVar

from shared.domain.errors import NotAllowed

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


class Ends(dict[tuple[S, A], S]):
    """State and action -> the state that it leads to; raises `NotAllowed("stale")` when the state does not know it."""

    def __missing__(self, move: tuple[S, A]) -> NoReturn:
        state, action = move
        raise NotAllowed("stale", state=state.value, action=action.value)


class Moves(list[tuple[S, A, S]], Generic[S, A]):
    """The table; an action leads from a state to one state only."""

    def __init__(self, moves: list[tuple[S, A, S]]) -> None:
        super().__init__(moves)
        self.ends = Ends[S, A]({(start, action): end for start, action, end in moves})

    def allowed(self, state: S) -> list[A]:
        """The actions that `state` knows, in the order of the table."""
        return [action for start, action, _ in self if start == state]
