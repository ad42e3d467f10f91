#!/usr/bin/env bash
# Ctrl-C in the middle of a build leaves nothing behind: no image, no temporary folder.
source "$(dirname "$0")/../lib.sh"

export TMPDIR=$TEST_DIR/tmp
mkdir "$TMPDIR" app bin
echo '(module (func (export "_start")))' >app/app.wat
# A compiler that takes its time.
printf '#!/bin/sh\nexec sleep 60\n' >bin/wat2wasm
chmod +x bin/wat2wasm
PATH="$WORK/bin:$PATH" setsid wherry-build app -t app:1 >out 2>&1 </dev/null &
group=$!
wait_for 10 pgrep -g "$group" sleep
kill -INT -- "-$group"
status=0
wait "$group" || status=$?
expect_equal "$status" 130
expect_equal "$(ls -A "$TMPDIR")" ""
[[ ! -e $WHERRY_STORE ]] || fail "a store was made"
