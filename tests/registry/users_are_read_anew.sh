#!/bin/bash
# SIGHUP has the server read its users anew: new ones are let in, removed ones no more, also those whose password was
# right before. A file may also be replaced by another; one that is broken changes nothing and is told.
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
htpasswd -Bbn ann secret >new
htpasswd -Bbn eve third >>new
mv new users
hang_up 'read the users anew users=2'
signs_in ann:secret 200
signs_in bob:other 401
: >"$SERVER_LOG"
rm users
hang_up 'the users stay as they were.*users: '
signs_in ann:secret 200
# The process that opens files for the server ends with it, however that ends.
opener=$(cat "/proc/$PID/task/$PID/children")
[[ $opener ]] || fail "no process to open files"
stop_registry KILL
wait_for 10 eval "! kill -0 $opener"
