"""The places that draw people, from the files a user names."""

from dataclasses import replace

import numpy as np

from peelian import sources
from peelian.terms import CoordinateError, Generators, Ingredient, StudyArea
from peelian.workflows.settings import GeneratorFiles

ESSEX = "essex"  # the generators that come with Peelian
FAR = 20_000.0  # generators all further than this from the study area are elsewhere [m]


def read_places(
    files: GeneratorFiles, study_area: StudyArea
) -> tuple[Generators, tuple[Ingredient, ...]]:
    """The crime generators of the files named, in the study area's CRS.

    Raises
    ------
    CoordinateError
        If all of them are far from the study area.
    """
    names = [name.strip() for name in files.generators.split(",") if name.strip()]
    parts = []
    for name in names:
        bundled = name == ESSEX
        path = sources.essex_generators_path() if bundled else name
        column = "kind" if bundled else files.kind_column or None
        part, ingredient = sources.read_generators(path, crs=study_area.crs, kind=column)
        parts.append((part, replace(ingredient, name=name)))
    generators = Generators(
        np.concatenate([part.kind for part, _ in parts]),
        np.concatenate([part.x for part, _ in parts]),
        np.concatenate([part.y for part, _ in parts]),
        study_area.crs,
    )
    _require_near(generators, study_area)
    return generators, tuple(ingredient for _, ingredient in parts)


def _require_near(generators: Generators, study_area: StudyArea) -> None:
    """Refuse generators of another country, or in another CRS than was thought."""
    import shapely

    west, south, east, north = shapely.bounds(study_area.polygon)
    x, y = generators.x, generators.y
    near = (x > west - FAR) & (x < east + FAR) & (y > south - FAR) & (y < north + FAR)
    if not near.any():
        raise CoordinateError(
            f"none of {len(generators):,} crime generators is within {FAR / 1000:g} km of "
            f"{study_area.name}; the first is at ({x[0]:.6g}, {y[0]:.6g}) in "
            f"{study_area.crs}: check the coordinates of the file"
        )
