"""What forces have published of their own weeks, to set a local figure beside."""

from dataclasses import dataclass

from peelian.operations.arches import OP_SHIELD, YIELDS


@dataclass(frozen=True)
class Benchmark:
    """A published share: ``hits`` of ``n`` for one measure of one strand."""

    strand: str
    measure: str
    who: str
    hits: int
    n: int


BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark("test-purchases", "Failed", "Essex in December 2025", 25, 62),
    Benchmark("test-purchases", "Failed", "Lancashire", 24, 77),
    Benchmark("test-purchases", "Failed", "West Mercia", 15, 42),
    Benchmark("stop-search", "Found the object sought", "Essex in December 2025", 4, 41),
    Benchmark(
        "arches", "People found with a weapon", "BTP's Op Shield in 2006", *YIELDS[OP_SHIELD]
    ),
    Benchmark("arches", "People found with a weapon", "Doncaster", *YIELDS["doncaster"]),
)
