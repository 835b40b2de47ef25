# Everyday commands. Each sets up the virtual environment it needs, once, on a machine with
# Python 3.11 or later and make. `make help` lists them.

PYTHON ?= python3
VENV ?= .venv
SITE ?= site

BIN := $(VENV)/bin
RUN := $(BIN)/python
SITE_READY := $(VENV)/.ready-site
DEV_READY := $(VENV)/.ready-dev

PINS := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--annotation-style=line --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

export NO_MKDOCS_2_WARNING := true

.DEFAULT_GOAL := help
.PHONY: help site serve links check fix test test-quick lint types bench requirements clean distclean

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

site: $(SITE_READY) ## build the site, strictly, into site/
	$(RUN) -m macros build --site-dir $(SITE)

serve: $(SITE_READY) ## preview with live reload
	$(RUN) -m macros serve

links: site ## build the site, and check every link in it
	$(RUN) -m macros links --site-dir $(SITE)

check: $(SITE_READY) ## hold every record against the rules
	$(RUN) -m macros check

test: $(DEV_READY) lint types ## style, types, layers, and every test
	$(RUN) -m pytest

test-quick: $(DEV_READY) ## tests that need neither a browser nor a whole site
	$(RUN) -m pytest -m "not browser and not slow"

lint: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(DEV_READY)
	$(BIN)/mypy

fix: $(SITE_READY) ## put records and references in form
	$(RUN) -m macros fix

bench: $(DEV_READY) ## measure checking and building
	$(RUN) -m macros bench

requirements: $(DEV_READY) ## pin requirements.in and requirements-dev.in again, with hashes
	$(PINS) --upgrade --output-file requirements.txt requirements.in
	$(PINS) --upgrade --output-file requirements-dev.txt requirements-dev.in

clean: ## remove what building and testing made
	rm -rf $(SITE) .$(SITE).new-* .$(SITE).old-* .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find macros tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove the virtual environment too
	rm -rf $(VENV)

$(RUN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; say which with: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(SITE_READY): requirements.txt | $(RUN)
	@echo "Installing what is pinned; this takes a minute or two, once." >&2
	$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(DEV_READY): requirements.txt requirements-dev.txt | $(RUN)
	@echo "Installing what is pinned, and what the tests need; this takes a few minutes, once." >&2
	$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@ $(SITE_READY)
