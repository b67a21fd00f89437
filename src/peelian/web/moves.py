"""A stop given to another team: the settings are in the address, the cost is on the page."""

from typing import Any

from django.http import HttpRequest, QueryDict

MOVES = "moves"  # the setting that a plan takes


def move_values(request: HttpRequest, stops: list[dict[str, str]]) -> dict[str, Any]:
    """What the page needs to give a stop away, or to take a move back.

    ``fields`` are the settings of this plan that a form sends along; each stop gets the
    ``begins`` of the setting that gives it away, to which a team's number is added.
    """
    query = request.GET.copy()
    asked = [part.strip() for part in query.get(MOVES, "").split(",") if part.strip()]
    begins = "".join(f"{part}," for part in asked)
    others = [(n, v) for n, v in query.items() if n not in (MOVES, "team")]
    return {
        "move_fields": others,
        "move_stops": [{**stop, "begins": f"{begins}{stop['stop']}="} for stop in stops],
        "undo_last": address(query, asked[:-1]) if asked else "",
        "undo_all": address(query, []) if asked else "",
    }


def address(query: QueryDict, moves: list[str]) -> str:
    """Address of the plan with these moves and no others."""
    changed = query.copy()
    changed.pop(MOVES, None)
    if moves:
        changed[MOVES] = ",".join(moves)
    return f"?{changed.urlencode()}"
