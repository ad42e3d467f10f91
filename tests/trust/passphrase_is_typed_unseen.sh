#!/bin/bash
# A new key's passphrase is typed twice at the terminal, and not shown there; two different ones make no key.
source "$(dirname "$0")/lib.sh"
cat >type.py <<'PYTHON'
import os, pty, sys, time
def create(name, first, second):
    child, terminal = pty.fork()
    if child == 0: os.execvp("wherry", ["wherry", "keys", "create", name])
    seen = b""
    for prompt, typed in (b"passphrase of key " + name.encode() + b": ", first), (b"once more: ", second):
        while prompt not in seen: seen += os.read(terminal, 1000)
        time.sleep(0.1)  # echo is off now
        os.write(terminal, typed)
    try:
        while True:
            more = os.read(terminal, 1000)
            if not more: break
            seen += more
    except OSError: pass
    return seen.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
seen, code = create("release", b"correct horse\n", b"correct horse\n")
assert code == 0 and "BEGIN PUBLIC KEY" in seen, (seen, code)
assert "correct" not in seen, seen
seen, code = create("other", b"correct horse\n", b"battery staple\n")
assert code == 1 and "the two passphrases differ" in seen, (seen, code)
assert "correct" not in seen and "battery" not in seen, seen
PYTHON
run timeout 60 python3 type.py
expect_status 0
add_small_image demo:1
sign_image demo:1 release
[[ ! -e $XDG_CONFIG_HOME/wherry/keys/other.key ]] || fail "made all the same"
