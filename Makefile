# make run: the demo. make test: everything that CI checks. The rest is for developing.

PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
# Settings of the tests for commands that only look at the code.
CODE := DJANGO_SETTINGS_MODULE=tests.settings
# Tests start many processes, and each would compile our modules anew.
unexport PYTHONDONTWRITEBYTECODE
# More processes than the 2 cores of CI: most of a test is waiting for somebody else.
PYTEST := $(BIN)/python -m pytest -n 4 --dist worksteal
PO := locale/nb/LC_MESSAGES/django.po

.DEFAULT_GOAL := help
.PHONY: help run test bench lint types migrations chromium redis test-clock test-postgres test-sqlite test-full screenshots fmt messages

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "humavisma needs Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 2; }
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: requirements.txt requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

.venv/installed-bench: requirements.txt requirements-bench.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

run: .venv/installed ## the demo: both vendors, the product and a mailbox on this machine
	@$(BIN)/python -m humavisma.demo $(ARGS)

test: lint types migrations chromium redis test-clock test-postgres test-sqlite ## everything

bench: .venv/installed-bench ## how fast it is; the whole table with ARGS=--full
	@$(BIN)/python -m bench $(ARGS)

lint: .venv/installed-dev ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
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

test-clock: .venv/installed-dev ## what knows time, at the turn of an hour, a day, a year and of summer time
	$(PYTEST) --clock $(ARGS)

test-postgres: .venv/installed-dev ## what uses the database, on PostgreSQL, but for what SQLite's half runs
	HUMAVISMA_TEST_DB=postgres $(PYTEST) --share $(ARGS)

test-sqlite: .venv/installed-dev ## all others, on SQLite
	$(PYTEST) --share $(ARGS)

test-full: .venv/installed-dev ## each test on both databases and at every moment, SIGKILL at 300 points: for two hours
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

messages: .venv/installed-dev ## collect and compile the translations (needs gettext)
	$(CODE) $(MANAGE) makemessages --locale nb --no-obsolete --no-wrap --add-location file --ignore tests
	@sed -i.bak '/^"POT-Creation-Date:/d' $(PO) && rm $(PO).bak
	$(CODE) $(MANAGE) compilemessages --ignore .venv
