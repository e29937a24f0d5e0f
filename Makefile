# Every task of Fenliu. Needs Python >= 3.11 and make, nothing else.
#
#   make demo      set up and serve the demo hospital   PORT=8000 DATA_DIR=.data RESET=1 to start over
#   make test      every test, browser included         ARGS="-k booking" to choose
#   make lint      style, types, direction of imports, templates, migrations
#   make bench     measurements against references      ONLY=B1,W1 SCALE=small
#   make studies   how good quotas, estimates and forecasts are, with seeds and standard errors   ONLY=worlds
#   make rush      1,009 numbers, 3,000 patients at once, over HTTP   ROBOTS=1 for robots against the draw
#   make soak      a full waiting hall before the live process; memory, old screens   MINUTES=30 CLIENTS=1000
#   make estimates a simulated month of two experts: how good the expected times were   DAYS=22
#   make chaos     every process killed while patients book; one table of figures   CHAOS_SECONDS=300
#   make test-data FILE=history.csv   importer and estimators on a real file
#   make clean     remove what the other tasks made, the demo's data excepted

PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= .data
TEST_DATA_DIR ?= .data-test
RESET ?=
ARGS ?=
CHAOS_SECONDS ?= 300
MINUTES ?= 30
CLIENTS ?= 1000
DAYS ?= 22
CHAOS_TESTS := tests/chaos tests/concurrency tests/security/test_schema.py tests/security/test_canaries.py tests/security/test_masking.py tests/servers/test_servers.py \
	tests/booking/test_all_orders.py tests/booking/test_draw_fairness.py tests/queueing/test_expected_month.py tests/queueing/domain/test_ordering_properties.py \
	tests/booking/test_payment_notices.py tests/hospital/test_idempotency.py tests/analytics/test_night_kills.py

PY := .venv/bin/python
SOURCES := hospital booking queueing analytics
MANAGE := $(PY) manage.py
# The command stops when make is killed, even by SIGKILL.
WITH_MAKE := exec $(PY) -I -S hospital/servers/shim.py --die TERM --

# A dozen processes start from these sources: without bytecode each compiles them anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test lint chaos estimates rush soak bench studies test-data clean install install-dev translations \
	lint-style lint-format lint-types lint-imports lint-templates lint-migrations

help:
	@sed -n 's/^#  //p' Makefile

install:
	@$(PYTHON) -I hospital/servers/install.py requirements.txt

install-dev:
	@$(PYTHON) -I hospital/servers/install.py requirements-dev.txt

translations: install
	@$(MANAGE) compile_po

demo: install
	@$(WITH_MAKE) env DATA_DIR="$(DATA_DIR)" $(MANAGE) demo --port "$(PORT)" $(if $(RESET),--reset)

test: install-dev translations
	@CHROMIUM="$$($(PY) -I hospital/servers/browser.py)" && export CHROMIUM && \
	$(WITH_MAKE) env DATA_DIR="$(TEST_DATA_DIR)" $(PY) -m pytest -n 3 --dist loadgroup $(ARGS)

lint: lint-style lint-format lint-types lint-imports lint-templates lint-migrations

lint-style: install-dev
	$(PY) -m ruff check .

lint-format: install-dev
	$(PY) -m ruff format --check .

lint-types: install-dev
	$(PY) -m mypy $(SOURCES)

lint-imports: install-dev
	.venv/bin/lint-imports

lint-templates: install-dev
	$(PY) -m djlint templates --lint --quiet

lint-migrations: install-dev
	DATA_DIR="$(TEST_DATA_DIR)" MAKE_KEYS=1 $(MANAGE) makemigrations --check --dry-run
	DATA_DIR="$(TEST_DATA_DIR)" DJANGO_SETTINGS_MODULE=tests.lint_settings $(MANAGE) lintmigrations

chaos: install-dev translations
	@$(WITH_MAKE) env DATA_DIR="$(TEST_DATA_DIR)" CHAOS_SECONDS="$(CHAOS_SECONDS)" SCHEMA_EXAMPLES=20 CANARIES=500 $(PY) -m pytest -v --timeout 600 -n 2 --dist loadgroup $(CHAOS_TESTS) $(ARGS)

estimates: install-dev translations
	@$(WITH_MAKE) env DATA_DIR="$(TEST_DATA_DIR)" DAYS="$(DAYS)" $(PY) -m pytest -q --timeout 3600 tests/queueing/test_expected_month.py $(ARGS)

rush: install-dev translations
	@$(WITH_MAKE) env DATA_DIR=.data-bench $(PY) -m $(if $(ROBOTS),bench.robots,bench.rush)

soak: install-dev translations
	@$(WITH_MAKE) env DATA_DIR=.data-bench $(PY) -m bench.soak "$(MINUTES)" "$(CLIENTS)"

studies: install-dev
	@$(WITH_MAKE) $(PY) -m bench.studies $(ONLY)

bench: install-dev translations
	@$(WITH_MAKE) env DATA_DIR=.data-bench $(PY) -m bench $(if $(ONLY),--only "$(ONLY)") $(if $(SCALE),--scale "$(SCALE)")

test-data: install-dev translations
	@test -n "$(FILE)" || { echo "error: name the file: make test-data FILE=history.csv" >&2; exit 1; }
	@$(WITH_MAKE) env DATA_DIR="$(TEST_DATA_DIR)" VISITS_FILE="$(FILE)" $(PY) -m pytest tests/analytics -m real_file $(ARGS)

clean:
	rm -rf .venv .venv.lock .data-test .data-bench staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete 2>/dev/null || true
