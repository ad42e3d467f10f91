#!/bin/bash
# The size of artifacts by section, what a snapshot saves, and what two processes share that run the same artifact:
#   bench/artifacts.sh FOLDER_OF_THE_PROGRAMS WORK_FOLDER      (called by bench/run.sh)
set -euo pipefail
bin=$1 work=$2
cmake --build "$bin/.." --target bench_artifact_sections >/dev/null

compile_c() { clang-22 --target=wasm32-wasi -Wno-deprecated -O2 "$1" -o "$2"; }
compile_c examples/hello/main.c "$work/hello_c.wasm"
compile_c bench/shared_pages.c "$work/table.wasm"
"$bin/wherry" snapshot "$work/table.wasm" -o "$work/table.snapshot.wasm" --init wherry.initialize
words=()
for module in hello_c table table.snapshot; do
  "$bin/wherry" compile "$work/$module.wasm" -o "$work/$module.artifact" >/dev/null
  words+=("$module ($(stat -c %s "$work/$module.wasm" | numfmt --to=iec))" "$work/$module.artifact")
done
"$bin/artifact_sections" "${words[@]}"

echo
echo "two processes that run table.snapshot at once: what they have of the artifact in memory, KiB of the first"
wherry="$bin/wherry"
mkfifo "$work/hold"
"$wherry" run "$work/table.snapshot.wasm" </dev/null >/dev/null # compiles it
exec 3<>"$work/hold"
pids=()
for number in 1 2; do
  "$wherry" run "$work/table.snapshot.wasm" <"$work/hold" 3>&- >"$work/out.$number" &
  pids+=($!)
done
trap 'kill "${pids[@]}" 2>/dev/null' EXIT
for number in 1 2; do until [ -s "$work/out.$number" ]; do sleep 0.05; done; done
awk '/artifacts\// { mapping = 1; flags = $2; next } /^[0-9a-f]+-/ { mapping = 0 }
  mapping && /^(Rss|Shared_Clean|Private_Clean|Private_Dirty):/ { sum[flags, $1] += $2; seen[flags] = 1 }
  END {
    name["r-xp"] = "code"; name["rw-p"] = "initial memory"; name["r--p"] = "records"
    printf "%-24s %10s %13s %14s %14s\n", "", "resident", "Shared_Clean", "Private_Clean", "Private_Dirty"
    for (flags in seen)
      printf "%-24s %10d %13d %14d %14d\n", name[flags], sum[flags, "Rss:"], sum[flags, "Shared_Clean:"],
        sum[flags, "Private_Clean:"], sum[flags, "Private_Dirty:"]
  }' "/proc/${pids[0]}/smaps"
