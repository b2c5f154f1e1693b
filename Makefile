# A newcomer needs Python 3.11 and make. `make demo` and `make test` set everything up.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
JOBS ?= 2

.PHONY: setup demo test check verify bench clean
setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

demo: setup
	@$(BIN)/holddesk demo

test: setup
	$(BIN)/python -m pytest -q -n $(JOBS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

verify: setup
	$(BIN)/python -m pytest -q -n $(JOBS) --run-long -m long
	$(BIN)/python -m evals.mutants --jobs $(JOBS)
	$(BIN)/python -m evals.guard.duties
	$(BIN)/python -m evals.guard.faults
	$(BIN)/python -m evals.guard.mutants --processes $(JOBS)
	$(BIN)/python -m evals.guard.oracle --processes $(JOBS)
	$(BIN)/python -m evals.durability.races
	$(BIN)/python -m evals.durability.kills
	$(BIN)/python -m evals.durability.staleness
	$(BIN)/python -m evals.audit.tamper
	$(BIN)/python -m evals.audit.writers
	$(BIN)/python -m evals.handoff.faults
	$(BIN)/python -m evals.handoff.replies

bench: setup
	$(BIN)/python -m evals.bench

clean:
	rm -rf .venv .holddesk dist build
