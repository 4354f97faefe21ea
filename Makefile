# Every command a person needs; `make` alone explains them.
# run and test begin with setup, which does nothing when nothing has changed.

PYTHON := .venv/bin/python
# The set-up is told which process make is, to let it and its children into the user's control group.
SETUP := sh deploy/host/setup.sh "$$PPID"

WITH_ENGINE := $(PYTHON) -m tests.support.engine
# Which sets of tests/integration/frameworks are made: these take a minute or two.
FRAMEWORKS ?= openai,trl

.DEFAULT_GOAL := help
.PHONY: help setup run test test-docker test-frameworks test-audit test-security fuzz bench audit images release toolchains lint format proto check-proto lock clean

help: ## this list
	@echo "verifierd: a sandboxed code-verification service"
	@echo
	@sed -n 's/^\([a-z%-]*\):.*## \(.*\)/\1\t\2/p' Makefile | sed 's/%/NAME/' \
		| while IFS="$$(printf '\t')" read -r name what; do printf '  make %-15s %s\n' "$$name" "$$what"; done
	@echo
	@echo "New here? \`make run\` shows the service at work, \`make test\` checks it on this machine."

setup: ## install what is missing: system packages, .venv from the lock file
	@$(SETUP)

run: setup ## start the service, verify a demo batch, show verdicts, clusters, picks and cost, stop
	@.venv/bin/verifierd demo

test: setup ## run the test suite in two halves at once; what this host cannot run is skipped with its reason
	@$(PYTHON) -m tests.support.halves

test-security: setup ## attacks and reward hacks on every backend that runs here, and a table of what came of them
	@$(PYTHON) -m tests.security.table

fuzz: setup ## fuzz every line that untrusted bytes cross (FUZZ="--seconds 300 --seed N --backend NAME")
	@$(PYTHON) -m tests.security.fuzz $(FUZZ)

test-frameworks: setup ## the tests that run real trainers and evaluators, in environments made for them (FRAMEWORKS=all)
	@TEST_FRAMEWORKS=$(FRAMEWORKS) $(PYTHON) -m pytest tests/integration/frameworks

test-audit: setup ## the audit store's tests in PostgreSQL, the console's in Chromium; installs both (root)
	@sh deploy/host/install.sh postgresql chromium || echo "going on: what needs them is skipped, with its reason"
	@$(PYTHON) -m pytest -k "postgresql or browser" tests/unit/audit \
		tests/integration/audit tests/integration/durable tests/unit/console tests/browser

test-docker: setup ## the tests of the Docker backend; starts a private engine where none runs (root)
	@$(WITH_ENGINE) $(PYTHON) -m pytest tests/integration/docker tests/integration/sandboxes tests/conformance \
		tests/security/attacks -k "docker and not runsc"

bench: setup ## measure speed against other ways to check programs (BENCH="--quick --only stdio")
	@$(PYTHON) -m tests.benchmarks $(BENCH)

audit: setup ## ask whether a pinned dependency has a known vulnerability, where a database is reachable
	@$(PYTHON) requirements/audit.py

images: setup ## make the toolchain images: a directory for bubblewrap, and the Docker engine's where one runs
	@sh deploy/host/install.sh mmdebstrap
	@$(PYTHON) -m sandboxes.images.build build/images

release: setup ## build wheels, images where a Docker engine runs, bills of materials and checksums into dist/ (RELEASE=--draft)
	@$(PYTHON) -m deploy.release $(RELEASE)

toolchains: setup ## install the languages that this distribution has (root); tell which are here
	@sh deploy/host/install.sh $$($(PYTHON) -m sandboxes.languages --packages)
	@$(PYTHON) -m sandboxes.languages --prepare

lint: setup check-proto ## ruff, mypy and the check that committed stubs match the .proto files
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy

format: setup ## lay out the code and sort imports
	@$(PYTHON) -m ruff check --fix
	@$(PYTHON) -m ruff format

proto: setup ## generate the Python stubs from the .proto files
	@$(PYTHON) proto/generate.py

check-proto: setup ## fail if the committed stubs differ from what the .proto files give
	@$(PYTHON) proto/generate.py --check

lock: setup ## pin dependencies again after a change of a pyproject.toml (UPGRADE=1: newest versions)
	@$(PYTHON) requirements/lock.py $(if $(UPGRADE),--upgrade)

prove-%: setup ## measure what a part of the service promises, e.g. prove-core; writes build/prove-NAME.json
	@$(PYTHON) -m tests.prove $*

clean: ## remove .venv, build outputs and caches
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find . -name '*.egg-info' -type d -prune -exec rm -rf {} +
