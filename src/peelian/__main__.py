"""`python -m peelian` is `peelian`."""

from peelian.cli import main

main()
