# What people do with this tree; CMake does the building. `make demo` and `make check` install what they need.
#   make demo      build Wherry, then take the primorial service from C source to an answered curl
#   make check     build and run all tests, sanitizers and a short fuzzing run included
#   make check-realworld   run large programs of npm packages: python, esbuild, clang (minutes of compiling)
#   make bench     measure, side by side with native programs and nginx
#   make install   PREFIX=/usr/local DESTDIR=
#   make deb       a Debian package in build/release
#   make fuzz      fuzz every target, and compare with V8 on random modules, for SECONDS (default 60) each

PREFIX ?= /usr/local
DESTDIR ?=
SECONDS ?= 60
export NINJA_STATUS = [%f/%t %es] 

.PHONY: demo check check-realworld bench release dev install deb fuzz format clean
.DEFAULT_GOAL := release

release: packages-build
	@[ -f build/release/build.ninja ] || cmake --preset release
	@cmake --build --preset release

dev: packages-build packages-toolchains packages-test
	@[ -f build/dev/build.ninja ] || cmake --preset dev
	@cmake --build --preset dev

packages-%:
	@packaging/install-packages.sh $*

demo: release packages-toolchains packages-test
	@examples/demo.sh build/release/bin

check: dev
	@tests/check.sh

check-realworld: dev
	@cmake --build --preset dev --target check_realworld

bench: release packages-toolchains packages-bench
	@bench/run.sh build/release/bin

install:
	@[ -x build/release/bin/wherry ] || { echo "nothing is built yet: run make first" >&2; exit 1; }
	DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(PREFIX)" --strip

deb: release
	cd build/release && cpack -G DEB

fuzz: dev
	@fuzz/run.sh all $(SECONDS)
	@node fuzz/differential/run.mjs --runner build/dev/bin/differential_runner --seed $$(date +%s) --seconds $(SECONDS)

format: packages-format
	git ls-files '*.cc' '*.h' | xargs clang-format-22 -i

clean:
	rm -rf build
