# The portal's commands. `make run` and `make test` need Python 3.11 or newer and nothing else.
.DEFAULT_GOAL := help
.PHONY: help run install test lint bench prove pictures lock clean

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PORT
# Told to pip so that it says what went wrong and nothing else.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --quiet --require-hashes --no-deps

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: install ## the portal with its demo, on http://127.0.0.1:8000/ (PORT= chooses another)
	@$(BIN)/python manage.py up --demo --with-parent

install: $(VENV)/.installed ## the set-up alone: .venv with the locked packages
	@:

test: $(VENV)/.installed-dev ## every test, on SQLite unless DATABASE_URL says otherwise
	@$(BIN)/python -m pytest -n $(or $(WORKERS),2) --dist worksteal $(ARGS)

lint: $(VENV)/.installed-dev ## form, faults, types, floors
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports

bench: $(VENV)/.installed-dev ## how fast: import and every page with a million grants (ARGS="--grants 20000" for fewer)
	@$(BIN)/python -m tests.bench $(ARGS)

prove: $(VENV)/.installed-dev ## the random tests ten times over, each from another beginning; then the proofs of the letters, into docs/proofs/
	@PROVE=1 $(BIN)/python -m pytest -q -n $(or $(WORKERS),2) -m thorough $(ARGS)
	@for seed in 1 2 3 4 5 6 7 8 9 10; do \
		$(BIN)/python -m pytest -q -n $(or $(WORKERS),2) -m hypothesis --hypothesis-seed=$$(date +%s)$$seed $(ARGS) || exit 1; \
	done
	@$(BIN)/python -m tests.proofs --write docs/proofs/letters.txt

pictures: $(VENV)/.installed-dev ## every page with the demo as a picture, into docs/pictures/ (needs Chromium)
	@$(BIN)/python -m tests.pictures $(ARGS)

lock: $(VENV)/.installed-dev ## new lock files from requirements.in and requirements-dev.in
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt

clean: ## take away the set-up and everything under var/, the database too
	rm -rf $(VENV) var

$(VENV)/bin/python:
	@sh .ci/venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the portal needs (once; about a minute) ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing what the tests need ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@
