# The newcomer's way in: `make run`, `make test`. `make help` lists the rest.
# Needs make and Python 3.11 with its venv module; everything else is fetched on the first call.

SHELL := /bin/bash
# Empty: tools/find_python.sh finds one.
PYTHON ?=
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export npm_config_update_notifier := false

.DEFAULT_GOAL := help
.PHONY: help install run demo cluster test check bench debian

help: ## list what make can do here
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

install: .make/run ## the virtual environment in .venv with all that the server needs

run: .make/run ## serve on http://localhost:3000; ARGS="--port 3100" passes flags
	@$(BIN)/python main.py $(ARGS)

demo: .make/run ## a server with simulated visitors on http://localhost:3000
	@$(BIN)/python -m tools.demo $(ARGS)

cluster: .make/run ## demo: three nodes behind nginx with redis-server on http://localhost:8080
	@$(BIN)/python -m tools.demo_cluster $(ARGS)

# How many workers `auto` means is told by tests/conftest.py. Files are handed out in the order of the
# collection, so that in each worker the browser comes last.
test: .make/dev node_modules/.package-lock.json debian ## all tests; ARGS="tests/docs -x" passes arguments to pytest
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: .make/dev ## format, lint, types, import floors, size of modules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -q tests/test_architecture.py

bench: .make/dev ## compare with Express, FastAPI and a C baseline, and measure how costs grow; QUICK=1 is short
	@$(BIN)/python -m bench.compare $(if $(QUICK),--quick) $(ARGS)
	@$(if $(QUICK)$(ARGS),,$(BIN)/python -m bench.growth)

# A stamp in .make stands for what was installed. It is stale when the list of packages is newer, or
# when .venv is.

.venv/pyvenv.cfg:
	@python="$(PYTHON)"; python="$${python:-$$(sh tools/find_python.sh)}"; \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or later is needed; PYTHON=/path/to/python3 names another one.'; exit 1; }; \
	"$$python" -m venv --clear .venv \
		|| { rm -f $@; echo 'Python lacks its venv module. On Debian: apt-get install python3-venv'; exit 1; }

.make/run: requirements.txt .venv/pyvenv.cfg
	@$(BIN)/pip install --quiet -r requirements.txt
	@mkdir -p .make && touch $@

.make/dev: requirements-dev.txt .make/run
	@$(BIN)/pip install --quiet -r requirements-dev.txt
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json .make/dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

# What the tests need of the system: two browsers with a font to draw text in, redis-server, nginx and
# caddy, sqlite3 for backups, systemd to look at units, curl, a C compiler for the benches' load
# client, and the library that playwright's own node is linked to.
debian: .make/dev
	@missing=; \
	command -v chromium >/dev/null || missing="$$missing chromium fonts-liberation"; \
	command -v firefox-esr >/dev/null || missing="$$missing firefox-esr"; \
	command -v redis-server >/dev/null || missing="$$missing redis-server"; \
	command -v nginx >/dev/null || missing="$$missing nginx-light"; \
	command -v caddy >/dev/null || missing="$$missing caddy"; \
	command -v sqlite3 >/dev/null || missing="$$missing sqlite3"; \
	command -v systemd-analyze >/dev/null || missing="$$missing systemd"; \
	command -v mkfs.ext4 >/dev/null || missing="$$missing e2fsprogs"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	command -v curl >/dev/null || missing="$$missing curl"; \
	command -v cc >/dev/null || command -v gcc >/dev/null || missing="$$missing gcc libc6-dev"; \
	$(BIN)/python -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null || missing="$$missing libatomic1"; \
	[ -n "$$missing" ] || exit 0; \
	if ! command -v apt-get >/dev/null; then \
		echo "The tests need what these packages of Debian hold, please install it:$$missing"; exit 1; \
	elif [ "$$(id -u)" = 0 ]; then as=; \
	elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then as=sudo; \
	else echo "The tests need Debian packages. As root: apt-get install$$missing"; exit 1; \
	fi; \
	set -e; echo "Installing:$$missing"; \
	$$as apt-get -qq update; \
	$$as env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $$missing >/dev/null
