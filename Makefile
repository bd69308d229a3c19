# Every target sets itself up: a fresh machine needs Python 3.11 to 3.13, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test dev lint secrets audit bench docs lock

run: $(READY)
	$(BIN)/careloop sample --if-missing
	$(BIN)/careloop run

test: $(READY)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

dev: $(READY)
	$(BIN)/careloop dev

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint dbt_project/models

# Secrets in committed files that .secrets.baseline does not know; status 3 says that known ones moved to other lines.
secrets: $(READY)
	$(BIN)/detect-secrets-hook --baseline .secrets.baseline $$(git ls-files) || test $$? -eq 3

audit: $(READY)
	.ci/audit_dependencies $(BIN)/pip-audit

bench: $(READY)
	$(BIN)/python -m tests.bench

docs: $(READY)
	$(BIN)/python -m dagster_project.pages

# Exact versions with hashes and no index address; run after changing the dependencies in pyproject.toml.
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --output-file requirements.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Careloop runs on Python 3.11 to 3.13; this is " + sys.version + "; name another with make PYTHON=python3.13")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@
