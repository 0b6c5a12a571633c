# Corridor. `make` alone prints this help. Needed: Go 1.26. For the browser run also Node 20 and chromium.
SHELL := bash
GO ?= go
BIN := bin/corridor
# Chromium without the window that nobody sees takes a third less.
CHROMIUM ?= $(shell command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome)

.DEFAULT_GOAL := help

help: ## print what can be made
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/' | expand -t 16

build: ## build bin/corridor
	@$(GO) build -o $(BIN) ./cmd/corridor

demo: build ## build what is missing and run the demonstration; addresses and sign-ins are printed
	@$(BIN) demo

tour: build ## play the main line and exit
	@$(BIN) demo --tour

test: vet unit packs browser ## everything that a change must pass

vet: ## gofmt, go vet, staticcheck
	@test -z "$$(gofmt -l cmd internal schemes)" || { gofmt -l cmd internal schemes; echo "not gofmt-ed: run gofmt -w on the files above"; exit 1; }
	@$(GO) vet ./...
	@$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

MODULES := e2e/node_modules/.package-lock.json

$(MODULES): e2e/package-lock.json
	@if command -v npm >/dev/null; then cd e2e && npm ci --silent --no-audit --no-fund; \
	else echo "npm is missing, and what is tested with its libraries: apt-get install npm"; fi

# The longest first, and one more at a time than there are processors: much of what they do is waiting for each other's nodes. A test
# opens many nodes and forgets them: the collector took a fifth of the time, and does not where it waits for more.
TESTS := -timeout 45m -exec 'env GOGC=400' -p $(shell echo $$(($$(nproc) + 1))) ./test/... ./internal/demo ./internal/casework ./internal/federation ./internal/node ./...

unit: $(MODULES) ## tests of every room and the scripts, on SQLite and, where it is installed, PostgreSQL
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then CORRIDOR_TEST_PG=1 $(GO) test $(TESTS); \
	elif [ -n "$$CORRIDOR_REQUIRE" ]; then echo "PostgreSQL is missing: apt-get install postgresql"; exit 1; \
	else echo "NOT TESTED on PostgreSQL, which is missing: apt-get install postgresql"; $(GO) test $(TESTS); fi

scripts: build ## only the scripts against the real binary (test/testdata/*.txtar)
	@$(GO) test -count=1 ./test/...

packs: build ## every scheme of schemes/ passes
	@$(BIN) check schemes

BROWSER := chromium, a Chinese font and pdftotext: apt-get install chromium fonts-noto-cjk poppler-utils

browser: build $(MODULES) ## the line, every page and the paths of the roles in a real browser; makes docs/picture.png
	@if [ -n "$(CHROMIUM)" ] && command -v npm >/dev/null && command -v pdftotext >/dev/null; then \
	  cd e2e && CHROMIUM="$(CHROMIUM)" node all.mjs; \
	elif [ -n "$$CORRIDOR_REQUIRE" ]; then echo "the browser run needs Node 20 and $(BROWSER)"; exit 1; \
	else echo "NOT TESTED in a browser, which needs Node 20 and $(BROWSER)"; fi

vuln: ## known vulnerabilities in what the program uses; asks vuln.go.dev, or the Go proxy where that cannot be reached
	@deploy/vuln.sh

release: ## dist/: programs for amd64, arm64, loong64 with checksums and parts lists, of the commit that is checked out
	@deploy/release.sh dist $(ARCH)

image: ## build the image of the release in dist/ and try it; needs buildah
	@deploy/image.sh dist

load: build ## Anhui of a community of the size yrd under 300 requests a second of 50 people, on both databases, then 100 orders at once; makes the worlds first
	@deploy/load.sh $(or $(NODE),$(DB))

face: build $(MODULES) ## every page in every way and the paths of the roles without a mouse; pictures of all in artefacts/pages
	@cd e2e && CHROMIUM="$(CHROMIUM)" node face.mjs --shots ../artefacts/pages && CHROMIUM="$(CHROMIUM)" node paths.mjs --all

speed: build $(MODULES) ## how soon twenty pages can be used in a browser, as a table
	@cd e2e && CHROMIUM="$(CHROMIUM)" node speed.mjs

soak: build ## wear five nodes out for ten thousand orders and check that nothing was lost (about an hour)
	@$(BIN) soak

bench-peers: build ## comparisons that need other engines: main text beside @mozilla/readability, search beside Bleve, FTS5 and PostgreSQL
	@(cd bench-peers/reader && npm ci --silent --no-audit --no-fund && node run.mjs ../../$(BIN))
	@(cd bench-peers/search && $(GO) test -count=1 -timeout 2h -v -run TestPeers . -listings 100000)

update: ## rewrite the goldens (operations, OpenAPI, schema, docs/systems.md); read the diff before you commit it
	@CORRIDOR_UPDATE=1 $(GO) test -count=1 ./internal/db/... ./internal/web/... ./internal/scheme/...
	@$(GO) test -count=1 ./internal/web/systems -update

clean: ## remove what was built
	@rm -rf bin e2e/node_modules artefacts

.PHONY: help build demo tour test vet unit scripts packs browser vuln release image load face speed soak bench-peers update clean
