# farmgate: `make demo` and `make test` install what is missing, build and run. Nothing else is needed.
SWIFT ?= swift
SWIFT_FLAGS = --explicit-target-dependency-import-check error
# Libraries to build against, and the broker that the demo and the tests start for themselves.
PACKAGES = libmosquitto-dev libgpiod-dev pkgconf mosquitto
FOR ?=
export FARMGATE_STRICT = 1

.PHONY: demo build release test bench format lint clean packages

demo: build ## The whole thing without hardware: FOR=30 ends it after 30 s, without FOR Ctrl-C does
	@$$($(SWIFT) build $(SWIFT_FLAGS) --show-bin-path)/farmgate demo $(if $(FOR),--for $(FOR))

build: packages ## Debug build
	$(SWIFT) build $(SWIFT_FLAGS)

release: packages ## Optimised build: .build/release/farmgate
	$(SWIFT) build $(SWIFT_FLAGS) -c release --product farmgate

test: packages ## All tests
	$(SWIFT) build $(SWIFT_FLAGS) --build-tests
	$(SWIFT) test $(SWIFT_FLAGS) --skip-build

bench: packages ## Speed and memory, beside their peers
	$(SWIFT) build $(SWIFT_FLAGS) -c release
	@$$($(SWIFT) build $(SWIFT_FLAGS) -c release --show-bin-path)/farmgate-bench

format: ## Rewrites the sources in the house layout
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

clean:
	$(SWIFT) package clean

packages:
	@.ci/install-packages $(PACKAGES)
