#!/bin/bash
# No path, link, descriptor, pointer or race gets a guest out of its folder: by the kernel's lookup and by ours, and
# with the first wall alone.
source "$(dirname "$0")/adversary.sh"

for way in "${WAYS[@]}"; do
  for probe in "${PROBES[@]}"; do
    lay_out
    run "$way" "$probe"
    expect_status 0
    [[ $OUT == *"$probe: done" ]] || fail "$way $probe ended early: $OUT $ERR"
    [[ $OUT != *ESCAPED* ]] || fail "$way $probe: $(grep ESCAPED <<<"$OUT")"
    expect_equal "$(cat outside/secret)" secret "$way $probe"
    expect_equal "$(ls outside | xargs)" "link secret" "$way $probe"
    case $probe in
      # The four: results of 4 bytes that end where the memory does, or before.
      pointers)
        [[ $OUT == *"164 refused, 4 taken"*"overlapping results: kept"* ]] || fail "$way: $OUT" ;;
      rights) [[ $OUT == *"lost rights: 18 of 18 refused"* ]] || fail "$way: $OUT" ;;
      guess) [[ $OUT == *"guessed descriptors: none"* ]] || fail "$way: $OUT" ;;
      read) # what leads nowhere outside works
        [[ $OUT == *"read folder/../../granted"*"errno 76"* ]] || fail "$way: $OUT" ;;
    esac
  done
done

# Where the machine's /proc is granted: files, and no way by its links to where they lead.
FOLDER=/proc
for way in "${WAYS[@]}"; do
  run "$way" magic
  [[ $OUT == *"status: errno 0"*"magic: done"* ]] || fail "$way: $OUT $ERR"
  [[ $OUT != *ESCAPED* && $OUT != *inside* ]] || fail "$way: $OUT"
done
FOLDER=granted

# Nodes of devices, which only root can make; the log of the kernel is one that a machine has.
lay_out
if { mknod granted/memory c 1 11 && mknod granted/disk b 7 0 && mknod granted/null c 1 3 && : <granted/memory; } 2>/dev/null; then
  ln -s disk granted/up_disk
  for way in "${WAYS[@]}"; do
    run "$way" devices
    [[ $OUT == *"null: errno 0"*"devices: done"* && $OUT != *ESCAPED* ]] || fail "$way: $OUT $ERR"
  done
fi

for way in by_kernel_alone by_walk_alone; do
  race "$way" race-changes 3000
  expect_status 0
  [[ $OUT != *" 0 done"* && $OUT != *"race: 0 refused"* ]] || fail "$way met no race: $OUT"
  expect_equal "$(cat outside/secret)" secret "$way"
  expect_equal "$(ls outside | xargs)" "link secret" "$way"
  expect_equal "$(stat -c %Y outside/secret)" "$SECRET_TIME" "$way"
  race "$way" race 20000
  [[ $OUT == *" 0 escaped"* ]] || fail "$way: $OUT"
  # Both sides of the race were met, or it was none.
  [[ $OUT != *" 0 inside"* && $OUT != *"race: 0 refused"* ]] || fail "$way met no race: $OUT"
done
