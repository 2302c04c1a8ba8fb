.DEFAULT_GOAL := help
.PHONY: help app test soak bench lint venv venv-dev

REQUIREMENTS ?= requirements.txt
ARGS ?=

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 8

app: venv  ## Visage in the browser (REQUIREMENTS=requirements-gpu.txt for a GPU, ARGS="--server.port 8600")
	@exec .venv/bin/streamlit run app.py $(ARGS)

test: venv-dev  ## every test, in a real browser too (ARGS="tests/utils" for some)
	@CHROME="$$(scripts/find-browser.sh)" && export CHROME && exec .venv/bin/python -m pytest $(ARGS)

soak: venv-dev  ## a training killed at 20 moments of chance and resumed, to the same weights to the bit
	@SOAK=20 exec .venv/bin/python -m pytest tests/training/test_kills.py $(ARGS)

bench: venv-dev  ## the figures of the docs, made again
	@CHROME="$$(scripts/find-browser.sh)" && export CHROME && exec .venv/bin/python -m bench $(ARGS)

lint: venv-dev  ## ruff: faults, order of imports, layout
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

venv:
	@scripts/make-venv.sh $(REQUIREMENTS)

venv-dev:
	@scripts/make-venv.sh requirements.txt requirements-onnx.txt requirements-dev.txt
