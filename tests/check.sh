#!/bin/bash
# All tests: the dev build's (unit, specification, WASI, images, command line), then the unit tests again under
# the address and undefined-behaviour sanitizers, then every fuzz target for a short time.
# Called by `make check`, which has built the dev preset.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)

echo "==> tests of build/dev"
ctest --preset dev -j "$jobs"

echo "==> unit tests with address and undefined-behaviour sanitizers (clang 22)"
[ -f build/asan/build.ninja ] || cmake --preset asan >/dev/null
cmake --build --preset asan --target unit_tests fuzzers
ctest --preset asan -j "$jobs"

echo "==> fuzzing, ${FUZZ_SECONDS:=5} s a target"
# One seed: whether a change passes is not left to chance. `make fuzz` takes other ways each time.
FUZZ_SEED=1 fuzz/run.sh all "$FUZZ_SECONDS"

echo "==> all tests passed"
