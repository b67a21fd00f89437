#!/bin/sh
# Renew the pinned requirements from pyproject.toml: hashes kept, no index addresses.
# Later files are constrained by earlier ones, so all agree.
set -e
cd "$(dirname "$0")/.."
compile="uv pip compile --quiet --universal --python-version 3.11 --generate-hashes
         --no-emit-index-url --no-header --no-annotate pyproject.toml --group build"
$compile -o requirements/main.txt "$@"
$compile --group dev -c requirements/main.txt -o requirements/dev.txt "$@"
$compile --group dev --group bench -c requirements/dev.txt -o requirements/bench.txt "$@"
$compile --group dev --group mutation -c requirements/dev.txt -o requirements/mutation.txt "$@"
