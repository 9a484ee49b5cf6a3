# Lumina's front door: `make help` lists what there is. Works with GNU make 3.81 and later.
# Everything is installed beneath this folder (.venv, .tools, web/node_modules, build); `make clean` and `make distclean` remove it.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.8
NODE_VERSION := 24.19.0

# The machine's own Python, 3.11 or newer; `make PYTHON=/path/to/python3 ...` names another.
PYTHON ?= $(shell sh scripts/find_python.sh)
UV := .tools/uv-$(UV_VERSION)/bin/uv
NODE := .tools/node-$(NODE_VERSION)
BIN := .venv/bin
STATIC := src/lumina/api/static

# The machine's certificates hold for pip, uv and npm alike; no Python is ever downloaded.
SYSTEM_CERTS := $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem))
ifneq ($(SYSTEM_CERTS),)
export PIP_CERT ?= $(SYSTEM_CERTS)
export NODE_EXTRA_CA_CERTS ?= $(SYSTEM_CERTS)
endif
export npm_config_update_notifier := false
export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
# Each of Lumina's processes imports some 1,500 modules; compiled beforehand they start in half the time, also where
# Python may not write its caches.
export UV_COMPILE_BYTECODE := 1
export PATH := $(CURDIR)/$(NODE)/bin:$(CURDIR)/.tools/bin:$(PATH)
# The tests, too, are compiled once: what pytest makes of them takes ten seconds in each of its processes.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE

WEB_SOURCES := $(wildcard web/*.json web/*.ts web/*.js web/*.html web/*.css) $(shell find web/src web/public -type f 2>/dev/null)

.PHONY: help run install check test coverage test-slow bench generate lock sample clean distclean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: install ## Start Lumina on your photos: make run PHOTOS=~/Pictures (without PHOTOS: on a small sample library)
	@PYTHON=$(BIN)/python UV=$(UV) sh scripts/run.sh

install: .venv/.runtime $(STATIC)/index.html ## Leave a working .venv/bin/lumina, web UI built

check: .venv/.dev web/node_modules/.stamp ## All static checks: Python, layers, TypeScript, generated files up to date
	@sh scripts/check.sh $(UV)

test: .venv/.dev $(STATIC)/index.html ## All tests but the slow ones; sets up what they need
	@$(BIN)/python -m scripts.test_setup
	@$(BIN)/python -m lumina.vision.warm
	@$(BIN)/python -m scripts.run_tests "not slow"

coverage: .venv/.dev $(STATIC)/index.html ## The same tests with every line traced, at twice the time: fails below 85 % of all lines
	@$(BIN)/python -m scripts.test_setup
	@$(BIN)/python -m lumina.vision.warm
	@$(BIN)/python -m scripts.run_tests "not slow" --cov --cov-report=term:skip-covered

test-slow: .venv/.dev $(STATIC)/index.html ## The slow tests alone (minutes each)
	@$(BIN)/python -m scripts.test_setup
	@$(BIN)/python -m lumina.vision.warm
	@$(BIN)/pytest -m slow --timeout 3600

bench: .venv/.dev $(STATIC)/index.html $(NODE)/.ready ## Benchmarks, peers beside us (ONLY="ingest rescan": just these); see bench/README.md
	@$(BIN)/python -m bench $(ONLY)

generate: .venv/.dev web/node_modules/.stamp ## Write web/openapi.json and the typed client anew
	@sh scripts/generate.sh

lock: $(UV) ## Refresh uv.lock after a change of pyproject.toml
	@$(UV) lock --python "$(PYTHON)"

sample: .venv/.dev ## Make the sample library in build/sample-library
	@$(BIN)/python -m scripts.sample_library build/sample-library

clean: ## Remove what was built and cached, keep what was installed
	rm -rf build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf $(STATIC) web/dist web/coverage web/playwright-report web/test-results

distclean: clean ## Remove everything that make has made
	rm -rf .venv .tools web/node_modules

# --- set-up, each step once -------------------------------------------------------------------------------------

$(UV):
	@test -n "$(PYTHON)" || { echo "Lumina needs Python 3.11 or newer; none was found. Install one, or: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" scripts/get_uv.py $(UV_VERSION) .tools/uv-$(UV_VERSION)

.venv/.runtime: pyproject.toml uv.lock | $(UV)
	@test -n "$(PYTHON)" || { echo "Lumina needs Python 3.11 or newer; none was found. Install one, or: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "setting up Python packages in .venv ..."
	@$(UV) sync --quiet --frozen --no-dev --inexact --python "$(PYTHON)"
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/.dev: .venv/.runtime
	@$(UV) sync --quiet --frozen --python "$(PYTHON)"
	@touch $@

$(NODE)/.ready: scripts/get_node.py | .venv/.runtime
	@$(BIN)/python scripts/get_node.py $(UV) $(NODE_VERSION) $(NODE)
	@touch $@

web/node_modules/.stamp: web/package.json web/package-lock.json $(NODE)/.ready
	@echo "setting up the web interface's packages ..."
	@cd web && npm ci --silent --no-audit --no-fund
	@touch $@

$(STATIC)/index.html: $(WEB_SOURCES) | web/node_modules/.stamp
	@echo "building the web interface ..."
	@mkdir -p build && cd web && npm run --silent build >../build/web.log 2>&1 || { cat ../build/web.log; exit 1; }
	@touch $@
