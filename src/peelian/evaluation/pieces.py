"""A backtest in pieces, done anywhere and in any order, and joined to the same whole."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import groupby
from typing import Protocol, TypeAlias

from peelian.evaluation.tally import Frame, Tally, join_tallies, tally_origins, walks
from peelian.terms import CoverageError, DataError, Forecaster, History

ORIGINS_A_PIECE = 13  # a quarter of weeks: enough to be worth handing over, and to lose


@dataclass(frozen=True)
class Failed:
    """Why a forecaster gave no forecast at one origin, in a sentence that dates it."""

    reason: str


Scored: TypeAlias = Tally | Failed


@dataclass(frozen=True, eq=False)
class Piece:
    """Successive origins of one forecaster.

    Attributes
    ----------
    name : str
    forecaster : Forecaster
    history : History
        The whole; the forecaster is shown what was known at each origin.
    frame : Frame
        Of these origins.
    led_in : bool
        Whether the first origin belongs to the piece before, and is only forecast again so
        that the change from it to the next is known.
    clock : callable or None
        Called where the piece is done, so that it counts the seconds of that process.
    """

    name: str
    forecaster: Forecaster
    history: History
    frame: Frame
    led_in: bool
    clock: Callable[[], float] | None

    def __len__(self) -> int:
        """Origins of its own."""
        return len(self.frame.origins) - self.led_in

    def score(self, tell: Callable[[int], None] = lambda n: None) -> Scored:
        """Forecast, flag and count at its origins.

        Raises
        ------
        CoverageError
            If the data or the settings do not suit the forecaster.
        """
        done = 0

        def told(n: int) -> None:
            nonlocal done
            done = n
            tell(max(n - self.led_in, 0))

        try:
            tally = tally_origins(
                self.name, self.forecaster, self.history, self.frame, self.clock, told
            )
        except CoverageError:
            raise
        except DataError as error:
            origin = self.history.periods.start[self.frame.origins[done]]
            return Failed(f"failed at {origin}: {error}")
        return _cut(tally, slice(int(self.led_in), None))


class Work(Protocol):
    """Does pieces, in any order and anywhere."""

    def __call__(
        self, pieces: Sequence[Piece], tell: Callable[[int, int], None]
    ) -> Iterator[tuple[int, Scored]]:
        """The number of each piece and what it scored, as it is done.

        ``tell`` is called with the number of a piece and how many of its origins are done.
        """
        ...


def one_by_one(
    pieces: Sequence[Piece], tell: Callable[[int, int], None]
) -> Iterator[tuple[int, Scored]]:
    """Do the pieces here and in turn."""
    for number, piece in enumerate(pieces):
        yield number, piece.score(lambda n, number=number: tell(number, n))  # type: ignore[misc]


def split(
    name: str,
    forecaster: Forecaster,
    history: History,
    frame: Frame,
    clock: Callable[[], float] | None,
) -> list[Piece]:
    """The pieces of one forecaster: its origins in parts, or all at once if it walks them."""
    at_once = walks(forecaster, history, frame.horizon)
    if at_once:
        return [Piece(name, forecaster, history, frame, False, clock)]
    return [
        Piece(name, forecaster, history, _part(frame, first), first > 0, clock)
        for first in range(0, len(frame.origins), ORIGINS_A_PIECE)
    ]


def join(pieces: Sequence[Piece], scored: Sequence[Scored]) -> dict[str, Scored]:
    """What each forecaster scored over all its pieces; failed if any piece did."""
    joined: dict[str, Scored] = {}
    for name, group in groupby(range(len(pieces)), lambda number: pieces[number].name):
        parts = [scored[number] for number in group]
        failed = next((part for part in parts if isinstance(part, Failed)), None)
        tallies = [part for part in parts if isinstance(part, Tally)]
        joined[name] = failed or join_tallies(tallies)
    return joined


def _part(frame: Frame, first: int) -> Frame:
    """The origins of one piece, and the one before them."""
    at = slice(max(first - 1, 0), first + ORIGINS_A_PIECE)
    return replace(
        frame,
        origins=frame.origins[at],
        events=frame.events[at],
        best=frame.best[at],
        length_ratio=frame.length_ratio[at],
    )


def _cut(tally: Tally, at: slice) -> Tally:
    """Some origins of a tally."""
    return Tally(**{one.name: getattr(tally, one.name)[at] for one in fields(Tally)})
