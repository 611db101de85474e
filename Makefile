# `make help` lists the targets. Every one sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin
# Builds and tests never download; fetch data with `.venv/bin/cellcnn data download NAME`.
export CELLCNN_OFFLINE := 1

.DEFAULT_GOAL := help
.PHONY: help setup chromium book serve lab notebooks test test-colab test-jax test-torch lint bench lock configure clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /|/' | awk -F'|' '{printf "  make %-11s %s\n", $$1, $$2}'

setup:
	@command -v $(PYTHON) >/dev/null || { echo "set-up: $(PYTHON) is missing. Install Python 3.11 or newer."; exit 1; }
	@$(PYTHON) tools/setup.py

book: setup ## build the site into _build/html
	@$(BIN)/python tools/book.py

serve: book ## show the site on http://localhost:8000
	@$(BIN)/python -m http.server --directory _build/html --bind localhost 8000

lab: setup notebooks ## open JupyterLab on the notebooks
	@TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/jupyter lab notebooks

notebooks: setup ## write the student notebooks from the chapters
	@$(BIN)/python tools/notebooks.py

chromium:
	@command -v $${CHROMIUM:-chromium} >/dev/null || { \
	  echo "test: Chromium is missing. Install it (Debian: apt-get install chromium) or name it: CHROMIUM=/path make test"; exit 1; }

test: chromium lint book ## run every test
	$(BIN)/pytest -n 2 --dist loadfile --nbval-lax

test-colab: setup notebooks ## run the notebooks in an environment with Colab's versions
	@$(BIN)/python tools/test_colab.py

test-jax: setup ## run the tests of what uses Keras with JAX in place of TensorFlow
	@$(BIN)/python tools/test_backend.py jax

test-torch: setup ## run them with PyTorch
	@$(BIN)/python tools/test_backend.py torch

lint: setup ## check the style of the code
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check

bench: setup ## measure what we claim about speed, keep the table in benchmarks/
	@for name in layers network simulate images explorer; do $(BIN)/python benchmarks/$$name.py --write || exit 1; done
	@$(BIN)/python benchmarks/import_time.py
	@if [ -n "$$CELLCNN_DATA" ]; then $(BIN)/python benchmarks/blood.py --write; \
	else echo "bench: blood.py needs pbc_blood_28.npz in the folder that CELLCNN_DATA names: not run"; fi

lock: setup ## make requirements.lock from requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --generate-hashes --python-version 3.11 \
	  --no-emit-index-url --no-header requirements.txt -o requirements.lock

configure: setup ## point every link to a fork: make configure REPOSITORY=owner/name REF=main
	@$(BIN)/python tools/configure.py -- "$$REPOSITORY" "$${REF:-main}"

clean: ## remove what the build made
	rm -rf _build
