#!/bin/bash
# With the first wall gone, a guest that makes any system call it likes gets nowhere: every attempt is refused, or
# ends the process. The same attempts succeed without the second wall, or else they would prove nothing.
source "$(dirname "$0")/../lib.sh"
clang-22 --target=wasm32-wasi -Wno-deprecated -O2 "$WHERRY_SOURCE/tests/sandbox/programs/fallen.c" -o fallen.wasm
mkdir granted outside
echo secret >granted/file
python3 -c '
import socket, time
ports = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[port.getsockname()[1] for port in ports], flush=True)
time.sleep(600)' >ports &
STARTED+=($!)
wait_for 10 test -s ports
read -r granted_port other_port <ports

# What the shell says of processes that a signal ends is not wanted.
attempt() { { run "$WHERRY_FALLEN" "${FLAGS[@]}" --dir granted:/granted fallen.wasm "$@"; } 2>/dev/null; }
REFUSED=0
is_refused() { ((STATUS == 1 || STATUS == 128 + 31)); } # an error, or SIGSYS

# refused ATTEMPT [WORD]: succeeds without the wall, and is refused behind it.
refused() {
  FLAGS=(--no-wall)
  rm -rf outside && mkdir outside && echo secret >outside/file
  attempt "$@"
  expect_status 0
  refused_anyway "$@"
}
# The same where a machine may refuse it without our help: to who is not root, or in a container.
refused_anyway() {
  FLAGS=("${NETWORK[@]}")
  rm -rf outside && mkdir outside && echo secret >outside/file
  attempt "$@"
  is_refused || fail "$* is not refused: $STATUS $OUT $ERR"
  REFUSED=$((REFUSED + 1))
}
NETWORK=()

# What is granted is there: the attempts themselves work.
FLAGS=()
attempt read granted/file
expect_status 0
FLAGS=(--connect "tcp://127.0.0.1:$granted_port")
attempt connect "$granted_port"
expect_status 0

for path in /etc/passwd / outside/file /proc/self/environ /proc/self/maps /proc/self/mem /proc/self/cmdline \
  /proc/1/cmdline /sys /dev/null /dev/urandom "granted/../outside/file"; do
  # The first byte of a process's memory is not mapped, so that reading it fails anyhow.
  if [[ $path == */mem ]]; then refused_anyway read "$path"; else refused read "$path"; fi
done
for call in old-open openat2; do refused "$call" /etc/passwd; done
for call in truncate unlink chmod; do refused "$call" outside/file; done
for call in create mkdir symlink mknod; do refused "$call" outside/new; done
for call in chmod mknod; do refused_anyway "$call" granted/new; done
refused_anyway name-to-handle
for call in execve execveat memfd fork clone3 code memory-to-code; do refused "$call"; done
for call in kill tkill tgkill pidfd signal-by-owner; do refused "$call" $$; done
for call in ptrace vm-read vm-write; do refused_anyway "$call" $$; done
for call in socket unix-socket netlink; do refused "$call"; done
refused connect "$other_port"
for call in unshare chroot bpf io-uring perf userfault key raw-socket other-numbers; do refused_anyway "$call"; done
refused_anyway mount outside
for call in shared-memory personality; do refused "$call"; done

# With one port granted, sockets there are; for no other port, and no other family.
NETWORK=(--connect "tcp://127.0.0.1:$granted_port")
refused connect "$other_port"
for call in unix-socket netlink; do refused "$call"; done
refused_anyway raw-socket

# Typing into the terminal that the command was started from, which would be executed once it has ended.
terminal() {
  STATUS=0
  script -qec "$(printf '%q ' "$WHERRY_FALLEN" "$@" fallen.wasm type-into-terminal)" /dev/null </dev/null >out ||
    STATUS=$?
}
terminal
is_refused || fail "typed into the terminal"
grep -q 'error 1' out || fail "not refused by the wall: $(cat out)"

echo "$REFUSED attempts refused"
