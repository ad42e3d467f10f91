#!/bin/sh
# Builds fuzz targets, gives them their first inputs, and runs each for so many seconds:
#   fuzz/run.sh TARGET|all SECONDS
# Inputs that are found are kept in build/asan/corpus/TARGET for the next run; an input that fails
# is written to build/asan/TARGET-*, and the exit code is not 0.
# FUZZ_SEED, a number, makes runs that begin alike; without it each run takes another way.
# FUZZ_BUILD_DIR builds elsewhere.
set -eu

if [ $# -ne 2 ]; then
  echo "usage: fuzz/run.sh TARGET|all SECONDS" >&2
  exit 2
fi
source_dir=$(cd "$(dirname "$0")/.." && pwd)
build_dir=${FUZZ_BUILD_DIR:-$source_dir/build/asan}
jobs=${JOBS:-$(nproc)}
cd "$source_dir"
[ -f "$build_dir/build.ninja" ] || cmake --preset asan -B "$build_dir" >/dev/null

if [ "$1" = all ]; then
  cmake --build "$build_dir" --target fuzzers --parallel "$jobs"
  # Several at a time, so each writes to a file of its own, which is shown where the target has failed.
  export build_dir seconds="$2"
  for source in fuzz/*.cc; do basename "$source" .cc; done | xargs -P "$jobs" -I TARGET sh -c '
    log=$build_dir/fuzz/TARGET.log
    if fuzz/run.sh TARGET "$seconds" >"$log" 2>&1; then
      echo "TARGET: $(sed -n "s/^stat::number_of_executed_units: *//p" "$log") inputs"
    else
      tail -n 100 "$log" >&2; echo "TARGET: failed ($log)" >&2; exit 1
    fi'
  exit
fi
target=$1
seconds=$2
corpus_dir=$build_dir/corpus/$target
cmake --build "$build_dir" --target "$target" --parallel "$jobs" >/dev/null

mkdir -p "$corpus_dir"
case $target in
  wasm_*)
    for wat in fuzz/seeds/*.wat; do
      wasm=$corpus_dir/$(basename "$wat" .wat).wasm
      wat2wasm --enable-extended-const --debug-names -o "$wasm" "$wat"
    done ;;
  oci_tar_layer)
    tar cf "$corpus_dir/plain" fuzz/seeds
    gzip -c "$corpus_dir/plain" >"$corpus_dir/gzip"
    zstd -qfo "$corpus_dir/zstd" "$corpus_dir/plain"
    tar -C fuzz --format=pax -cf "$corpus_dir/pax" seeds ;;
  spin_application) cp fuzz/seeds/spin/*.json "$corpus_dir" ;;
  artifact)  # large enough for a page of code
    head -c 5000 /dev/zero | tr '\0' '\1' >"$corpus_dir/ones" ;;
  application_file|policy_file)
    for toml in examples/*/wherry.toml; do
      cp "$toml" "$corpus_dir/$(basename "$(dirname "$toml")").toml"
    done ;;
esac

# Sequences of calls are long from the start: one call alone does little.
case $target in
  wasi_calls) set -- -len_control=0 ;;
  *) set -- ;;
esac

# 8 KiB reach every rule; an input that needs more than 512 MiB, or 10 s, is a finding.
exec "$build_dir/fuzz/$target" "$corpus_dir" "$@" \
  -max_total_time="$seconds" -max_len=8192 -rss_limit_mb=512 -timeout=10 \
  -seed="${FUZZ_SEED:-0}" -print_final_stats=1 -artifact_prefix="$build_dir/$target-"
