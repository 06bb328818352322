# make run: the demo. make test: everything that CI checks. The rest is for developing.

PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r
# Pins what a .in file names, and all that this needs, for every Python from 3.11 on and every system.
PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements"
# Settings of the tests for commands that only look at the code.
CODE := DJANGO_SETTINGS_MODULE=tests.settings
# Tests start many processes, and each would compile our modules anew.
unexport PYTHONDONTWRITEBYTECODE
# More processes than the 2 cores of CI: most of a test is waiting for somebody else.
# The slowest tests are listed, since they say where the time goes.
PYTEST := $(BIN)/python -m pytest -n 4 --dist worksteal --durations 20 --durations-min 5
COVERAGE := COVERAGE_FILE=build/coverage/of-all $(BIN)/coverage
PO := locale/nb/LC_MESSAGES/django.po

.DEFAULT_GOAL := help
.PHONY: help run test bench lint types migrations chromium redis test-clock test-postgres test-sqlite coverage coverage-all test-full screenshots fmt requirements sbom messages

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "humavisma needs Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 2; }
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	$(INSTALL) $<
	@touch $@

.venv/installed-%: requirements-%.txt | .venv/bin/python
	$(INSTALL) $<
	@touch $@

run: .venv/installed-demo ## the demo: both vendors, the product and a mailbox on this machine
	@$(BIN)/python -m humavisma.demo $(ARGS)

test: lint types migrations chromium redis test-postgres test-sqlite coverage ## everything

bench: .venv/installed-bench ## how fast it is; the whole table with ARGS=--full
	@$(BIN)/python -m bench $(ARGS)

lint: .venv/installed-dev ## style, layers, templates, and code that nothing uses
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tests.dead
	$(BIN)/lint-imports
	$(BIN)/djlint templates --check --quiet

types: .venv/installed-dev ## mypy
	$(BIN)/python -m mypy

migrations: .venv/installed-dev ## do the models have their migrations?
	$(CODE) $(MANAGE) makemigrations --check --dry-run

chromium: ## the browser for the tests, from the system's packages when it may
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; \
	else \
		echo "There is no Chromium (sudo apt-get install chromium): the browser tests are left out." >&2; \
	fi

redis: ## the queue's other broker for the tests, from the system's packages when it may
	@command -v redis-server >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server; \
	else \
		echo "There is no Redis (sudo apt-get install redis-server): its tests are left out." >&2; \
	fi

test-clock: .venv/installed-dev ## only what knows time, at the turn of an hour, a day, a year and of summer time
	$(PYTEST) --clock $(ARGS)

test-postgres: .venv/installed-dev ## what uses the database, on PostgreSQL, but for what SQLite's half runs
	@rm -f build/coverage/postgres.*
	HUMAVISMA_TEST_DB=postgres $(PYTEST) --share --measure own $(ARGS)

test-sqlite: .venv/installed-dev ## all others, on SQLite, and what knows time at its moments
	@rm -f build/coverage/sqlite.*
	$(PYTEST) --share --measure own $(ARGS)

coverage: .venv/installed-dev ## whether the last two reached 95 % of the branches of the core, and of what writes
	@rm -f build/coverage/imports.*
	$(CODE) $(BIN)/python -m tests.measuring
	$(COVERAGE) combine --quiet --keep build/coverage/imports.* build/coverage/postgres.* build/coverage/sqlite.*
	$(COVERAGE) report --include='sync/core/*' --fail-under=95
	$(COVERAGE) report --include='sync/writing/*' --fail-under=95

coverage-all: .venv/installed-dev ## which branches of everything are reached on SQLite: for half an hour
	@rm -f build/coverage/imports.* build/coverage/sqlite.*
	$(CODE) $(BIN)/python -m tests.measuring
	$(PYTEST) -m "not browser and not kill and not storm" --measure all $(ARGS)
	$(COVERAGE) combine --quiet --keep build/coverage/imports.* build/coverage/sqlite.*
	$(COVERAGE) report

test-full: .venv/installed-dev ## what uses a database on both, at every moment, SIGKILL at 300 points: for two hours
	HUMAVISMA_TEST_DB=postgres $(PYTEST) -m "not browser and not kill and not storm"
	$(PYTEST) -m "not kill"
	$(PYTEST) --clock --every-moment
	HUMAVISMA_CRASH_POINTS=250 $(PYTEST) -m kill

screenshots: .venv/installed-dev ## the README's pictures, anew
	$(BIN)/python -m tests.screenshots

fmt: .venv/installed-dev ## format the code
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .
	-$(BIN)/djlint templates --reformat --quiet

requirements: .venv/installed-dev ## pin the libraries anew after a change of a .in file; newer ones with ARGS=--upgrade
	for file in requirements requirements-demo requirements-dev requirements-bench; do \
		$(PIN) $(ARGS) $$file.in -o $$file.txt || exit; \
	done

sbom: .venv/installed-dev ## build/sbom.json: every library that the product is installed with (CycloneDX)
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --mc-type application \
		--output-reproducible --validate --of JSON -o build/sbom.json

messages: .venv/installed-dev ## collect and compile the translations (needs gettext)
	$(CODE) $(MANAGE) makemessages --locale nb --no-obsolete --no-wrap --add-location file --ignore tests
	@sed -i.bak '/^"POT-Creation-Date:/d' $(PO) && rm $(PO).bak
	$(CODE) $(MANAGE) compilemessages --ignore .venv
