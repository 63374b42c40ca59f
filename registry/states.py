"""State machines as data: one table per thing, one function that moves. Nothing else writes a status
column.

A table names for each (state, verb) the state that follows and the article it rests on; [ours] marks what
no law says. Which actor may use a verb is not decided here but in parties.permissions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from registry.errors import Conflict

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """Where a verb leads, and on what ground."""

    to: S
    article: str


class Machine(Generic[S]):
    """The moves of one thing. States compare as text, so a value read from the database will do."""

    def __init__(self, moves: Mapping[tuple[S, str], Move[S]], *, start: S) -> None:
        self.moves = dict(moves)
        self.start = start

    def move(self, state: str, verb: str, *, field: str = "") -> S:
        """The state that follows. Raises Conflict("wrong_state") when the verb does not apply."""
        return self.found(state, verb, field=field).to

    def found(self, state: str, verb: str, *, field: str = "") -> Move[S]:
        """The whole line of the table, for the history row's article. Raises Conflict("wrong_state")."""
        for (known, name), move in self.moves.items():
            if known == state and name == verb:
                return move
        article = next((move.article for (_, name), move in self.moves.items() if name == verb), "")
        raise Conflict("wrong_state", field, article, state=str(state), verb=verb)

    def allows(self, state: str, verb: str) -> bool:
        """Whether the verb applies, without raising."""
        return any(known == state and name == verb for known, name in self.moves)

    def verbs(self, state: str) -> tuple[str, ...]:
        """What can be done from here, in the table's order; empty for a final state."""
        return tuple(name for known, name in self.moves if known == state)

    def states(self) -> tuple[str, ...]:
        """Every state of the thing, for the CHECK constraint, in the order of its enumeration."""
        return tuple(str(state) for state in type(self.start))
