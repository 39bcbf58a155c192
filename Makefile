# `make run` starts the product, `make test` tests it. PYTHON chooses the interpreter of a new .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= 2

.PHONY: run test test-sdks test-api test-agents test-clients check bench bench-findings screenshots lock format clean

run: $(STAMP)
	@exec $(BIN)/python manage.py serve

test: $(STAMP)
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup -q $(ARGS)

# Runs today's SDKs against the product: they are installed into a folder of their own, from the network.
test-sdks: $(STAMP)
	@$(BIN)/python -m tests.sdks.prepare first langchain opik traceloop
	TEST_SDKS=1 $(BIN)/pytest -q -p no:xdist -rs tests/sdks/test_sdks.py $(ARGS)

# Drives the agents that people run, against a tiny model: they are installed from npm, into a folder of their own.
test-agents: $(STAMP)
	@$(BIN)/python -m tests.agents.prepare claude-code codex gemini-cli qwen-code copilot opencode
	TEST_AGENTS=1 $(BIN)/pytest -q -p no:xdist -rs tests/agents --ignore tests/agents/test_clients.py $(ARGS)

# Records loops around the clients of anthropic and openai, of today and of long ago, from the network as well.
test-clients: $(STAMP)
	@$(BIN)/python -m tests.agents.prepare clients old-clients
	TEST_CLIENTS=1 $(BIN)/pytest -q -p no:xdist -rs tests/agents/test_clients.py $(ARGS)

# Asks the read API all that its OpenAPI document allows, and more, by schemathesis.
test-api: $(STAMP)
	@$(BIN)/python -m tests.sdks.prepare schemathesis
	TEST_SDKS=1 $(BIN)/pytest -q -p no:xdist -rs tests/sdks/test_api_document.py $(ARGS)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run

# Each prints its tables and keeps them under bench/results/.
bench: $(STAMP)
	$(BIN)/python -m bench.store
	$(BIN)/python -m bench.events
	$(BIN)/python -m bench.ingest
	$(BIN)/python -m bench.pages
	$(BIN)/python -m bench.live
	$(BIN)/python -m bench.alerts
	$(BIN)/python -m bench.findings

bench-findings: $(STAMP)
	$(BIN)/python -m bench.findings

# Takes the pictures in docs/screenshots/ anew, from the demo runs.
screenshots: $(STAMP)
	$(BIN)/python -m docs.take_screenshots $(ARGS)

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Pins every dependency with its hashes, for all platforms; no address of an index gets in.
lock: $(STAMP)
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header -o requirements.lock

# The recorded data under .agentscope/ stays; remove that folder by hand to start afresh.
clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "AgentScope needs Python 3.11 or newer; set PYTHON.")'
	@test -x $(BIN)/python || { echo "agentscope | making .venv"; $(PYTHON) -m venv .venv; }
	@echo "agentscope | installing the locked dependencies (once, takes a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $(STAMP)
