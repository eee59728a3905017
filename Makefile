# farmgate: `make demo` and `make test` install what is missing, build and run. Nothing else is needed.
SWIFT ?= swift
SWIFT_FLAGS = --explicit-target-dependency-import-check error
# Libraries to build against, the broker that the demo and the tests start for themselves, what makes its
# certificates, and `ip` for the tests that lose packets on a cable of their own.
PACKAGES = libmosquitto-dev libgpiod-dev libsqlite3-dev pkgconf mosquitto openssl iproute2
FOR ?=
export FARMGATE_STRICT = 1

.PHONY: demo build release test readme kill-test metrics-test home-assistant fuzz hil hil-gpiod2 deb package-test bench \
  format lint clean packages

demo: packages ## The whole thing without hardware: FOR=30 ends it after 30 s, without FOR Ctrl-C does
	$(SWIFT) build $(SWIFT_FLAGS) --product farmgate
	@$$($(SWIFT) build $(SWIFT_FLAGS) --show-bin-path)/farmgate demo $(if $(FOR),--for $(FOR))

build: packages ## Debug build
	$(SWIFT) build $(SWIFT_FLAGS)

# Everything optimised is built alike, so that one build serves the package, the bench and whoever runs it from here: the
# Swift runtime inside, no function looked up after the start, and no library looked for beside the program.
RELEASE_FLAGS = $(SWIFT_FLAGS) -c release --static-swift-stdlib --disable-local-rpath -Xlinker -z -Xlinker now

release: packages ## Optimised build: .build/release/farmgate
	$(SWIFT) build $(RELEASE_FLAGS) --product farmgate

# Those that talk to brokers, processes and kernel run after those that compute: beside them they would wait for a
# processor most of the time, and what took a minute would say nothing about a broker.
AT_THE_EDGE = ^(MQTTLink|FarmDaemon|DroneLinks|GPIOLines|SensorFiles|StatusSocket|RealTimeLoop)Tests[.]

test: packages ## All tests
	$(SWIFT) build $(SWIFT_FLAGS) --build-tests
	$(SWIFT) test $(SWIFT_FLAGS) --skip-build --skip '$(AT_THE_EDGE)'
	$(SWIFT) test $(SWIFT_FLAGS) --skip-build --filter '$(AT_THE_EDGE)'

readme: packages ## The commands of README.md, as they stand there
	@.ci/install-packages mosquitto-clients curl prometheus
	$(SWIFT) build $(SWIFT_FLAGS) --product farmgate
	Tests/Tools/readme/run "$$($(SWIFT) build $(SWIFT_FLAGS) --show-bin-path)"

kill-test: packages ## The gateway killed KILLS=200 times behind a bad connection, with the marketplace checking every event
	$(SWIFT) build $(SWIFT_FLAGS) --build-tests
	FARMGATE_KILLS=$(or $(KILLS),200) $(SWIFT) test $(SWIFT_FLAGS) --skip-build --filter KillTests

# Prometheus is 96 MB and starts a server of its own where systemd runs: so `make test` does not install it.
metrics-test: packages ## Debian's Prometheus scrapes a running daemon
	@.ci/install-packages prometheus
	$(SWIFT) build $(SWIFT_FLAGS) --build-tests
	$(SWIFT) test $(SWIFT_FLAGS) --skip-build --filter PrometheusTests

fuzz: ## Strangers' bytes against sanitizers and properties: FUZZ_SECONDS=60 for each of three targets
	Tests/Fuzz/run

home-assistant: ## Fetches two releases of Home Assistant, whose schemas and templates tests ask then
	Tests/home-assistant/prepare .build/home-assistant

# Hardware in the loop: the daemon on real kernel GPIO lines, in a machine whose chips are simulated. Builds that
# machine's kernel once (about five minutes) and keeps it, by content, in ~/.cache/farmgate-hil.
HIL_PACKAGES = $(shell sed 's/\#.*//' Hardware/simulated/packages.txt)

hil: packages ## The hardware-in-loop suite, with the libgpiod that is installed
	@.ci/install-packages $(HIL_PACKAGES)
	$(SWIFT) build $(SWIFT_FLAGS) --build-tests
	Hardware/simulated/suite/run "$$($(SWIFT) build $(SWIFT_FLAGS) --show-bin-path)"
	Hardware/simulated/suite/package-tests "$$($(SWIFT) build $(SWIFT_FLAGS) --show-bin-path)"

# The daemon alone knows which libgpiod it was built with; the suite asks the kernel.
hil-gpiod2: packages ## The same suite against libgpiod 2 of Debian 13, unpacked aside
	@.ci/install-packages $(HIL_PACKAGES)
	eval "$$(Hardware/simulated/libgpiod2)" && export PKG_CONFIG_PATH LD_LIBRARY_PATH && \
	$(SWIFT) build $(SWIFT_FLAGS) --scratch-path .build-gpiod2 --product farmgate && \
	$(SWIFT) build $(SWIFT_FLAGS) --scratch-path .build-gpiod2 --product hil && \
	Hardware/simulated/suite/run "$$($(SWIFT) build $(SWIFT_FLAGS) --scratch-path .build-gpiod2 --show-bin-path)" "$$LD_LIBRARY_PATH"

deb: release ## The Debian package of this machine's architecture, in .build-deb
	@.ci/install-packages debhelper dpkg-dev lintian
	systemd/build-package "$$($(SWIFT) build $(RELEASE_FLAGS) --show-bin-path)/farmgate"

# What systemd itself thinks of the unit, at most 1.5; then the package on a Debian 12 without Swift, under its systemd.
package-test: release ## The package installed, run, hurt, upgraded and purged on a fresh Debian 12 in the simulated machine
	@.ci/install-packages debhelper dpkg-dev lintian systemd $(HIL_PACKAGES)
	systemd/check
	systemd/test/package-test "$$(systemd/build-package "$$($(SWIFT) build $(RELEASE_FLAGS) --show-bin-path)/farmgate")"

FIGURES ?=
bench: packages ## Speed and memory, beside their peers: all of it, or FIGURES="memory start"
	@.ci/install-packages rt-tests $(HIL_PACKAGES)
	$(SWIFT) build $(RELEASE_FLAGS) --product farmgate
	$(SWIFT) build $(RELEASE_FLAGS) --product farmgate-bench
	@PYTHONPATH="$$PYTHONPATH:$(CURDIR)/.build/python" Hardware/simulated/with-mqtt-io \
	  "$$($(SWIFT) build $(RELEASE_FLAGS) --show-bin-path)/farmgate-bench" $(FIGURES)
	@$(if $(FIGURES),,Hardware/simulated/edges "$$($(SWIFT) build $(RELEASE_FLAGS) --show-bin-path)")

format: ## Rewrites the sources in the house layout
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests Hardware

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests Hardware

clean:
	$(SWIFT) package clean

packages:
	@.ci/install-packages $(PACKAGES)
