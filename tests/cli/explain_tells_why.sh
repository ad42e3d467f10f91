# wherry explain shows what is requested, granted and given, and why; nothing is run.
source "$(dirname "$0")/../lib.sh"

mkdir app && echo '(module (memory (export "memory") 1) (func (export "_start") unreachable))' >app/main.wat
cat >app/wherry.toml <<'TOML'
name = "app"
[permissions]
directories = [{ guest = "/asked", access = "read-write" }, { guest = "/missing" }]
connect = ["tcp://*.example.com:443"]
TOML
wherry build app -t app:1 >/dev/null

run wherry explain app:1 --dir d:/asked:ro --dir d:/unasked --connect 'tcp://*:*' --json
expect_status 0
field() { python3 -c 'import json, sys
lines = {l["resource"]: l for l in json.load(sys.stdin)["permissions"]}
print(lines[sys.argv[1]][sys.argv[2]])' "$@" <<<"$OUT"; }
expect_equal "$(field 'directory /asked' verdict)" narrowed
expect_equal "$(field 'directory /asked' effective)" read-only
expect_equal "$(field 'directory /asked' granted)" "read-only, by --dir d:/asked:ro"
expect_equal "$(field 'directory /asked' way_out)" "grant it with --dir d:/asked:rw"
expect_equal "$(field 'directory /missing (read-only)' verdict)" not-granted
expect_equal "$(field 'directory /unasked' verdict)" not-requested
expect_equal "$(field connect effective)" "tcp://*.example.com:443"

run wherry explain app/main.wat.wasm
expect_status 1
cp "$WHERRY_STORE"/blobs/sha256/"$(wherry inspect app:1 --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["module"]["digest"][7:])')" bare.wasm
run wherry explain bare.wasm --dir d --clock coarse
expect_status 0
[[ $OUT == *"directory /d"*"granted    read-write, by --dir d"*"effective  read-write"* ]] || fail "$OUT"
[[ $OUT == *"clock"*"granted    coarse, by --clock coarse"*"effective  coarse"* ]] || fail "$OUT"

# A command line of wherry run is taken as it is; nothing is run, and nothing written.
run wherry explain bare.wasm --arg a --argv0 n --record file --sandbox landlock --no-sandbox cgroup -v -- --word
expect_status 0
[[ ! -e file ]] || fail "recorded"
printf '[[rule]]\n[rule.cap]\nstdio = []\nrandom-seed = 1\n' >policy.toml
run wherry explain bare.wasm --policy policy.toml
[[ $OUT == *"stdio"*"effective  none"*"policy.toml:2 allows none"* ]] || fail "$OUT"
[[ $OUT == *"random numbers"*"effective  seeded with 1"*"policy.toml:2 allows"* ]] || fail "$OUT"
