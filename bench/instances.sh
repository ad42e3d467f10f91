#!/bin/bash
# What instances cost in one process:
#   bench/instances.sh FOLDER_OF_THE_PROGRAMS WORK_FOLDER      (called by bench/run.sh)
set -euo pipefail
bin=$1 work=$2
cmake --build "$bin/.." --target bench_instances >/dev/null
for module in one_mebibyte two_pages; do wat2wasm "bench/$module.wat" -o "$work/$module.wasm"; done

echo "make, call and drop one, with a memory of 1 MiB"
for threads in 1 2; do "$bin/instances" cycle "$work/one_mebibyte.wasm" run $threads; done
echo "many at once, with a memory of two pages"
"$bin/instances" live "$work/two_pages.wasm" run 10000
