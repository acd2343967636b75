# Works on a machine with only Python (3.11 or newer), git and make: .venv is made on first use.
#   make report REPO=~/src/project     the report on a repository (ARGS="--json" and the like are passed on)
#   make test                          lint, then every test: green means mergeable
#   make lint | docs | bench | clean   see below;  make lock  pins new versions of the dependencies (needs uv)

PYTHON ?= python3
REPO ?= .
ARGS ?=
export REPO

BIN := .venv/bin
# stdout is data, stderr is talk: setting up must not write into `make report > report.txt`.
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet
PINNED := $(INSTALL) --require-hashes --only-binary :all:
RUNTIME := .venv/.runtime
TEST := .venv/.test

.PHONY: report test lint bench docs lock clean

report: $(RUNTIME)
	@$(BIN)/ai-quality -C "$$REPO" report $(ARGS)

test: lint
	$(BIN)/pytest

lint: $(TEST)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# A whole report beside `git log -p` and PyDriller on REPO, in one run, as ratios.
bench: $(RUNTIME)
	@$(BIN)/python -m bench.speed "$$REPO" $(ARGS)

# Pages generated from the code (`generated` in tests/conftest.py): written here, compared by `make test`.
docs: $(TEST)
	$(BIN)/pytest tests/contract --write

UV ?= uv
COMPILE := $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --only-binary :all: \
  --generate-hashes --no-emit-index-url --no-header pyproject.toml --group build
lock:
	$(COMPILE) --output-file requirements/runtime.txt
	$(COMPILE) --group test --constraint requirements/runtime.txt --output-file requirements/test.txt

# .hypothesis stays: it remembers the examples that once failed.
clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist
	find ai_quality tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "ai-quality needs Python 3.11 or newer, and '$(PYTHON)' is not: name one, as in: make PYTHON=python3.12" >&2; \
	  exit 1; }
	@echo "setting up .venv (once)" >&2
	@$(PYTHON) -m venv .venv >&2

# Build isolation would fetch an unpinned hatchling: the pinned one is in runtime.txt.
$(RUNTIME): requirements/runtime.txt pyproject.toml | .venv/bin/python
	@$(PINNED) --requirement requirements/runtime.txt >&2
	@$(INSTALL) --no-deps --no-build-isolation --editable . >&2
	@touch $@

$(TEST): requirements/test.txt $(RUNTIME)
	@$(PINNED) --requirement requirements/test.txt >&2
	@touch $@
