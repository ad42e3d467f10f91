#!/bin/bash
# All benchmarks, side by side with what they are compared to, in one run:
#   bench/run.sh [FOLDER OF THE PROGRAMS]      (build/release/bin unless given)
# ROUNDS (200) are the runs of each program of the cold start; SECONDS_A_ROUND (3) and HTTP_ROUNDS (5) are those of
# HTTP; STEADY_ROUNDS (5) those of the steady state. bench/README.md says what is measured.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(realpath "${1:-build/release/bin}")
[ -x "$bin/wherry" ] || { echo "bench: there is no $bin/wherry: run make first" >&2; exit 1; }

missing=()
need() { PATH=$PATH:/usr/sbin command -v "$1" >/dev/null || missing+=("$2"); }
need wrk wrk
need nginx nginx-light
need clang-22 clang-22
need strace strace
need c++ g++
need curl curl
need openssl openssl
need node nodejs
need docker-registry docker-registry
need python3 python3
need wat2wasm wabt
if ((${#missing[@]})); then
  echo "bench: missing programs; install them with: apt-get install ${missing[*]}" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export WHERRY_STORE=$work/store WHERRY_CACHE=$work/cache PATH=$bin:$PATH:/usr/sbin

echo "machine: $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(uname -sr), load $(cut -d' ' -f1 /proc/loadavg)"
c++ -std=c++20 -O2 -Wall -Wextra bench/cold_start.cc -o "$work/cold_start"
cc -O2 -static examples/hello/main.c -o "$work/hello-static"
cc -O2 examples/hello/main.c -o "$work/hello-dynamic"
wherry build examples/hello -t hello:1 >/dev/null
# The module of that image, for the row without an image.
cp "$(grep -l -a -m1 -P '\A\x00asm' "$WHERRY_STORE"/blobs/sha256/* | head -1)" "$work/hello.wasm"
for what in "$work/hello.wasm" hello:1; do wherry run "$what" >/dev/null; done # compiles it
sleep 5 # then its digest may be remembered, which is what happens to files of longer standing
wherry run "$work/hello.wasm" >/dev/null

echo
echo "== cold start: a hello world in C, from exec to exit"
"$work/cold_start" "${ROUNDS:-200}" \
  "native, static" "$work/hello-static" -- \
  "native, dynamic" "$work/hello-dynamic" -- \
  "wherry run hello.wasm" "$bin/wherry" run "$work/hello.wasm" -- \
  "wherry run hello:1 (image)" "$bin/wherry" run hello:1

echo
echo "== the second wall, layer by layer"
cmake --build "$bin/.." --target bench_sandbox_layers >/dev/null
"$bin/sandbox_layers" "${ROUNDS:-200}"

echo
echo "== files that wherry run hello:1 opens"
bench/opened_files.sh "$bin/wherry" run hello:1

echo
echo "== instances in one process"
bench/instances.sh "$bin" "$work"

echo
echo "== artifacts: sizes, and what processes share"
bench/artifacts.sh "$bin" "$work"

echo
echo "== HTTP: hello, an instance for each request, beside nginx with a static file"
bench/http.sh "$bin" "$work"

echo
echo "== an image of 100 MB to and from a registry"
bench/transfer.sh "$bin" "$work"

echo
echo "== wherry registry serve beside docker-registry"
bench/registry.sh "$bin" "$work"

echo
echo "== steady state: C, natively (clang -O3), on wherry and on node (V8)"
bench/steady.py "$bin" "$work" --rounds "${STEADY_ROUNDS:-5}"

echo
echo "== compiling: modules from npm packages"
if command -v npm >/dev/null; then
  bench/compile_speed.py "$bin" build/bench-modules
else
  echo "skipped: there is no npm to fetch them with"
fi
