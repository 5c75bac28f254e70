# fleetbill: `make` alone lists what there is. Nothing but make, a C-less Linux and python3 >= 3.11 is needed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
STAMP := .venv/.stamp
# requirements.txt is the whole set, so nothing is resolved anew and the set is checked at the end; what is imported is
# compiled at its first import. Every file is held against its digest there; what builds the package itself is among them, so nothing
# else is fetched. Older installers compare each file with a thousand tags: half of the time of a setup.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PORT ?=
# one more than cores, for what waits
WORKERS ?= $(shell expr $$(nproc) + 1)
export PYTHONUNBUFFERED = 1
# what is compiled is kept: the stack and the tests start some hundred processes
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

.PHONY: setup
setup: $(STAMP) ## virtual environment .venv, pinned, the package installed editable

$(STAMP): requirements.txt .ci/installer.txt pyproject.toml
	@python=$$(./.ci/python) && { [ -x $(BIN)/python ] || "$$python" -m venv .venv; }
	@$(PIP) --require-hashes -r .ci/installer.txt || echo "this pip cannot be had; the one that is there does the same, more slowly"
	@$(PIP) --require-hashes --no-deps --no-compile -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check --disable-pip-version-check >/dev/null || { $(BIN)/python -m pip check; exit 1; }
	@touch $@

.PHONY: demo
demo: setup ## the sample company through the whole stack: days, close, approval, 1C, payments, blocking
	@$(BIN)/python -m stack demo $(if $(PORT),--port $(PORT))

.PHONY: up
up: setup ## the stack kept running, Airflow's UI on localhost (PORT=8080)
	@$(BIN)/python -m stack up $(if $(PORT),--port $(PORT))

.PHONY: down
down: setup ## stop the stack; the data stay
	@$(BIN)/python -m stack down

.PHONY: test
test: setup ## the whole test suite with its coverage (ARGS=tests/unit: a part of it)
	@./.ci/packages
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(if $(ARGS),$(ARGS),--cov=pipelines --cov-report= --cov-fail-under=95)

.PHONY: lint
lint: setup ## ruff, mypy, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy -p pipelines -p stack
	@$(BIN)/lint-imports --no-cache

.PHONY: bench
bench: setup ## the benchmarks, each beside its reference (NAMES="landing usage", SMALL=1: only whether they run)
	@$(BIN)/python -m tests.bench $(NAMES) $(if $(SMALL),--small)

.PHONY: bench-peers
bench-peers: setup ## invoices beside those of django-silver and Tryton, each in an environment of its own, on the same PostgreSQL
	@$(BIN)/python -m tests.bench.peers.bench_invoices

.PHONY: growth
growth: setup ## how time, memory and database grow with contracts and vehicles (SIZES="1000x100000 …")
	@$(BIN)/python -m tests.bench.growth $(SIZES)

.PHONY: soak
soak: setup ## properties by many examples, damaged input for every reader, sequences of the exchange (COUNT=1000 SEED=1 MINUTES=20)
	@files=$$(grep -rl --include=test_*.py "from tests.campaigns import examples" tests); \
		$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --timeout 3600 --hypothesis-profile=campaign --hypothesis-seed=$(or $(SEED),1) $$files
	@$(BIN)/python -m tests.soak.exchange --count $(or $(COUNT),1000) --seed $(or $(SEED),1) --minutes $(or $(MINUTES),20)
	@$(BIN)/python -m tests.soak.proofs --count 300
	@$(BIN)/python -m tests.soak.fuzz --count $(or $(COUNT),1000) --seed $(or $(SEED),1) --minutes $(or $(MINUTES),20) --keep var/soak
	@$(BIN)/python -m tests.soak.kills --count $(or $(COUNT),1000) --seed $(or $(SEED),1) --minutes $(or $(MINUTES),20)

.PHONY: scale
scale: setup ## a month under two workers: undisturbed, a worker or the broker killed while it prints or issues (CONTRACTS=200 STORIES="quiet 'issuing worker'")
	@$(BIN)/python -m tests.scale $(STORIES) --contracts $(or $(CONTRACTS),200) --schedulers 2

.PHONY: year
year: setup ## a year of an invented provider, billed by hand and by fleetbill (CLIENTS=600 MONTHS=12 SEEDS=1,2,3)
	@$(BIN)/python -m tests.year --clients $(or $(CLIENTS),600) --months $(or $(MONTHS),12) --seeds $(or $(SEEDS),1,2,3) --also "$(ALSO)" --retold "$(RETOLD)" --out var/year \
		--document $(or $(DOCUMENT),docs/year.md)

.PHONY: real
real: setup ## real fleets: June 2023 of New York's dispatch bases, billed (CSV=the downloaded register)
	@[ -n "$(CSV)" ] || { echo "make real CSV=the downloaded register; see sample/new_york.py"; exit 2; }
	@$(BIN)/python sample/bill_new_york.py "$(CSV)" var/new_york

.PHONY: pictures
pictures: setup ## the pictures of README and docs made anew, of a house of their own (NAMES="desk/month …"; SHEETS=folder: every page, to be looked at)
	@./.ci/packages
	@$(BIN)/python -m tests.pictures $(NAMES) $(if $(SHEETS),--sheets "$(SHEETS)")

.PHONY: lock
lock: ## pin the whole set of requirements.in into requirements.txt, with digests (UPGRADE=1: the newest)
	@UPGRADE=$(UPGRADE) ./.ci/lock

.PHONY: clean
clean: ## remove what is made, except .venv and var/
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	@find . -name __pycache__ -not -path './.venv/*' -type d -prune -exec rm -rf {} +
