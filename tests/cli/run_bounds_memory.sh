# Growth beyond a limit fails as the specification wants; what cannot even begin is refused.
source "$(dirname "$0")/../lib.sh"

# Exits with 1 when the memory cannot grow by 16 pages (1 MiB), with 2 when the table cannot by 100.
wat grow.wasm <<'END'
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 16)
  (table $t 10 funcref)
  (func (export "_start")
    (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (call $exit (i32.const 1))))
    (if (i32.eq (table.grow $t (ref.null func) (i32.const 100)) (i32.const -1))
      (then (call $exit (i32.const 2))))))
END
grows() { run wherry run grow.wasm "${@:2}"; expect_status "$1"; }
grows 0
grows 0 --memory-max 3MiB --table-max 110
expect_err ""
grows 1 --memory-max 1088KiB
expect_err "wherry: warning: denied: more than 1088KiB of memory (raise it with --memory-max SIZE)"
grows 2 --memory-max 3MiB --table-max 109
grows 2 --memory-max 2049KiB  # tables count, too
expect_err "wherry: warning: denied: more than 2049KiB of memory (raise it with --memory-max SIZE)"

run wherry run grow.wasm --memory-max 1MiB
expect_status 125
expect_err_has "its memories and tables begin with 1024 KiB, more than the limit of 1024 KiB"
run wherry run grow.wasm --table-max 5
expect_status 125
expect_err_has "table of 10 entries exceeds the limit of 5 entries"

for wrong in "--memory-max 64MB" "--stack-max 1B" "--table-max many" "--timeout soon" "--cpu-time 0"; do
  run wherry run grow.wasm $wrong
  expect_status 125
  expect_err_has "${wrong% *}: "
done

# An image's request lowers the operator's limit and does not raise it.
mkdir app && cp grow.wasm app/
printf '[limits]\nmemory = "1088KiB"\n' >app/wherry.toml
wherry build app -t lower:1 >/dev/null
run wherry run lower:1 --memory-max 3MiB
expect_status 1
printf '[limits]\nmemory = "64MiB"\ntable = 50\n' >app/wherry.toml
wherry build app -t higher:1 >/dev/null
run wherry run -v higher:1 --memory-max 1088KiB
expect_status 1
expect_err_has "limit memory: asked for 64MiB, granted 1088KiB (grant it with --memory-max 64MiB)"
run wherry run higher:1
expect_status 2
run wherry inspect higher:1
expect_status 0
[[ $OUT == *"memory 64MiB"*"table 50"* ]] || fail "$OUT"
