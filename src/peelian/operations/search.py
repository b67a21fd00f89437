"""Search for good routes: ruin a neighbourhood, rebuild it by insertion, accept by annealing.

The moves are those of slack induction by string removals (Christiaens and Vanden Berghe 2020),
with visits that may stay unserved. Everything is deterministic given the generator and the
number of iterations: no clock.
"""

import math
from bisect import bisect_left
from collections.abc import Callable

import numpy as np

from peelian.operations.problem import Routes, RoutingProblem, Service

STRINGS, STRING_LENGTH = 3, 8  # at most so many routes ruined, visits taken from each
SKIP = 0.02  # a good position is passed over this often ("blinks")
HOT, COLD = 0.10, 0.001  # annealing temperatures, in mean visit values
TRAVEL_PRICE = 0.0075  # mean visit values for travel as long as a stop: breaks ties


def solve(
    problem: RoutingProblem,
    *,
    iterations: int,
    rng: np.random.Generator,
    progress: Callable[[int, int], None] | None = None,
) -> Routes:
    """Routes of high value that every team can drive.

    Parameters
    ----------
    problem : RoutingProblem
    iterations : int
        Rounds of ruin and rebuild after the first construction. The same number, generator
        and problem give the same routes; there is no clock.
    rng : Generator
    progress : callable, optional
        Called with the rounds done and the rounds in all, about a hundred times.

    Returns
    -------
    tuple of tuples of Service
        One row for each team, each visit at its earliest time. Empty rows where nothing fits.

    References
    ----------
    .. [1] J. Christiaens and G. Vanden Berghe, "Slack induction by string removals for vehicle
       routing problems", Transportation Science, 54(2), 417-433, 2020.
       doi:10.1287/trsc.2019.0914
    """
    now = Search(problem)
    now.rebuild(range(problem.n_visits), range(problem.n_teams), rng, skip=0.0)
    best = now
    scale = max(float(np.mean(problem.visit_value)), 1e-300) if problem.n_visits else 1.0
    price = (
        TRAVEL_PRICE * scale / float(np.mean(problem.stop_minutes)) if problem.n_stops else 0.0
    )
    for step in range(iterations):
        if progress is not None and step % max(1, iterations // 100) == 0:
            progress(step, iterations)
        temperature = scale * HOT * (COLD / HOT) ** (step / iterations)
        trial = now.copy()
        removed, touched = trial.ruin(rng)
        trial.refill(removed, touched, rng)
        change = trial.value - now.value - price * (trial.driven - now.driven)
        if change >= temperature * math.log(1 - rng.random()):
            now = trial
            if now.value - price * now.driven > best.value - price * best.driven:
                best = now
    return best.answer()


class Search:
    """Routes under construction. Mutable, and private to this module's ``solve``.

    ``low`` and ``high`` are the start windows of served visits, narrowed so that visits to one
    stop keep their gap whatever happens to the routes between.
    """

    def __init__(self, problem: RoutingProblem) -> None:
        p = self.p = problem
        self.travel: list[list[int]] = p.travel.tolist()
        self.stop: list[int] = p.visit_stop.tolist()
        self.place: list[int] = p.stop_place[p.visit_stop].tolist()
        self.need: list[int] = p.stop_minutes[p.visit_stop].tolist()
        self.opens: list[int] = p.visit_open.tolist()
        self.closes: list[int] = p.visit_close.tolist()
        self.worth: list[float] = p.visit_value.tolist()
        self.visits_of: list[list[int]] = [[] for _ in range(p.n_stops)]
        for visit in np.argsort(p.visit_open, kind="stable").tolist():
            self.visits_of[self.stop[visit]].append(visit)
        near = np.argsort(p.travel[p.stop_place][:, p.stop_place], axis=1, kind="stable")
        self.near: list[list[int]] = near.tolist()

        n_teams, n_visits = p.n_teams, p.n_visits
        self.routes: list[list[int]] = [[] for _ in range(n_teams)]
        self.places: list[list[int]] = [[]] * n_teams  # base, visits, base
        self.ready: list[list[int]] = [[]] * n_teams  # minute free to leave each place
        self.due: list[list[int]] = [[]] * n_teams  # latest minute to be at the next place
        self.team = [-1] * n_visits
        self.start = [-1] * n_visits
        self.low, self.high = list(self.opens), list(self.closes)
        self.gain = list(self.worth)
        self.value, self.driven = 0.0, 0
        self.length = [0] * n_teams
        for team in range(n_teams):
            self.schedule(team)

    def copy(self) -> "Search":
        """The same routes, free to be changed."""
        other = object.__new__(Search)
        other.__dict__.update(self.__dict__)
        other.routes = [list(route) for route in self.routes]
        for name in ("places", "ready", "due", "team", "start", "low", "high", "gain"):
            setattr(other, name, list(getattr(self, name)))
        other.length = list(self.length)
        return other

    def schedule(self, team: int) -> bool:
        """Earliest and latest times of one route; False when it cannot be driven."""
        p, route, travel = self.p, self.routes[team], self.travel
        base, end = int(p.team_base[team]), int(p.team_end[team])
        places = [base, *[self.place[v] for v in route], base]
        free = int(p.team_start[team])
        ready, driven, fits = [free], 0, True
        for k, visit in enumerate(route):
            leg = travel[places[k]][places[k + 1]]
            driven += leg
            begin = max(free + leg, self.low[visit])
            fits = fits and begin <= self.high[visit]
            self.start[visit] = begin
            free = begin + self.need[visit]
            ready.append(free)
        if route:
            leg = travel[places[-2]][base]
            driven += leg
            fits = fits and free + leg <= end
        latest = end
        due = [end]
        for k in range(len(route) - 1, -1, -1):
            visit = route[k]
            latest -= travel[places[k + 1]][places[k + 2]] + self.need[visit]
            latest = min(latest, self.high[visit])
            due.append(latest)
        due.reverse()
        self.places[team], self.ready[team], self.due[team] = places, ready, due
        self.driven += driven - self.length[team]
        self.length[team] = driven
        return fits

    def window(self, visit: int) -> tuple[int, int]:
        """When an unserved visit may start, given the other visits to its stop."""
        low, high, gap = self.opens[visit], self.closes[visit], self.p.min_gap
        if gap:
            before, after = self.neighbours(visit)
            need = self.need[visit]
            if before >= 0:
                low = max(low, self.start[before] + need + gap)
            if after >= 0:
                high = min(high, self.start[after] - need - gap)
        return low, high

    def neighbours(self, visit: int) -> tuple[int, int]:
        """Served visits to the same stop just before and just after, -1 for none."""
        before = after = -1
        seen = False
        for other in self.visits_of[self.stop[visit]]:
            if other == visit:
                seen = True
            elif self.team[other] >= 0:
                if not seen:
                    before = other
                else:
                    after = other
                    break
        return before, after

    def best_place(
        self, visit: int, teams: "list[int] | range", skip: float, rng: np.random.Generator
    ) -> tuple[int, int]:
        """Team and position where the visit adds least travel, (-1, -1) when none fits."""
        low, high = self.window(visit)
        found, least = (-1, -1), math.inf
        if low > high:
            return found
        place, need = self.place[visit], self.need[visit]
        onward = self.travel[place]
        for team in teams:
            places, ready, due = self.places[team], self.ready[team], self.due[team]
            for k in range(bisect_left(due, low + need), len(due)):
                free = ready[k]
                if free > high:
                    break
                leg = self.travel[places[k]]
                begin = free + leg[place]
                if begin < low:
                    begin = low
                after = places[k + 1]
                if begin > high or begin + need + onward[after] > due[k]:
                    continue
                cost = leg[place] + onward[after] - leg[after]
                if cost < least and (not skip or rng.random() >= skip):
                    found, least = (team, k), cost
        return found

    def insert(self, visit: int, team: int, position: int) -> None:
        """Serve the visit there; the place must come from ``best_place``."""
        self.low[visit], self.high[visit] = self.window(visit)
        self.routes[team].insert(position, visit)
        self.team[visit] = team
        self.schedule(team)
        if self.p.min_gap:
            self.part(visit)
        self.count(visit)

    def part(self, visit: int) -> None:
        """Narrow the windows of a visit and its neighbours so that the gaps will last."""
        apart = self.need[visit] + self.p.min_gap
        before, after = self.neighbours(visit)
        if before >= 0:
            self.low[visit] = max(self.low[visit], self.start[visit])
            self.high[before] = min(self.high[before], self.low[visit] - apart)
            self.schedule(self.team[before])
        if after >= 0:
            self.low[after] = max(self.low[after], self.start[after])
            self.high[visit] = min(self.high[visit], self.low[after] - apart)
            self.schedule(self.team[after])
        self.schedule(self.team[visit])

    def remove(self, visit: int) -> None:
        """Leave the visit unserved, and give its room to its neighbours."""
        team = self.team[visit]
        self.routes[team].remove(visit)
        self.team[visit] = -1
        self.low[visit], self.high[visit] = self.opens[visit], self.closes[visit]
        self.schedule(team)
        if self.p.min_gap:
            self.join(visit)
        self.count(visit)

    def join(self, visit: int) -> None:
        """Widen the windows on both sides of a visit that was removed."""
        apart = self.need[visit] + self.p.min_gap
        before, after = self.neighbours(visit)
        if before >= 0:
            limit = self.low[after] - apart if after >= 0 else self.closes[before]
            self.high[before] = min(self.closes[before], limit)
            self.schedule(self.team[before])
        if after >= 0:
            limit = self.high[before] + apart if before >= 0 else self.opens[after]
            self.low[after] = max(self.opens[after], limit)
            self.schedule(self.team[after])

    def count(self, visit: int) -> None:
        """Bring the value up to date, and what each visit to the stop would now add."""
        rho = self.p.rho
        if rho == 1:
            self.value += self.worth[visit] if self.team[visit] >= 0 else -self.worth[visit]
            return
        visits = self.visits_of[self.stop[visit]]
        served = [v for v in visits if self.team[v] >= 0]
        was = [v for v in visits if (v in served) != (v == visit)]
        total = self.total(served)
        self.value += total - self.total(was)
        for v in visits:
            if self.team[v] < 0:
                self.gain[v] = self.total([*served, v]) - total

    def total(self, visits: list[int]) -> float:
        """What these visits to one stop are worth together."""
        values = sorted((self.worth[v] for v in visits), reverse=True)
        return sum(v * self.p.rho**k for k, v in enumerate(values))

    def ruin(self, rng: np.random.Generator) -> tuple[list[int], list[int]]:
        """Take strings of visits out of routes that lie near each other."""
        served = [v for route in self.routes for v in route]
        removed: list[int] = []
        touched: list[int] = []
        if not served:
            return removed, touched
        centre = self.stop[served[int(rng.integers(len(served)))]]
        n_strings = 1 + int(rng.integers(STRINGS))
        for stop in self.near[centre]:
            for visit in self.visits_of[stop]:
                team = self.team[visit]
                if team < 0 or team in touched:
                    continue
                touched.append(team)
                removed += self.take_string(visit, rng)
                if len(touched) == n_strings:
                    return removed, touched
        return removed, touched

    def take_string(self, visit: int, rng: np.random.Generator) -> list[int]:
        """Remove some consecutive visits of a route, this one among them."""
        team = self.team[visit]
        route = self.routes[team]
        length = 1 + int(rng.integers(min(STRING_LENGTH, len(route))))
        at = route.index(visit)
        first = max(0, at - length + 1)
        last = min(at, len(route) - length)
        begin = first + int(rng.integers(last - first + 1))
        taken = route[begin : begin + length]
        for v in taken:
            self.remove(v)
        while not self.schedule(team):  # the way round is longer than the way through
            v = self.routes[team][min(begin, len(self.routes[team]) - 1)]
            taken.append(v)
            self.remove(v)
        return taken

    def refill(self, removed: list[int], touched: list[int], rng: np.random.Generator) -> None:
        """Offer the removed visits to all teams, the other unserved ones to those ruined."""
        unserved = [v for v, team in enumerate(self.team) if team < 0]
        self.rebuild(unserved, touched, rng, skip=SKIP, anywhere=set(removed))

    def rebuild(
        self,
        visits: "list[int] | range",
        teams: "list[int] | range",
        rng: np.random.Generator,
        *,
        skip: float,
        anywhere: "set[int] | frozenset[int]" = frozenset(),
    ) -> None:
        """Insert visits where they fit: those that add most first, with noise."""
        noise = rng.random(len(visits)).tolist()
        spread = rng.random()
        gain = self.gain
        ranked = sorted(
            zip(
                [-gain[v] * (1 - spread * u) for v, u in zip(visits, noise, strict=True)],
                visits,
                strict=True,
            )
        )
        everyone = range(self.p.n_teams)
        for _, visit in ranked:
            among = everyone if visit in anywhere else teams
            team, position = self.best_place(visit, among, skip, rng)
            if team >= 0:
                self.insert(visit, team, position)

    def answer(self) -> Routes:
        """The routes as values, each visit at its earliest time."""
        return tuple(tuple(Service(v, self.start[v]) for v in route) for route in self.routes)
