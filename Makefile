# The two commands of the README are `make run` and `make test`; `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SHELL  := /bin/bash
WORKERS ?= $(shell echo $$(($$(nproc) + 1)))  # the last of them wait more than they work

.PHONY: help run serve client test lint types unit browsers faults walks client-test gallery bench drift lock clean system
.DEFAULT_GOAL := help

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/run.done client ## install, build the client, and serve a demonstration on http://localhost:8080
	$(BIN)/hearing-server serve --demo

test: $(VENV)/test.done system client ## lint, types, imports, unit, integration, client, browsers; see also faults, walks
	$(MAKE) --no-print-directory -j2 lint types client-test
	$(MAKE) --no-print-directory unit browsers

unit: $(VENV)/test.done ## the tests that need no browser
	$(BIN)/python -m pytest tests --ignore tests/e2e -m "not fault" -n $(WORKERS) --dist worksteal

faults: $(VENV)/test.done system client ## disks, processes and lines that fail for real, as long as the clock says
	$(BIN)/python -m pytest tests -m fault -n $(WORKERS) --dist worksteal

browsers: $(VENV)/test.done system client ## the short tests with real browsers, one after the other
	$(BIN)/python -m pytest tests/e2e -m "not long"

walks: $(VENV)/test.done system client ## the long ones: whole days, every page in every language and size
	$(BIN)/python -m pytest tests/e2e -m long

lint: $(VENV)/test.done ## style, and which way the imports point
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(VENV)/test.done ## static types, strict where it matters most
	$(BIN)/mypy

client: $(VENV)/client.done ## build the browser client

client-test: $(VENV)/client.done ## the client's own tests and types
	web_client/npm run check
	web_client/npm test

gallery: $(VENV)/test.done system client ## pictures of every page, into test-results/gallery
	$(BIN)/python -m tests.e2e.gallery

bench: $(VENV)/test.done system client ## the figures, one JSON line each
	$(BIN)/python -m bench

drift: $(VENV)/test.done ## sound and picture over a simulated hearing of two hours
	DRIFT_HOURS=2 $(BIN)/python -m pytest -q tests/recording/test_lip_sync.py -k drift

lock: ## write the lock files again from pyproject.toml
	requirements/lock $(PYTHON)

clean: ## remove what was built and installed (never data/)
	rm -rf $(VENV) web_client/node_modules web_client/dist

system: ## Debian packages for the tests: installed when root, named otherwise
	tests/system-packages

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.done: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	mkdir -p web_client/dist  # the wheel names it, built or not
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/test.done: requirements/test.txt $(VENV)/run.done
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	touch $@

CLIENT_SOURCES := $(shell find web_client -path web_client/node_modules -prune -o -path web_client/dist -prune -o -type f -print 2>/dev/null)
$(VENV)/client.done: $(CLIENT_SOURCES) | $(VENV)/bin/python
	web_client/npm ci --no-audit --no-fund
	web_client/npm run build
	touch $@
