# `make help` lists the targets. Every one sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin
export CELLCNN_OFFLINE := 1

.DEFAULT_GOAL := help
.PHONY: help setup book serve lab test lint notebooks bench lock configure test-colab clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | awk -F'|' '{printf "make %-12s %s\n", $$1, $$2}'

setup:
	@command -v $(PYTHON) >/dev/null || { echo "set-up: $(PYTHON) is missing. Install Python 3.11 or newer."; exit 1; }
	@$(PYTHON) tools/setup.py

test: setup lint ## run every test
	$(BIN)/pytest -n 2 --dist loadgroup

lint: setup ## check the style of the code
	$(BIN)/ruff check
	$(BIN)/ruff format --check
