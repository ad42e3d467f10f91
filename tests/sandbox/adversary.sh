# Sourced by the scripts of the adversarial suite: builds the guest, lays out its folder and what is outside.
source "$(dirname "$0")/../lib.sh"
clang-22 --target=wasm32-wasi -Wno-deprecated -O2 "$WHERRY_SOURCE/tests/sandbox/programs/adversary.c" -o adversary.wasm

lay_out() {
  rm -rf granted outside
  mkdir -p granted/folder granted/swap outside
  echo inside | tee granted/file granted/spare granted/swap/secret >/dev/null
  echo secret >outside/secret
  SECRET_TIME=$(stat -c %Y outside/secret)
  ln -s target outside/link
  ln -s ../outside/secret granted/up
  ln -s ../../outside/secret granted/folder/up
  ln -s ../outside granted/up_folder
  ln -s "$PWD/outside/secret" granted/absolute
  ln -s "$PWD/outside" granted/absolute_folder
  ln -s folder/up granted/chained
  ln -s ../outside/created granted/dangling
  ln -s /proc granted/proc
  ln -s /dev granted/dev
  ln -s loop granted/loop
  ln -s file granted/links_0
  for number in {1..45}; do ln -s "links_$((number - 1))" "granted/links_$number"; done
  ln -s ../outside granted/swapped
  mkfifo granted/pipe
}

# Each way to run a guest: the module with its words, on the folder that is granted.
FOLDER=granted
by_kernel() { wherry run --dir "$FOLDER:/granted" adversary.wasm "$@"; }
by_walk() { "$WHERRY_HOSTILE" without openat2 wherry run --dir "$FOLDER:/granted" adversary.wasm "$@"; }
# The first wall alone, so that nothing is refused by the second that the first let through.
by_kernel_alone() { wherry run --no-sandbox all --dir "$FOLDER:/granted" adversary.wasm "$@"; }
by_walk_alone() {
  "$WHERRY_HOSTILE" without openat2 wherry run --no-sandbox all --dir "$FOLDER:/granted" adversary.wasm "$@"
}
on_node() { node --no-warnings "$WHERRY_SOURCE/tests/sandbox/node_run.mjs" "$FOLDER" adversary.wasm "$@"; }

WAYS=(by_kernel by_walk by_kernel_alone by_walk_alone)
PROBES=(read change names guess renumber pointers rights)

# race WAY PROBE TRIES: while another process exchanges a folder of the guest's with a link to outside.
race() {
  lay_out
  start swap.log "$WHERRY_HOSTILE" exchange granted/swap granted/swapped
  run "$@"
  kill "$PID"
}
