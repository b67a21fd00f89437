# Every command anyone needs. `make help` lists them; nothing has to be installed first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --disable-pip-version-check --quiet
DEMO   := peelian-demo

.DEFAULT_GOAL := help
.PHONY: help demo serve test test-nightly check fix bench docs evidence mutants lock

help:            ## list the targets
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/.main ## set up, then run the main job on the bundled Essex data
	$(BIN)/peelian demo --folder $(DEMO)

serve: $(VENV)/.main ## the workbench on this machine only, over the demo's store
	$(BIN)/peelian serve --store $(DEMO)/store

test: $(VENV)/.dev  ## set up, then pass the tests
	@$(BIN)/python tests/ensure_chromium.py
	$(BIN)/pytest -n 2 --dist loadfile -m "not nightly"

test-nightly: $(VENV)/.dev ## the tests that take minutes
	@$(BIN)/python tests/ensure_chromium.py
	$(BIN)/pytest -n 2 --dist loadfile -m nightly

check: $(VENV)/.dev ## format, lint, types, import contracts, fast tests, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -m "not nightly" tests/unit tests/docs

fix: $(VENV)/.dev   ## format and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.bench ## ours and the best peer in one run, as ratios
	$(BIN)/python bench/run.py

docs: $(VENV)/.dev  ## write the pages made from the code
	PYTHONPATH=tests/docs $(BIN)/python tests/docs/cli_reference.py
	PYTHONPATH=tests $(BIN)/python tests/evidence/correctness.py

evidence: $(VENV)/.dev ## simulate every method's error rates (minutes) and write their page
	PYTHONPATH=tests $(BIN)/python tests/evidence/error_rates.py
	PYTHONPATH=tests $(BIN)/python tests/evidence/simulated_year.py

mutants: $(VENV)/.mutation ## change the statistics and disclosure control: do the tests notice? (half an hour)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tests/evidence/mutation.py

lock:            ## renew requirements/ (needs uv); hashes kept, no index addresses
	sh requirements/lock.sh

# One environment; each stamp adds packages to it, every one checked against its hash.
$(VENV)/.main: requirements/main.txt pyproject.toml
	@echo "Setting up $(VENV) (once; about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements/main.txt
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.main
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.dev
	@$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

$(VENV)/.mutation: requirements/mutation.txt $(VENV)/.dev
	@$(PIP) install --require-hashes -r requirements/mutation.txt
	@touch $@
