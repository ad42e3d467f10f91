#!/bin/busybox sh
# The first and only process of the machine that cgroups_of_version_2.sh makes: prints what it compares.
/bin/busybox --install -s /bin
export PATH=/bin HOME=/home WHERRY_CACHE=/tmp/cache
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmp /tmp
mount -t cgroup2 none /sys/fs/cgroup
exec 2>/tmp/complaints  # of files that go away while they are looked at
cd /sys/fs/cgroup
mkdir -m 700 /tmp/cache
wherry compile /ends.wasm >/dev/null
wherry compile /spins.wasm >/dev/null

# Becomes the run, so that nobody else is where it is.
run() { exec wherry run --sandbox cgroup --memory-max 64MiB --stack-max 1MiB "$@"; }
in_scope() { echo 0 >"$scope/cgroup.procs" && run "$@"; }
left() { find . -name 'wherry-*' | wc -l; }
controllers() { found=$(cat "$scope/cgroup.subtree_control"); echo "${found:-none}"; }
# until_true COMMAND...: for five seconds at most.
until_true() { for _ in $(seq 50); do "$@" && return; sleep 0.1; done; }
is_clean() { [ "$(left)" = 0 ]; }
# Starts `in_scope "$@"` in a new cgroup.
start() {
  scope=scope-$((number += 1))
  mkdir "$scope"
  in_scope "$@" &
}

echo  # what a firmware clears its screen by
echo "= from the root"
(run /ends.wasm)
status=$?
until_true is_clean
echo "status $status, left: $(left)"

echo "= delegated"
start /spins.wasm
until_true grep -q . "$scope"/wherry-*/memory.max
sleep 1
own=$(dirname "$(grep -lx 336592896 "$scope"/wherry-*/memory.max)")
echo "own: $(cat "$own/memory.max" "$own/pids.max" "$own/cpu.max" | xargs) $(wc -l <"$own/cgroup.procs")"
kill -9 "$(cat "$own/cgroup.procs")"
until_true is_clean
echo "killed, left: $(left), controllers: $(controllers)"

# ends: what becomes of a run that is not killed.
ends() {
  wait $!
  status=$?
  until_true is_clean
  echo "status $status, left: $(left), controllers: $(controllers)"
}
echo "= ends by itself"
start /ends.wasm
ends

echo "= not alone"
scope=scope-$((number += 1))
mkdir "$scope"
(echo 0 >"$scope/cgroup.procs"; exec sleep 1000) &
sleep 1
in_scope /ends.wasm &
ends

echo "= without processors"
mkdir outer
echo "-cpu" >cgroup.subtree_control
scope=outer/scope
echo "+memory +pids" >outer/cgroup.subtree_control
mkdir "$scope"
in_scope /ends.wasm &
ends

echo "= by default"
cd /sys/fs/cgroup
echo "+cpu" >cgroup.subtree_control
mkdir /run
wherry run /ends.wasm  # its keeper stays outside of the next one's cgroup
scope=scope-$((number += 1))
mkdir "$scope"
(echo 0 >"$scope/cgroup.procs" && exec wherry run --memory-max 64MiB --stack-max 1MiB /spins.wasm) &
until_true grep -q . "$scope"/wherry-*/memory.max
sleep 1
own=$(echo "$scope"/wherry-*)
echo "own: $(cat "$own/memory.max" "$own/pids.max" "$own/cpu.max" | xargs) $(wc -l <"$own/cgroup.procs")"
kill -9 "$(cat "$own/cgroup.procs")"
until_true is_clean
echo "killed, left: $(left)"
echo "= end"
poweroff -f
