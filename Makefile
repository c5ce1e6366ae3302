# The two commands of the README, and what developers type. CMake does the work.

JOBS = $(shell nproc)
MAKEFLAGS += --no-print-directory
CMAKE_QUIET = --log-level=WARNING

.PHONY: all demo check check-long bench install clean packages-build packages-check

all: packages-build
	@cmake $(CMAKE_QUIET) --preset release
	@cmake --build --preset release -j $(JOBS)

# The real program on a shipped host with an in-memory libvirt.
demo: all
	@build/release/virt-tune --demo $(ARGS)

check: packages-check
	cmake $(CMAKE_QUIET) --preset dev -DBUILD_TESTING=ON
	cmake --build --preset dev -j $(JOBS)
	cmake $(CMAKE_QUIET) --preset release
	cmake --build --preset release -j $(JOBS)
	ctest --preset dev -j $(JOBS)

# The same tests with far more rounds.
check-long: export VIRT_TUNE_LONG = 1
check-long: check

bench: packages-check
	@cmake $(CMAKE_QUIET) --preset release -DBUILD_TESTING=ON >/dev/null
	@cmake --build --preset release -j $(JOBS) >/dev/null
	@tests/bench.sh build/release build/release/hosts
	@tests/bench_hook.sh

install: all
	cmake --install build/release

packages-build:
	@data/install-packages build

packages-check:
	@data/install-packages check

clean:
	rm -rf build
