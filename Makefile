# Synapse: every target that has a ## text is listed by `make help`.

BIN      := bin/synapse
GO       ?= go
GOFLAGS  ?= -buildvcs=false
export GOFLAGS

.DEFAULT_GOAL := help
.PHONY: help tools-run tools-test tools-all build run demo test test-all test-race fuzz bench lint cover check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

tools-run:
	@.ci/tools run

tools-test: tools-run
	@.ci/tools test

tools-all: tools-run
	@.ci/tools all

build: tools-run ## build bin/synapse (the first time compiles PostgreSQL's parser, about 80 s)
	$(GO) build -o $(BIN) ./cmd/synapse

run: build ## build and serve on 127.0.0.1:5433 (SQL) and 127.0.0.1:8433 (HTTP), data in ./data
	$(BIN) serve

demo: build ## play the three agents' scenario against a server of its own
	.ci/with-server $(BIN) demo

test: tools-test ## the everyday gate: unit, logic, model, crash and client tests
	$(GO) test -timeout 15m ./...
	$(MAKE) test-race

test-race: tools-test ## the race detector on what is concurrent
	$(GO) test -race -short -timeout 15m ./storage/... ./exec/... ./wire/...
	$(GO) test -race -timeout 5m -run 'Beside|Cancelled|Released' ./vecindex/...

test-all: tools-all ## the full counts: 20,000 crash points, 200 kills, longer fuzzing
	SYNAPSE_TEST_FULL=1 SYNAPSE_TEST_SEED=random $(GO) test -timeout 60m ./...
	$(GO) test -timeout 60m -run Crash ./storage -crashes 20000
	$(GO) test -timeout 60m -run Crash ./storage/commitlog -points 20000
	$(GO) test -timeout 60m -run Kill ./storage/check -kills 60
	$(MAKE) test-race
	$(MAKE) fuzz FUZZTIME=20s

FUZZTIME ?= 5s
fuzz: ## run every fuzz target for FUZZTIME
	.ci/fuzz $(FUZZTIME)

bench: ## Go benchmarks (compare two revisions with benchstat)
	$(GO) test -run '^$$' -bench . -benchtime 200ms ./...

lint: ## gofmt, go vet, golangci-lint
	.ci/lint

cover: ## coverage of the unit tests, as coverage.out
	$(GO) test -short -coverprofile coverage.out ./...
	$(GO) tool cover -func coverage.out | tail -1

check: build ## verify ./data offline
	$(BIN) check --data ./data

clean: ## remove what build made
	rm -rf bin coverage.out
