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
      pointers) [[ $OUT == *"164 refused, 4 taken"* ]] || fail "$way: $OUT" ;;
      rights) [[ $OUT == *"lost rights: 18 of 18 refused"* ]] || fail "$way: $OUT" ;;
      guess) [[ $OUT == *"guessed descriptors: none"* ]] || fail "$way: $OUT" ;;
      read) # what leads nowhere outside works
        [[ $OUT == *"read folder/../../granted"*"errno 76"* ]] || fail "$way: $OUT" ;;
    esac
  done
done

for way in by_kernel_alone by_walk_alone; do
  race "$way" 20000
  [[ $OUT == *" 0 escaped"* ]] || fail "$way: $OUT"
  # Both sides of the race were met, or it was none.
  [[ $OUT != *" 0 inside"* && $OUT != *"race: 0 refused"* ]] || fail "$way met no race: $OUT"
done
