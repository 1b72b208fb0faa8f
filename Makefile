# Two commands on a fresh machine: `make run` and `make test`. The rest is for those who change things.
# Settings come from the environment or from .env (see .env.example), for example `PORT=8001 make run`.

PYTHON_BIN := .venv/bin/python
SERVERS := $(PYTHON_BIN) -m khuyencong.embedded
TEST_PROCESSES ?= 2

.PHONY: help run test lint format bench reset lock venv venv-dev
.DEFAULT_GOAL := help

help:  ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/'

venv:
	@deploy/venv.sh requirements.txt

venv-dev:
	@deploy/venv.sh requirements-dev.txt

# The last command of each is a plain one, so that make starts it itself and passes signals on.
run: venv  ## the portal with demo data on http://localhost:8000/ (PORT chooses another)
	@$(SERVERS) run --with-parent

test: venv-dev  ## the whole suite, browser tests included (ARGS="-k report" chooses)
	@$(PYTHON_BIN) -m pytest -n $(TEST_PROCESSES) --dist loadfile $(ARGS)

lint: venv-dev  ## style, format, templates, the one-way arrow, migrations, production settings
	@$(PYTHON_BIN) -m khuyencong.embedded.lint

format: venv-dev  ## bring the code into the agreed format
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format .

bench: venv-dev  ## the figures of docs/benchmarks.md, one JSON line each (ARGS chooses)
	@$(SERVERS) with-servers --folder bench -- $(PYTHON_BIN) -m bench $(ARGS)

reset: venv  ## delete the state folder with all its data (asks; YES=1 does not)
	@$(SERVERS) reset $(if $(filter 1,$(YES)),--yes)

LOCK := .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options
lock: venv-dev  ## pin requirements*.in anew, with hashes (ARGS=--upgrade takes newer versions)
	$(LOCK) $(ARGS) --output-file requirements.txt requirements.in
	$(LOCK) $(ARGS) --output-file requirements-dev.txt requirements-dev.in
