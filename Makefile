# Each target sets up what it needs; `make` alone lists them.
# `make test PYTHON=python3.13` tries another Python: an environment of another one is made anew.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# As many as there are processors, but no more than four: each may take three gigabytes.
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -le 4 ] && echo $$n || echo 4)
CONSTRAINTS ?= -c constraints.txt
LIGHT := dev,benchmark,docs,mobilenet,mocap,pandas,parquet,pose,web
EXTRAS := $(LIGHT),train,ray,slurm,remote,hub,int8,openvino,tensorboard
# Under parallel tests one thread a process is the fast setting.
THREADS := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1
PYTEST = $(THREADS) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
# The best minute of the suite: what a stranger would notice first. What takes long is marked slow.
QUICK := -m "not slow" tests/test_package.py tests/test_catalog.py tests/test_docs.py \
	tests/video/test_decoder.py tests/video/test_clips.py tests/cli tests/witnesses tests/inputs \
	tests/backbones/test_contract.py tests/datasets/test_contract.py tests/scorers/test_contract.py \
	tests/hostile/test_mutated_models.py
# What is the same with PyTorch and without is tried once, by `make test`.
ALIKE := --ignore-glob='*_in_browser.py' $(addprefix --ignore=tests/,audit benchmark faces hostile inputs \
	joints judging machine measures movement proofreading report simulation skeletons video)
LOCK = .venv-lock/bin/uv pip compile pyproject.toml --all-extras --python-version 3.11 --quiet --upgrade \
	--no-annotate --no-header --no-emit-index-url
# The newest PyTorch that is at hand as a build for processors alone where no index is named.
TORCH := torch==2.13.*
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# What is installed of Podium: what scoring needs, and then the rest in the same environment.
SCORING := $(VENV)/.scoring-$(VERSION)
INSTALLED := $(VENV)/.installed-$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help install demo test quick test-light light test-lowest test-newest check docs bench release torture lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(INSTALLED) ## Make the virtual environment in .venv, with every extra that the tests need

$(SCORING): pyproject.toml constraints.txt
	@test -n "$(VERSION)" || { echo "make: no Python called $(PYTHON): name one, as in PYTHON=python3.12"; exit 2; }
	@$(BIN)/python -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "$(VERSION)")' 2>/dev/null || rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=23"
	$(BIN)/python -m pip install --quiet $(CONSTRAINTS) --editable .
	@touch $@

$(INSTALLED): $(SCORING)
	$(BIN)/python -m pip install --quiet $(CONSTRAINTS) --editable ".[$(EXTRAS)]"
	@$(BIN)/podium fetch pose >/dev/null || echo "make: going on without the networks that find joints; $(BIN)/podium fetch pose gets them later"
	@touch $@

demo: $(SCORING) ## Render a dive, score it against an expert's and write the report
	@$(BIN)/podium demo

test: install ## Run all tests
	$(PYTEST)

quick: install ## Run the tests that say soonest what is broken
	$(PYTEST) $(QUICK)

test-light: ## Run what may hang on PyTorch without it, as pip install podium leaves it out
	$(MAKE) install VENV=.venv-light EXTRAS=$(LIGHT)
	$(MAKE) --no-print-directory light VENV=.venv-light

light:
	$(PYTEST) -m "not slow" $(ALIKE)
	$(PYTEST) tests/test_without_torch.py tests/test_shipped_models.py

test-lowest: ## Run all tests with the lowest versions that pyproject.toml allows
	$(MAKE) test VENV=.venv-lowest CONSTRAINTS="-c constraints-lowest.txt"

test-newest: ## Run all tests with the newest versions that pyproject.toml allows
	$(MAKE) test VENV=.venv-newest CONSTRAINTS=

check: install ## Lint, types, import layers and the documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory docs

# Not --quiet: it hides warnings from --strict, too.
docs: install ## Build the documentation site in site/; any warning is an error
	@said=$$(NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict 2>&1) || { echo "$$said"; exit 1; }
	@echo "Open site/index.html; its search needs a server: $(BIN)/python -m http.server --directory site"

bench: install ## Measurements: print tables, write JSON to benchmarks/results
	$(BIN)/python benchmarks/simulated_faults.py
	$(BIN)/python benchmarks/whole_dive.py
	$(BIN)/python benchmarks/rendered_measures.py
	$(BIN)/python benchmarks/features.py
	$(BIN)/python benchmarks/training_pairs.py
	$(BIN)/python benchmarks/extraction.py
	$(BIN)/python benchmarks/backbones.py
	$(BIN)/python benchmarks/backbones_page.py
	$(BIN)/python benchmarks/alignment.py
	$(BIN)/python benchmarks/cutting.py
	$(BIN)/python benchmarks/long.py
	$(BIN)/python benchmarks/what_helped.py
	$(BIN)/python benchmarks/doubt.py
	$(BIN)/python benchmarks/metamorphic.py
	$(BIN)/python benchmarks/robustness.py
	$(BIN)/python benchmarks/summary.py

release: install ## Build a release twice, compare, install it elsewhere and try it, in dist (TRIAL=--trial before its date)
	$(BIN)/python scripts/release.py $(TRIAL)

torture: install ## Broken files, killed work and malicious labels, many times; prints what was lost
	$(THREADS) $(BIN)/python scripts/torture.py

lock: ## Choose the versions anew that are installed, for every Python, and the lowest ones
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv
	echo "$(TORCH)" > .venv-lock/torch.txt
	$(LOCK) --universal --fork-strategy requires-python --constraints .venv-lock/torch.txt --output-file constraints.txt
	$(LOCK) --resolution lowest-direct --output-file constraints-lowest.txt

clean: ## Remove the virtual environments and caches
	rm -rf dist $(VENV) .venv-light .venv-lock .venv-lowest .venv-newest .mypy_cache .ruff_cache .pytest_cache .hypothesis site
