#!/bin/bash
# Namespaces and a cgroup are there without being asked for: one keeper for the runs of a user holds the first, and makes
# the second for a run that lasts.
source "$(dirname "$0")/../lib.sh"
export XDG_RUNTIME_DIR=$TEST_DIR/runtime
mkdir -m 700 "$XDG_RUNTIME_DIR"
wat ends.wasm <<<'(module (func (export "_start")))'
wat spins.wasm <<<'(module (func (export "_start") (loop (br 0))))'
for module in ends spins; do wherry compile $module.wasm >/dev/null; done
state() { wherry doctor --json | jq -r --arg name "$1" '.findings[] | select(.name == $name and .group == "sandbox") | .state'; }
namespaces_of() { readlink /proc/"$1"/ns/{net,ipc,uts,user}; }
link=$XDG_RUNTIME_DIR/wherry/keeper-1
holder() { readlink "$link" | cut -d. -f2; }
keeper() { ps -o ppid= "$(holder)" | tr -d ' '; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
end_keeper() { # both processes go with it
  local holder keeper
  holder=$(holder) keeper=$(keeper)
  kill -9 "$keeper"
  wait_for 5 is_gone "$holder"
}
cgroups_of() { find /sys/fs/cgroup -type d -name "wherry-$1"; }
has_cgroup() { [[ $(cgroups_of "$1") ]]; }
has_no_cgroup() { ! has_cgroup "$1"; }

# Who wants neither starts none.
run wherry run --no-sandbox namespaces,cgroup ends.wasm
expect_status 0
[[ ! -e $link ]] || fail "a keeper was started for nobody"
# Nor does who asks by name, and so has them alone.
[[ $(state namespaces) == ok ]] || skip "this machine gives no namespaces"
run wherry run --sandbox namespaces ends.wasm
expect_status 0
[[ ! -e $link ]] || fail "a keeper was started for a run with namespaces of its own"

run wherry run ends.wasm
expect_status 0
expect_err ""
first=$(holder)
start log wherry run spins.wasm
shares() { [[ $(namespaces_of "$PID") == "$(namespaces_of "$first")" ]]; }
wait_for 5 shares
expect_equal "$(readlink "$link")" "keeper-1.$first"
[[ $(readlink /proc/"$PID"/ns/net) != "$(readlink /proc/self/ns/net)" ]] || fail "it sees the machine's network"
kill -9 "$PID"
start log wherry run --sandbox namespaces spins.wasm
has_own() { [[ $(readlink /proc/"$PID"/ns/net) != "$(readlink /proc/self/ns/net)" ]]; }
wait_for 5 has_own
[[ $(readlink /proc/"$PID"/ns/net) != "$(readlink /proc/"$first"/ns/net)" ]] || fail "asked for by name, and shared"
kill -9 "$PID"

# It has no descriptor of whoever started it, and listens to what is no request.
expect_equal "$(find /proc/"$(keeper)"/fd -lname "$TEST_DIR/*" ! -lname "$XDG_RUNTIME_DIR/*" | wc -l)" 0
head -c 1000 /dev/urandom >"$XDG_RUNTIME_DIR/wherry/keeper-1.$first"
run wherry run ends.wasm
expect_status 0
expect_equal "$(holder)" "$first"

if [[ $(state cgroup) == ok ]]; then
  start log wherry run --memory-max 64MiB --stack-max 1MiB spins.wasm
  wait_for 5 has_cgroup "$PID"
  memory=$(find /sys/fs/cgroup -path "*/wherry-$PID/memory.*" \( -name memory.limit_in_bytes -o -name memory.max \))
  expect_equal "$(cat "$memory")" $(((64 + 1 + 256) << 20))
  expect_equal "$(wc -l <"$(dirname "$memory")/cgroup.procs")" 1
  kill -9 "$PID"
  wait_for 5 has_no_cgroup "$PID"
  # Whoever stands in no wall is not bounded, whatever somebody writes.
  sleep 60 &
  asleep=$!
  python3 -c 'import struct, sys; sys.stdout.buffer.write(struct.pack("<QQQq", 1 << 20, 1, 1, int(sys.argv[1])))' $asleep \
    >"$XDG_RUNTIME_DIR/wherry/keeper-1.$first"
  start log wherry run spins.wasm
  wait_for 5 has_cgroup "$PID" # asked later
  has_no_cgroup $asleep || fail "bounded what is no run"
  kill -9 "$PID" $asleep
  wait_for 5 has_no_cgroup "$PID"
fi

# Killed, it is started anew; and where none can be, a run has namespaces of its own.
end_keeper
run wherry run ends.wasm
expect_status 0
[[ $(holder) != "$first" ]] || fail "the link leads to who is gone"
expect_equal "$(find "$XDG_RUNTIME_DIR/wherry" -type p | wc -l)" 1
end_keeper
XDG_RUNTIME_DIR=$TEST_DIR/nowhere start log wherry run spins.wasm
wait_for 5 has_own
kill -9 "$PID"
chmod 755 "$XDG_RUNTIME_DIR/wherry"
rm "$link"
run wherry run -v ends.wasm
expect_status 0
expect_err_has "is not ours alone"
[[ ! -e $link ]] || fail "a keeper where others can reach it"
