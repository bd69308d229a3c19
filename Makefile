# Every target sets itself up: a fresh machine needs Python 3.11 to 3.13, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test faults dev lint lint-python lint-types lint-sql secrets audit bench scale measure sentiment docs lock

run: $(READY)
	$(BIN)/careloop sample --if-missing
	$(BIN)/careloop run

# In the order of the folders, whole runs come before what takes a moment, so that both processes end together.
test: $(READY)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup --no-loadscope-reorder

# Every fault at every step, and half an hour of fuzzing: the tests that `make test` has a short set of.
faults: $(READY)
	CARELOOP_FUZZ_MINUTES=30 $(BIN)/python -m pytest -m "full or not full" --numprocesses 2 \
	    tests/faults tests/integration/publishing/test_readers.py tests/integration/test_quarantine.py \
	    tests/integration/test_incremental.py

dev: $(READY)
	$(BIN)/careloop dev

lint: lint-python lint-types lint-sql

lint-python: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lint-types: $(READY)
	$(BIN)/mypy

lint-sql: $(READY)
	$(BIN)/sqlfluff lint dbt_project/models

# Secrets in committed files that .secrets.baseline does not know; status 3 says that known ones moved to other lines.
secrets: $(READY)
	$(BIN)/detect-secrets-hook --baseline .secrets.baseline $$(git ls-files) || test $$? -eq 3

audit: $(READY)
	.ci/audit_dependencies $(BIN)/pip-audit

bench: $(READY)
	$(BIN)/python -m tests.bench

# How well and how fast sentiment is told, where the labelled sets are; see docs/text.md.
sentiment: $(READY)
	$(BIN)/python -m tests.sentiment

docs: $(READY)
	$(BIN)/python -m dagster_project.pages

# The same project on a real Spark cluster of this machine (docs/scale-out.md); needs Java 17 and 8 GB of memory.
scale: $(READY)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-spark.lock
	$(BIN)/python -m pytest -m scale tests/scale

measure: $(READY)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-spark.lock
	$(BIN)/python -m tests.scale.measure

# Exact versions with hashes and no index address; what Spark needs beyond them stands apart. Run after changing the dependencies in pyproject.toml.
lock:
	uv pip compile pyproject.toml --extra postgres --group dev --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --output-file requirements.lock
	uv pip compile pyproject.toml --group dev --extra spark --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --constraint requirements.lock | grep -vxFf requirements.lock > requirements-spark.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Careloop runs on Python 3.11 to 3.13; this is " + sys.version + "; name another with make PYTHON=python3.13")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@
