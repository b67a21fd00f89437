"""Counts or harm: which jobs and models can weigh events by harm, and why some cannot."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from peelian.workflows.companions import by_commas
from peelian.workflows.settings import Cells

COUNT_ONLY: Mapping[str, str] = {
    "hotspots knox": "Knox's test counts pairs of events; harm has no part in it",
    "hotspots near-repeats": "chains are made of events; harm has no part in them",
    "explain": "risk terrain tests counts of events; days of harm are no counts",
    "evaluate leaks": "leaks are looked for in counts of whole events",
}
COUNT_ONLY_MODELS: Mapping[str, str] = {
    "self-exciting": "the self-exciting model counts events, one by one",
    "risk-terrain": "risk terrain fits counts of events",
    "bernoulli": "the Bernoulli scan tells events from controls, which harm does not",
}


def harm_of(settings: Any) -> str:
    """The harm index that a job's settings name, wherever they hold their cells."""
    if isinstance(settings, Cells):
        return settings.harm
    own = (getattr(settings, f.name) for f in fields(settings))
    return next(filter(None, (harm_of(one) for one in own if is_dataclass(one))), "")


def why_not_harm(job: str, models: str = "") -> str:
    """Why a job, or one of the models asked for, takes no harm; empty when it does."""
    if job in COUNT_ONLY:
        return f"{COUNT_ONLY[job]}. Count events, or choose another method"
    reasons = (COUNT_ONLY_MODELS.get(one) for one in by_commas(models))
    reason = next(filter(None, reasons), "")
    return f"{reason}. Count events, or choose another model" if reason else ""


def models_of(settings: Any) -> str:
    """The models that a job's settings name, by commas."""
    found = []
    for f in fields(settings):
        value = getattr(settings, f.name)
        if is_dataclass(value):
            found.append(models_of(value))
        elif f.name in ("model", "models"):
            found.append(value)
    return ",".join(filter(None, found))
