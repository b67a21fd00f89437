"""Settings to and from options, query strings and records."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, field, fields, is_dataclass, replace
from math import isfinite
from typing import Any, TypeVar, get_type_hints

from peelian.terms import ParameterError

Settings = TypeVar("Settings")


def option(
    default: Any, text: str, *, choices: tuple[str, ...] = (), page: bool = True
) -> Any:
    """A field with its default and the sentence that explains it to a user.

    ``choices`` are all that it can be; with ``page=False`` no page offers it, as for a file of
    the machine that serves the page.
    """
    metadata = {"help": text, "choices": choices, "page": page}
    return field(default=default, metadata=metadata)


def part(default: Any, *, without: tuple[str, ...]) -> Any:
    """Settings of another job among one's own, ``without`` those that mean nothing here.

    No door offers these; they keep their defaults.
    """
    return field(default=default, metadata={"without": without})


def to_json(settings: Any) -> dict[str, Any]:
    """Settings as JSON values."""
    return asdict(settings)


def from_json(kind: type[Settings], values: Mapping[str, Any]) -> Settings:
    """Settings of ``kind`` from JSON values; ParameterError names what does not fit."""
    return _filled(kind(), values)


def flat_fields(kind: type[Any]) -> Iterator[tuple[str, type[Any], Any, str]]:
    """Name, type, default and help of every setting, nested ones in their place."""
    yield from _flat(kind())


def on_pages(kind: type[Any]) -> dict[str, tuple[str, ...]]:
    """What each setting that a page may offer can be; empty where it can be anything."""
    found: dict[str, tuple[str, ...]] = {}
    for f in fields(kind):
        if is_dataclass(f.default):
            without = f.metadata.get("without", ())
            offered = on_pages(type(f.default)).items()
            found |= {name: choices for name, choices in offered if name not in without}
        elif f.metadata["page"]:
            found[f.name] = f.metadata["choices"]
    return found


def from_flat(kind: type[Settings], values: Mapping[str, Any]) -> Settings:
    """Settings of ``kind`` from one flat mapping; text is turned into the setting's type.

    ParameterError names what does not fit.
    """
    _require_known(kind, values, {name for name, *_ in flat_fields(kind)})
    return _with(kind(), values)


def _flat(settings: Any) -> Iterator[tuple[str, type[Any], Any, str]]:
    hints = get_type_hints(type(settings))
    for f in fields(settings):
        value = getattr(settings, f.name)
        if is_dataclass(value):
            without = f.metadata.get("without", ())
            yield from (one for one in _flat(value) if one[0] not in without)
        else:
            yield f.name, hints[f.name], value, f.metadata["help"]


def _filled(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Settings with these JSON values in place of their own."""
    kind = type(settings)
    if not isinstance(values, Mapping):
        raise ParameterError(f"{kind.__name__} is {values!r}: give an object of settings")
    hints: dict[str, type[Any]] = get_type_hints(kind)
    _require_known(kind, values, hints)
    changed = {
        name: _filled(getattr(settings, name), value)
        if is_dataclass(hints[name])
        else _typed(name, hints[name], value)
        for name, value in values.items()
    }
    return replace(settings, **changed)  # type: ignore[type-var]


def _with(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """``settings``, changed by those of the ``values`` that are its own."""
    hints: dict[str, type[Any]] = get_type_hints(type(settings))
    changed: dict[str, Any] = {}
    for name, hint in hints.items():
        if is_dataclass(hint):
            changed[name] = _with(getattr(settings, name), values)
        elif name in values:
            changed[name] = _parsed(name, hint, values[name])
    return replace(settings, **changed)  # type: ignore[type-var]


def _require_known(kind: type[Any], values: Iterable[str], known: Collection[str]) -> None:
    """ParameterError for the first name that is no setting."""
    for name in sorted(set(values) - set(known)):
        raise ParameterError(
            f"{kind.__name__} has no setting {name!r}: it has {', '.join(known)}"
        )


def _typed(name: str, hint: type[Any], value: Any) -> Any:
    """``value``, unchanged, if it fits its setting; a whole number will do for a number."""
    fits = isinstance(value, (int, float) if hint is float else hint)
    if not fits or (isinstance(value, bool) and hint is not bool):
        raise _misfit(name, hint, value)
    if hint is float and not isfinite(value):
        raise _misfit(name, hint, value)
    return value


def _parsed(name: str, hint: type[Any], value: Any) -> Any:
    """``value`` as the type of its setting."""
    if hint is bool and isinstance(value, str):
        return value.lower() in ("1", "on", "true", "yes")
    try:
        made = hint(value)
    except (TypeError, ValueError) as error:
        raise _misfit(name, hint, value) from error
    if hint is float and not isfinite(made):
        raise _misfit(name, hint, value)
    return made


def _misfit(name: str, hint: type[Any], value: Any) -> ParameterError:
    """What to say of a value that its setting cannot take."""
    kinds = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
    return ParameterError(f"{name.replace('_', ' ')} is {value!r}: give {kinds[hint]}")
