#!/bin/bash
# Lists the files that a program and its children open, and fails where one is a shared library:
#   bench/opened_files.sh COMMAND [ARGUMENT...]
set -euo pipefail
trace=$(mktemp)
trap 'rm -f "$trace"' EXIT
strace -f -qq -e trace=execve,open,openat,openat2 -o "$trace" "$@" >/dev/null
sed -nE 's/^[0-9]+ +(execve|open|openat|openat2)\(([^"]*)"([^"]*)".* = ([0-9]+).*/\3/p' "$trace" | sort | uniq -c
if grep -E '\.so' "$trace"; then
  echo "a shared library is loaded" >&2
  exit 1
fi
echo "shared libraries: none"
