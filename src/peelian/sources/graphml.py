"""Streets of a graph in GraphML, as OSMnx writes it."""

import ast
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from peelian.sources.contents import Content
from peelian.sources.lines import DrawnLines, as_texts, walked_streets
from peelian.sources.xml_files import parse_xml
from peelian.terms import CoverageError, SchemaError, Texts

Attributes = dict[str, str]
Edge = tuple[str, str, Attributes]


def read_graphml(content: Content) -> DrawnLines:
    """The edges of the graph: drawn by their ``geometry`` (WKT), else straight.

    Nodes need ``x`` and ``y``, and the graph its ``crs``, as OSMnx gives them.

    Raises
    ------
    DataError
        If the file is cut off or hostile, or an edge joins a node that is not there.
        SchemaError names a missing attribute, CoverageError a graph without edges.
    """
    import shapely

    graph, nodes, edges = _parsed(content)
    if not edges:
        raise CoverageError(f"{content.name}: the graph has no edges")
    places = {name: _place(content.name, name, node) for name, node in nodes.items()}
    ends = []
    for start, end, _ in edges:
        for name in (start, end):
            if name not in places:
                raise SchemaError(
                    f"{content.name}: an edge joins node {name!r}, which the graph does not "
                    "have; write it again"
                )
        ends.append((places[start], places[end]))
    straight = shapely.linestrings(np.array(ends))
    drawn = shapely.from_wkt(
        np.array([edge.get("geometry") for *_, edge in edges], dtype=object),
        on_invalid="ignore",
    )
    shapes = np.where(shapely.get_type_id(drawn) == 1, drawn, straight)
    lines = DrawnLines(
        shapes=shapes,
        ids=_column(edges, "osmid"),
        names=_column(edges, "name"),
        kinds=_column(edges, "highway"),
        crs=graph.get("crs", ""),
        only_ends=True,
        read=len(edges),
    )
    return walked_streets(lines) if np.any(lines.kinds != "") else lines


def _parsed(content: Content) -> tuple[Attributes, dict[str, Attributes], list[Edge]]:
    """Attributes of the graph, of its nodes by identifier, and of its edges."""
    keys: dict[str, str] = {}
    graph: Attributes = {}
    nodes: dict[str, Attributes] = {}
    edges: list[Edge] = []
    inside: list[Attributes] = []  # the attributes of what is open: graph, node or edge
    key = ""  # of the datum that is open, and its text so far
    text: list[str] = []

    def start(tag: str, given: Mapping[str, str]) -> None:
        nonlocal key
        text.clear()
        if tag == "key":
            keys[given.get("id", "")] = given.get("attr.name", "")
        elif tag == "graph":
            inside.append(graph)
        elif tag == "node":
            inside.append(nodes.setdefault(given.get("id", ""), {}))
        elif tag == "edge":
            inside.append({})
            edges.append((given.get("source", ""), given.get("target", ""), inside[-1]))
        elif tag == "data":
            key = keys.get(given.get("key", ""), "")

    def end(tag: str) -> None:
        if tag == "data" and inside:
            inside[-1][key] = "".join(text).strip()
        elif tag in ("graph", "node", "edge"):
            inside.pop()

    handlers: dict[str, Callable[..., Any]] = {
        "StartElementHandler": start,
        "EndElementHandler": end,
        "CharacterDataHandler": text.append,
    }
    parse_xml(content, handlers)
    return graph, nodes, edges


def _place(file: str, name: str, node: Attributes) -> tuple[float, float]:
    try:
        return float(node["x"]), float(node["y"])
    except (KeyError, ValueError):
        raise SchemaError(
            f"{file}: node {name!r} has no x and y; write the graph as OSMnx does"
        ) from None


def _column(edges: list[Edge], name: str) -> Texts:
    return as_texts(_said(edge.get(name, "")) for *_, edge in edges)


def _said(value: str) -> str:
    """A value, or several that an edge inherited from the ways it joins, by " / "."""
    if not value.startswith("["):
        return value
    try:
        return " / ".join(str(one) for one in ast.literal_eval(value))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return value
