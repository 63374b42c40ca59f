# Two commands: `make run` serves the product with demonstration data, `make test` runs every test.
# Everything else is a step of these two, or `make bench`, `make faults`, `make mutations`, `make pictures`.

VENV   ?= .venv
PYTHON ?= python3
PORT   ?= 8000
BIN    := $(VENV)/bin
export REGISTRY_INSTANCE ?= instance
# What is compiled is kept: a service and its tests start many processes, and each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: audit fuzz machine crawl pages pictures run test setup setup-dev fonts lint bench faults mutations walkthrough migration lock clean messages

run: setup
	@$(BIN)/registry serve --demo --port $(PORT)

test: setup-dev fonts-test lint
	@sh .ci/tools
	@echo "== tests (SQLite and PostgreSQL) =="
	@$(BIN)/python -m pytest

MO := registry/translations/en/LC_MESSAGES/messages.mo

setup: $(VENV)/.run $(MO)
	@REGISTRY_DEMO=1 $(BIN)/registry fonts

setup-dev: $(VENV)/.dev $(MO)

$(MO): $(MO:.mo=.po) | $(VENV)/.run
	@$(BIN)/pybabel --quiet compile -d registry/translations -f

fonts-test: $(VENV)/.dev
	@REGISTRY_DEMO=1 REGISTRY_INSTANCE=build $(BIN)/registry fonts

$(VENV)/bin/python:
	@echo "== making a virtual environment in $(VENV) =="
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The module venv is missing. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "== installing what the service needs (about a minute the first time) =="
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "== installing what the tests need =="
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

lint: setup-dev
	@echo "== ruff, mypy, import-linter =="
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

# PART=append and DATABASE=SQLite leave the rest out; see tests/bench/__main__.py.
bench: setup-dev fonts-test
	@$(BIN)/python -m tests.bench $(PART:%=--part %) $(DATABASE:%=--database %) $(COUNT:%=--count %)

# Every page the access matrix knows, as everybody who may read it, with axe and at the edges of a phone; some minutes.
crawl: setup-dev fonts-test
	@REGISTRY_TEST_PAGES=every $(BIN)/python -m pytest -n 0 tests/web/test_crawl.py

# Needs root (it mounts a small disk), strace and PostgreSQL's programs. ONLY=disk plays those named so.
faults: setup-dev fonts-test
	@$(BIN)/python -m tests.faults $(ONLY:%=--only %)

# ALL=1 tries all 255 values of each byte.
mutations: setup-dev fonts-test
	@$(BIN)/python -m tests.mutations $(ALL:%=--all) $(ONLY:%=--only %)

# Needs Poppler's pdftoppm; writes docs/pictures/papers, shown by docs/papers.md.
pictures: setup-dev fonts-test
	@$(BIN)/python -m tests.pictures

# Needs Chromium and a served demonstration; writes docs/pictures/pages, shown by docs/pages.md.
pages: setup-dev
	@$(BIN)/python -m tests.page_pictures $(ORIGIN) $(PASSWORD)

# COUNT cases for each door, kind of data and visitor, every door as everybody; minutes.
fuzz: setup-dev fonts-test
	@REGISTRY_FUZZ_EXAMPLES=$(or $(COUNT),8) $(BIN)/python -m pytest -n 0 -s tests/fuzz

# COUNT long ways of offers, notices, payments, withdrawals and restarts on both databases; minutes.
machine: setup-dev fonts-test
	@REGISTRY_MACHINE_EXAMPLES=$(or $(COUNT),50) $(BIN)/python -m pytest -n 0 -s tests/licenses/test_machine.py

# What bandit and detect-secrets find beyond what docs/security.md says is harmless.
audit: setup-dev
	@$(BIN)/bandit -q -r registry -s B101 -b .ci/bandit.json
	@git ls-files -z | grep -zvE '\.(po|png|docx)$$|^requirements|^\.ci/' | xargs -0 $(BIN)/detect-secrets-hook --baseline .ci/secrets.json

walkthrough: setup
	@$(BIN)/registry walkthrough --out build/walkthrough

migration: setup-dev
	@$(BIN)/python -m tests.migration $(NAME)

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --no-header
messages: setup-dev
	@$(BIN)/python -m tests.translations

lock:
	@echo "setuptools>=77" | $(COMPILE) pyproject.toml - -o requirements.txt
	@echo "setuptools>=77" | $(COMPILE) --extra dev pyproject.toml - -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) build instance *.egg-info
