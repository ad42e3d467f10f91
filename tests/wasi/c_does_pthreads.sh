# A C program of pthreads and of C11's threads, by clang and wasi-libc, does the same as on any system, and is ended whole.
source "$(dirname "$0")/../lib.sh"
source "$WHERRY_SOURCE/tests/wasi/pthreads.sh"
make_pthreads
build_pthreads "$WHERRY_SOURCE/tests/wasi/programs/pthreads.c" app.wasm

for _ in 1 2 3; do
  run timeout 60 wherry run app.wasm
  expect_status 3
  expect_out "counted: 80000 80000, own: 120020 5
handed over: 2001000
rounds: 200
written: 2000
initialized: 1, destroyed: 200
timed out: 12
allocated
C11: 80000 12"
  expect_equal "$(sort <<<"$ERR" | uniq -c | tr -s ' ')" " 800 a line of text"
done
run timeout 60 wherry run app.wasm abort
expect_status 134
run timeout 60 wherry run app.wasm --threads-max 3
expect_status 134  # the program insists on four more
