# Candid's commands. Each does its own set-up: `make up` on a fresh machine is enough.

PYTHON ?= python3
ROOM ?= tests
RUN = .venv/bin/python

.PHONY: help up demo database install install-dev test test-services test-web-servers bench screenshots chaos prove harmless format clean

help: ## Say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 16

up: install ## Run Candid on this machine
	@exec $(RUN) -m config.up

demo: install ## Run Candid with a sample workspace full of history
	@exec $(RUN) -m config.up --demo

database: install ## Run the embedded database alone, to restore a backup
	@exec $(RUN) -m config.up --only-database

install: ## Make the virtual environment, with what the product needs
	@$(PYTHON) -I config/install.py

install-dev:
	@$(PYTHON) -I config/install.py --dev

test: install-dev ## Every check: format, lint, types, imports, templates, tests, a real browser (ROOM=tests/…)
	@$(RUN) -m tests $(ROOM)

test-services: install-dev ## The tests on real RabbitMQ, Redis and PostgreSQL servers
	@$(RUN) -m tests.services $(ROOM)

test-web-servers: install-dev ## The handbook's web server snippets on Debian's nginx, Caddy and Apache
	@$(RUN) -m tests.web_servers

bench: install-dev ## Measure, as ratios (ONLY=track.hits runs one)
	@$(RUN) -m bench $(ONLY)

screenshots: install-dev ## Photograph every page into docs/screenshots
	@$(RUN) -m tests.browser.screenshots

chaos: install-dev ## The long proof: kill, freeze and crash everything while campaigns go out (CHAOS_SECONDS=…)
	@$(RUN) -m tests.chaos

prove: install-dev ## The whole job at ten thousand people, with kills on the way; every count must agree
	@$(RUN) -m tests.chaos.whole_job

harmless: install-dev ## Ten thousand hostile snippets through every way of writing, in a real browser
	@HOSTILE_SNIPPETS=10000 $(RUN) -m pytest -q --durations=0 tests/composing/test_hostile_snippets.py tests/browser/test_hostile_*.py

format: install-dev ## Format the code
	@$(RUN) -m ruff format . && $(RUN) -m ruff check --fix .
	@find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 {} + || true  # 1: it changed some

clean: ## Remove what can be made again; the data in var/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache var/static
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
