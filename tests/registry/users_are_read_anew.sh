#!/bin/bash
# SIGHUP has the server read its users anew: new ones are let in, removed ones no more, also those whose password was
# right before. A file that is broken, or was replaced by another behind the sandbox, changes nothing and is told.
source "$(dirname "$0")/lib.sh"
htpasswd -Bbc users ann secret 2>/dev/null
serve_registry --htpasswd users
signs_in() { api GET /v2/ -u "$1"; [[ $CODE == "$2" ]]; }
hang_up() {
  kill -HUP "$PID"
  wait_for 10 grep -q "$1" "$SERVER_LOG"
}
signs_in ann:secret 200
signs_in bob:other 401
htpasswd -Bb users bob other 2>/dev/null
htpasswd -D users ann 2>/dev/null
signs_in bob:other 401
hang_up 'read the users anew users=1'
signs_in bob:other 200
signs_in ann:secret 401
echo "nonsense" >users
hang_up 'the users stay as they were'
signs_in bob:other 200
grep -q '^Seccomp:.*2' "/proc/$PID/status" || skip "this machine confines nothing"
: >"$SERVER_LOG"
htpasswd -Bbn ann secret >new
mv new users
hang_up 'write into it, or restart'
signs_in bob:other 200
stop_registry
