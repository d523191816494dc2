# Each target sets up what it needs; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# Under parallel tests one thread a process is the fast setting.
THREADS := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench torture clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed ## Make the virtual environment in .venv, with every extra that the tests need

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade -c constraints.txt "pip>=23"
	$(BIN)/python -m pip install --quiet -c constraints.txt --editable ".[dev,benchmark,mobilenet,parquet,pose,web]"
	@touch $@

demo: install ## Render a dive, score it against an expert's and write the report
	@$(BIN)/podium demo

test: install ## Run all tests
	$(THREADS) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: install ## Lint, types and import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install ## Measurements: print tables, write JSON to benchmarks/results
	$(BIN)/python benchmarks/simulated_faults.py
	$(BIN)/python benchmarks/whole_dive.py
	$(BIN)/python benchmarks/features.py
	$(BIN)/python benchmarks/training_pairs.py
	$(BIN)/python benchmarks/extraction.py
	$(BIN)/python benchmarks/backbones.py
	$(BIN)/python benchmarks/backbones_page.py
	$(BIN)/python benchmarks/alignment.py
	$(BIN)/python benchmarks/what_helped.py
	$(BIN)/python benchmarks/doubt.py
	$(BIN)/python benchmarks/metamorphic.py
	$(BIN)/python benchmarks/summary.py

torture: install ## Broken files, killed work and malicious labels, many times; prints what was lost
	$(THREADS) $(BIN)/python scripts/torture.py

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
