#!/bin/bash
# The password is typed at the terminal and not shown there; an interrupt ends it.
source "$(dirname "$0")/lib.sh"
htpasswd -Bbn alice secret >htpasswd
REGISTRY=127.0.0.1:$(free_port)
start_registry_with private "$REGISTRY" <<YML
http: {addr: "$REGISTRY"}
auth: {htpasswd: {realm: private, path: $PWD/htpasswd}}
YML
cat >type.py <<'PYTHON'
import os, pty, signal, sys, termios, time
def say(keys):
    child, terminal = pty.fork()
    if child == 0: os.execvp("wherry", ["wherry", "login", sys.argv[1]])
    seen = b""
    for prompt, typed in (b"user: ", b"alice\n"), (b"password: ", keys):
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
seen, code = say(b"secret\n")
assert code == 0 and "logged in" in seen, (seen, code)
assert "secret" not in seen, seen
seen, code = say(b"\x03")
assert code in (-signal.SIGINT, 1), (seen, code)
PYTHON
run python3 type.py "$REGISTRY"
expect_status 0
grep -q '"auth"' "$HOME/.docker/config.json" || fail "not kept"
