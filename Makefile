# `make demo` and `make test` need Python 3.11 to 3.13 and nothing else; PYTHON=python3.12 selects one.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
STUDY ?= jobs/studies/pinn_convection.yaml
SOURCES = $(shell find workflow kernels jobs -name '*.py' -o -name '*.yaml' -o -name py.typed -o -path '*/static/*') pyproject.toml constraints.txt

# Processes of pytest: one waits for Slurm most of the time while the other computes; three are no faster on two cores.
TESTERS ?= 2

.PHONY: demo test soak lint docs dist browser clean

demo: $(VENV)/.installed
	$(BIN)/landsweep run $(STUDY)

# Everything but soak; what reads clocks runs alone, when nothing else computes. Without reordering, groups of tests
# begin in the order of tests/conftest.py: those of Slurm at once on one process, the others after one another beside.
test: $(VENV)/.installed-test lint docs
	$(BIN)/python -m pytest -m "not (clock or soak)" -n $(TESTERS) --dist loadgroup --no-loadscope-reorder
	$(BIN)/python -m pytest -m "clock and not soak"

# Random histories and kills by the hundred, properties on many examples, long trainings: for hours. CI runs a small
# sample of each in test.
soak: $(VENV)/.installed-test
	LANDSWEEP_SOAK=1 $(BIN)/python -m pytest -m soak --timeout 3600

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p landsweep
	$(BIN)/lint-imports

# The documentation, into site/; a warning is an error (never with --quiet, which hides warnings from --strict as well).
# The variable turns off an announcement of the theme's makers.
docs: $(VENV)/.installed-test
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# Wheel and sdist into dist/; the wheel's demo, with few points, runs from the wheel alone in an empty folder.
dist: $(VENV)/.installed-test
	rm -rf dist build/wheel build/wheel-demo
	$(BIN)/python -m build --outdir dist .
	$(BIN)/python -m pip install --quiet --no-deps --target build/wheel dist/*.whl
	mkdir -p build/wheel-demo
	cd build/wheel-demo && PYTHONPATH=$(CURDIR)/build/wheel $(abspath $(BIN))/python -m landsweep run \
	  ../wheel/landsweep/jobs/studies/pinn_convection.yaml --set grid.points=5 --set 'sweep.beta=[1]' --set resolve.enabled=false --out run
	test -f build/wheel-demo/run/report/trend.png || test -f build/wheel-demo/run/report/landscapes.png

# The program of the page, from TypeScript; what it makes is a part of the repository, so that users need no npm.
browser:
	cd workflow/page/browser && npm ci --no-fund --no-audit && npm run check && npm run build

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else f"Python is {v[0]}.{v[1]}, expected 3.11 to 3.13: name one with make PYTHON=python3.12.")'
	$(PYTHON) -m venv $(VENV)

# torch first and alone: no other package may pull in another build of it.
$(VENV)/.torch: $(BIN)/python constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt torch
	@touch $@

$(VENV)/.installed: $(VENV)/.torch $(SOURCES)
	$(BIN)/python -m pip install --quiet -c constraints.txt '.[mpi]'
	@touch $@

$(VENV)/.installed-test: $(VENV)/.torch $(SOURCES)
	$(BIN)/python -m pip install --quiet -c constraints.txt '.[mpi,dask,graphs,netcdf,vtk,hessian,serve,test,docs]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
