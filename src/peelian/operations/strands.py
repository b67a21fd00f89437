"""The strands of a week of action, by name, in the order of the running sheet."""

from collections.abc import Mapping

from peelian.operations.strands_policing import (
    ARCHES,
    HUBS,
    PATROLS,
    STOP_SEARCH,
    SWEEPS,
    WARRANTS,
)
from peelian.operations.strands_prevention import (
    BINS,
    DIVERSION,
    MEDIA,
    SCHOOLS,
    TEST_PURCHASES,
)
from peelian.terms import Strand

STRANDS: Mapping[str, Strand] = {
    strand.name: strand
    for strand in (
        PATROLS,
        ARCHES,
        HUBS,
        SWEEPS,
        STOP_SEARCH,
        WARRANTS,
        TEST_PURCHASES,
        BINS,
        DIVERSION,
        SCHOOLS,
        MEDIA,
    )
}
