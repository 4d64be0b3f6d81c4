# From nothing but Python 3.11 or later and make: `make demo`, `make test`, `make check`.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: demo test long check bench docs screenshots messages clean

demo: .venv/.demo-installed  ## The site on 8000 and the local tenant on 8001, until Ctrl-C
	@$(BIN)/python manage.py demo $(ARGS)

test: .venv/.dev-installed  ## Every test; those in a browser where Chromium is present
	$(BIN)/python -m pytest $(ARGS)

long: .venv/.dev-installed  ## The same with many more examples: docs/testing.md
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -m "not browser" $(ARGS)

check: .venv/.dev-installed  ## Lint, format, types, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml auth0_password
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: .venv/.dev-installed  ## What a request costs, and the local tenant; writes build/bench.json
	$(BIN)/python tests/benchmarks/run.py $(ARGS)
	$(BIN)/python tests/benchmarks/tenants.py

docs: .venv/.dev-installed  ## The manual, into build/docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -b html docs build/docs

screenshots: .venv/.dev-installed  ## The README's pictures, from a demo of their own; `make test` puts one of every page into build/screenshots
	PORT=8010 TENANT_PORT=8011 TENANT_STATE=.demo/pictures.json DATABASE_URL=sqlite:///$(CURDIR)/.demo/pictures.sqlite3 \
	  $(BIN)/python manage.py demo --reset --exec "$(BIN)/python docs/make_screenshots.py http://localhost:8010"

messages: .venv/.dev-installed  ## Collect what there is to translate, and compile what is translated (needs gettext)
	cd auth0_password && ../$(BIN)/django-admin makemessages -l de -l es -l fr --no-wrap --no-obsolete --no-location
	cd auth0_password && ../$(BIN)/django-admin compilemessages

clean:
	rm -rf .venv .demo build dist

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

.venv/.demo-installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable . --group demo
	@touch $@

.venv/.dev-installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@ .venv/.demo-installed
