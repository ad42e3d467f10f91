#!/bin/bash
# Writes src/cli/start_order.txt, the functions that `wherry run` calls from its start to its end: the linker lays them
# side by side, so that a start touches few pages of the program (docs/performance.md). A name that is no longer there
# is passed over, and a function that is missing only lies elsewhere: the list is worth renewing when
# bench/run.sh shows more page faults than it did, not with every change.
#   packaging/start-order.sh [BIN]        BIN: folder of the programs of a release build; needs valgrind
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(realpath "${1:-build/release/bin}")
command -v valgrind >/dev/null || { echo "start-order: valgrind is missing (apt-get install valgrind)" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export WHERRY_STORE=$work/store WHERRY_CACHE=$work/cache
mkdir "$work/data"
"$bin/wherry" build examples/hello -t hello:1 >/dev/null
cp "$(grep -l -a -m1 -P '\A\x00asm' "$WHERRY_STORE"/blobs/sha256/* | head -1)" "$work/hello.wasm"
starts=("$work/hello.wasm" hello:1 "--dir $work/data:/data:ro --env A=b $work/hello.wasm")
for start in "${starts[@]}"; do "$bin/wherry" run $start >/dev/null; done # compiles
sleep 5 # then digests are remembered, as those of files of longer standing are
count=0
for start in "${starts[@]}"; do
  "$bin/wherry" run $start >/dev/null
  valgrind --tool=callgrind --demangle=no --callgrind-out-file="$work/calls.$((++count))" \
    "$bin/wherry" run $start >/dev/null 2>&1
done
# callgrind writes a name where it first meets it: fn=(12) name, of a recursive call name'2. The C library has several
# forms of its string functions, and valgrind's processor takes AVX2's; its kernel has no Landlock, so that the sandbox
# goes in as a whole.
{
  printf '%s\n' _start __libc_start_main __libc_start_call_main main __libc_close
  nm "$bin/wherry" | grep -o '_ZNK\?6wherry7sandbox.*'
  grep -hoE '^c?fn=\([0-9]+\) .*' "$work"/calls.* | sed -E "s/^c?fn=\([0-9]+\) //; s/'[0-9]+$//" | grep -v '^(below' |
    sed -E 'h; s/_avx2_(rtm|movbe)$/_avx2/; s/_avx2?(_unaligned_erms)?$/_evex\1/p; s/_evex(_unaligned_erms)$/_avx512\1/p; x'
} |
  LC_ALL=C sort -u >"$work/order"
mv "$work/order" src/cli/start_order.txt
echo "src/cli/start_order.txt: $(wc -l <src/cli/start_order.txt) names"
