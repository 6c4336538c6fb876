# The few commands of this project, each one line. `make demo` and `make test` are the two to know.
PYTHON ?= python3
PORT ?= 8202
ONCE ?=
YEAR ?=
COVER ?=
# What is measured is covered by its own tests; all others would take half as long again. To count
# lines takes those that try thousands of documents four times as long: they run with the others, as
# the rest covers what they run (but for 18 lines of 11,600).
COVERING := tests/contexts tests/verifier
MANY := tests/contexts/test_fast_equals_pyld.py tests/verifier/test_same_statements.py
OTHERS := $(filter-out $(COVERING:%=%/),$(wildcard tests/*/)) $(wildcard tests/test_*.py) $(MANY)
# Tests often wait, for a browser or a server: four at a time keep two cores busy. Each worker takes
# a stretch, so that what a file's tests share is made once, and helps the others at the end.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 2) --dist worksteal
# Each worker imports the same modules: what Python compiles is kept, also where it is told not to.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test environment plays pictures lint lock locks bench fuzz tables words house mutants clean
.DEFAULT_GOAL := demo

# A stamp per lock file: the environment is made again only when a lock changes. Python compiles what
# it imports, once: to compile all that is installed takes a quarter of the time.
$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@echo "making $(VENV) (once; about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/run.stamp
	@echo "installing what tests need"
	@$(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements/test.txt
	@$(BIN)/python -m pip check
	@touch $@

demo: $(VENV)/run.stamp
	@$(BIN)/python examples/demo.py --port $(PORT) $(if $(ONCE),--once) $(if $(YEAR),--year)

environment: $(VENV)/test.stamp

test: $(VENV)/test.stamp
ifdef COVER
	@$(BIN)/python -m pytest -n $(WORKERS) $(COVERING) $(MANY:%=--ignore=%) --cov=verifier --cov=contexts --cov-fail-under=95 --cov-report=
	@$(BIN)/python -m pytest -n $(WORKERS) $(OTHERS)
else
	@$(BIN)/python -m pytest -n $(WORKERS)
endif

# An office at work and the program, in a browser, on both databases; `make test` has them on SQLite.
PLAYS := tests/issuer/test_office_play.py tests/issuer/program/test_pilot_play.py \
  tests/issuer/program/test_year_play.py
plays: $(VENV)/test.stamp
	@$(BIN)/python -m pytest -n 0 -m "plays or not plays" $(PLAYS)

# The pictures of docs/{office,program,earn,evaluate}.md, taken on the way of the plays; of
# docs/compensation.md; and of docs/{sharing,page,verify,operations}.md and the README: pages, a mail,
# certificates, badges. `make house` draws house.svg, `make bench` performance.svg.
pictures: $(VENV)/test.stamp
	@PICTURES=docs/pictures $(BIN)/python -m pytest -n 0 $(PLAYS)
	@PICTURES=docs/pictures $(BIN)/python -m pytest -n 0 -m plays tests/issuer/program/test_pay_pictures.py tests/issuer/test_pictures.py

lint: $(VENV)/test.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/run.stamp
	@$(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements/bench.txt
	@cd bench/js && npm ci --silent --ignore-scripts --no-audit --no-fund
	@$(BIN)/python -m bench --write

# The same comparisons as in every test run, with more documents; of rewritten credentials all
# pairs, which takes hours.
fuzz: $(VENV)/test.stamp
	@FUZZ_PAIRS=100000000 $(BIN)/python -m pytest -q -n auto tests/verifier/test_same_statements.py
	@FUZZ_RUNS=1000 $(BIN)/python -m pytest -q tests/issuer/program/test_any_order.py
	@FUZZ_CHANGES=20000 $(BIN)/python -m pytest -q tests/verifier/test_changed_anywhere.py
	@FUZZ_DOCUMENTS=24000 $(BIN)/python -m pytest -q -s tests/contexts/test_fast_equals_pyld.py

tables: $(VENV)/run.stamp
	@$(BIN)/python -m contexts.compile

# Collects the sentences of all pages for translation: verifier/web/translations/ and
# issuer/wording/translations/.
words: $(VENV)/test.stamp
	@$(BIN)/python -m tests.translations

# Draws the rooms of docs/house.md from the imports.
house: $(VENV)/test.stamp
	@$(BIN)/python -m tests.architecture.house

lock: $(VENV)/test.stamp
	@$(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --quiet --no-annotate --no-header --no-emit-index-url --no-emit-find-links --extra issuer pyproject.toml requirements/build.in -o requirements/run.txt
	@$(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --quiet --no-annotate --no-header --no-emit-index-url --no-emit-find-links -c requirements/run.txt requirements/test.in -o requirements/test.txt

# Both locks must also install with the newest pip, in an environment made for that alone.
locks:
	@rm -rf build/newest-pip && $(PYTHON) -m venv build/newest-pip
	@build/newest-pip/bin/python -m pip install --quiet --upgrade pip
	@build/newest-pip/bin/python -m pip --version
	@build/newest-pip/bin/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements/run.txt
	@build/newest-pip/bin/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements/test.txt
	@build/newest-pip/bin/python -m pip check
	@rm -rf build/newest-pip

# Changes the code in thousands of small ways; a test has to notice each. Some hours.
mutants: $(VENV)/test.stamp
	@$(BIN)/mutmut run --max-children 2
	@$(BIN)/python tests/mutants.py

clean:
	rm -rf $(VENV) demo build .pytest_cache .mypy_cache .ruff_cache .hypothesis
