# `make run` sets everything up and runs the Ohio example; `make test` sets everything up and passes all tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= runs/ohio
REPLICATIONS ?= 200
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup run test check benchmark lock browser clean

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

setup: $(VENV)/.ready ## a virtual environment with the pinned libraries and Plantwright itself

$(VENV)/.ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Plantwright needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python cannot make a virtual environment here; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV): the pinned libraries, once, a few minutes"
	@$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: setup ## the main job on examples/ohio
	$(BIN)/plantwright run examples/ohio --replications $(REPLICATIONS) --out $(OUT)

test: setup browser check ## every test
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: setup ## style, types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

benchmark: setup ## ours beside the peers, in one run
	$(BIN)/pip install --quiet --require-hashes -r benchmarks/requirements.txt
	$(BIN)/python -m benchmarks

browser: ## Chromium for the report's test, from Debian's packages, where that may be installed
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing chromium and chromium-driver for the report's test"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null; \
	else \
	  echo "The report's browser test is skipped: it needs Debian's packages chromium and chromium-driver (as root: apt-get install chromium chromium-driver)"; \
	fi

lock: ## pin the newest libraries that fit
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra bench --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header -c requirements.txt -o benchmarks/requirements.txt

clean: ## what was made here
	rm -rf $(VENV) runs .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
