# `make report` builds the report on a machine that has only Python, pip and make.
# Paths are relative and quoted by the shell: the folder's name may hold spaces and accents.

ifeq ($(OS),Windows_NT)
$(error make is for Linux and macOS. On Windows, open WSL and run the same command there)
endif

.DEFAULT_GOAL := help
.PHONY: help setup report test check lab preview doctor lock clean

export PYTHONUTF8 := 1
unexport PYTHONPATH PYTHONHOME
OBSANTE := .venv/bin/python -m obsante
# One process per core; PROCESSES=0 for a single one, which shows the output as it comes.
PYTEST := .venv/bin/python -m pytest -n $${PROCESSES:-auto} --dist loadscope --no-loadscope-reorder

help:  ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s  %s\n", $$1, $$2}' Makefile
	@echo "EDITION=2024 make report      another year than the latest"
	@echo "PYTHON=python3.12 make report another Python than the first that suits"

setup:  ## Build .venv from requirements.lock; does nothing if it is complete
	@python="$${PYTHON:-$$(for name in python3 python3.13 python3.12 python3.11 python; do \
	    if command -v $$name; then break; fi; done)}"; \
	if ! command -v "$${python:-python3}" >/dev/null; then \
	    echo "Error: Python command $${PYTHON:-python3, python3.13 to python3.11, python}" >&2; \
	    echo "  found:    no such command" >&2; \
	    echo "  expected: Python 3.11, 3.12 or 3.13" >&2; \
	    echo "  to do:    install Python, or name it: PYTHON=/path/to/python3 make report" >&2; \
	    exit 1; \
	fi; \
	"$$python" setup/bootstrap.py

report: setup  ## Check the data, run the notebooks, render the report (HTML and PDF)
	@$(OBSANTE) build $${EDITION:+--edition "$$EDITION"}

test: setup  ## Every test but the slow ones
	@$(PYTEST) -m "not slow"

check: setup  ## Every test, on Spark too where Java is (SPARK=0 leaves it out)
	@.venv/bin/python setup/spark.py
	@$(PYTEST)

lab: setup  ## JupyterLab on the notebooks
	@.venv/bin/python -m jupyterlab --notebook-dir=notebooks

preview: setup  ## The report on a local address, rendered again at each change of report/
	@$(OBSANTE) preview $${EDITION:+--edition "$$EDITION"}

doctor: setup  ## What is present, what is missing, and what mends it
	@$(OBSANTE) doctor

lock: setup  ## Write requirements.lock from pyproject.toml; UPGRADE=1 takes the newest versions
	@.venv/bin/python setup/lock.py $${UPGRADE:+--upgrade}

clean:  ## Remove generated data, reports and caches (.venv stays)
	@rm -rf data/processed/[0-9]* data/processed/.[0-9]* report/_book report/.quarto \
	    .pytest_cache .ruff_cache .hypothesis .import_linter_cache build
	@find src tests setup notebooks -name __pycache__ -prune -exec rm -rf {} +
	@find notebooks -name .ipynb_checkpoints -prune -exec rm -rf {} +
