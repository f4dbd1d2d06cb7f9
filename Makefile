# What there is to do here; `make help` lists it. Everything a target needs and
# the machine lacks, it installs (tools/need says how).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run dev test check bench pictures generate generated vet lint types web

# Programs that had to be unpacked here, because they could not be installed.
export PATH := $(CURDIR)/.tools/bin:$(PATH)

help: ## list these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: ## install what is missing, build, and serve on http://127.0.0.1:8080
	@[ -n "$${DATABASE_URL:-}" ] || tools/need postgresql
	@cd web && go run ./build
	@go build -o .tools/bin/onrecord ./cmd/server
	@exec .tools/bin/onrecord

dev: ## serve, rebuild and reload on every change, on http://localhost:7331
	@[ -n "$${DATABASE_URL:-}" ] || tools/need postgresql
	@$(MAKE) --no-print-directory -j2 dev-assets dev-server

.PHONY: dev-assets dev-server
dev-assets:
	cd web && go run ./build -watch
dev-server:
	go tool templ generate -watch -proxy http://localhost:8080 -open-browser=false \
	  -watch-pattern '(.+\.go$$)|(.+\.templ$$)|(.+_templ\.txt$$)|(web/dist/.+)' \
	  -cmd 'go run ./cmd/server'

test: check ## everything CI runs, browser tests included
	@tools/need postgresql chromium compiler
	@race=-race; tools/can-race || { race=; echo 'No C compiler here: the tests run without the race detector.'; }; \
	go test $$race -shuffle=on -timeout 20m ./...

check: generated vet lint types ## what CI runs before the tests: drift, vet, lint, types, tests of scripts

bench: ## compare with bare floors, measured in the same run
	@tools/need postgresql chromium
	@cd web && go run ./build
	@$(MAKE) --no-print-directory $(recogito)/node_modules/.package-lock.json
	go test -run '^$$' -bench . -timeout 60m ./...

# What the benchmarks of pages compare with; see doc/speed.md.
recogito := internal/browsertest/testdata/recogito
$(recogito)/node_modules/.package-lock.json: $(recogito)/package.json $(recogito)/package-lock.json
	@tools/need node
	cd $(recogito) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

pictures: ## take the pictures in doc/pictures, light and dark, wide and narrow
	@tools/need postgresql chromium
	@cd web && go run ./build
	go test ./internal/browsertest -run TestPictures -pictures $(CURDIR)/doc/pictures

generate: ## make what is generated: pages from templ, style sheets and scripts
	go generate ./...

# Fails if what is generated and committed is not what go generate makes.
generated:
	tools/unchanged go generate ./...

vet:
	go vet ./...

lint: .tools/bin/golangci-lint
	.tools/bin/golangci-lint run

# In a module of its own: its dependencies would drown ours.
.tools/bin/golangci-lint: tools/lint/go.mod tools/lint/go.sum
	go build -C tools/lint -trimpath -o $(CURDIR)/$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

types: web/node_modules/.package-lock.json
	web/node_modules/.bin/tsc --noEmit -p web
	rm -rf .tools/web-tests
	cd web && go run ./build -tests $(CURDIR)/.tools/web-tests
	node --test $$(find .tools/web-tests -name '*.mjs')

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@tools/need node
	cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
