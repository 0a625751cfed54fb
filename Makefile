# `make` explains its targets. Each target makes what it needs: the virtual
# environment in .venv is built once, and again when pyproject.toml changes.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8000

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Drystone needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (once, and after pyproject.toml changes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed
	@echo "Installing the benchmark's peers ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

.PHONY: install
install: $(VENV)/.installed ## Create .venv and install everything into it

.PHONY: run
run: $(VENV)/.installed ## Serve the task tracker on http://127.0.0.1:8000 (PORT=9000 make run for another port)
	@PORT=$(PORT) exec $(BIN)/python -m examples.tasks

.PHONY: test
test: $(VENV)/.installed ## Run every test, with branch coverage of src/
	@$(BIN)/python -m tests

.PHONY: check
check: $(VENV)/.installed ## Lint, formatting, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/.installed ## Format the code and mend what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: bench
bench: $(VENV)/.installed-bench ## Measure against peers; results go to bench/results/
	@$(BIN)/python -m bench

.PHONY: studies
studies: $(VENV)/.installed-bench ## Write docs/query-performance.md anew: indexes, slow queries, pool sizes
	@$(BIN)/python -m bench --workloads studies

.PHONY: clean
clean: ## Remove .venv, caches and the development database
	rm -rf $(VENV) .drystone .coverage* .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
