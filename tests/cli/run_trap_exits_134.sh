# A trap prints code, function and offset, and exits with 134.
source "$(dirname "$0")/../lib.sh"

cat >trap.wat <<'EOF'
(module
  (func $divide (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (memory 1)
  (func (export "_start") (drop (call $divide (i32.const 1) (i32.const 0)))))
EOF
wat2wasm --debug-names trap.wat -o trap.wasm
run wherry run trap.wasm
expect_status 134
expect_out ""
# The offset is that of i32.div_s (0x6d) itself.
offset=$(python3 - <<'EOF'
data = open("trap.wasm", "rb").read()
print(hex(data.index(bytes([0x20, 0, 0x20, 1, 0x6d])) + 4))
EOF
)
expect_err "wherry: error: trap: integer divide by zero in function #0 <divide> at offset $offset program=trap.wasm"

# Each rule has its words.
check() {
  wat case.wasm <<<"(module (memory 1 1) (table 1 funcref) (type \$t (func)) (func (export \"_start\") $2))"
  run wherry run case.wasm
  expect_status 134
  expect_err_has "trap: $1 in function"
}
check "unreachable" "unreachable"
check "out of bounds memory access" "(drop (i32.load (i32.const 65536)))"
check "out of bounds memory access" "(i32.store offset=4294967295 (i32.const -1) (i32.const 0))"
check "integer overflow" "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))"
check "uninitialized element" "(call_indirect (type \$t) (i32.const 0))"
check "undefined element" "(call_indirect (type \$t) (i32.const 1))"
check "invalid conversion to integer" "(drop (i32.trunc_f32_s (f32.const nan)))"
