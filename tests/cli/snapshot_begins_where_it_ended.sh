# A snapshot of a C program begins with the table, the heap and the globals that its initialisation made.
source "$(dirname "$0")/../lib.sh"

cat >table.c <<'C'
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t table[10000];
static char* text;
static int runs;

__attribute__((export_name("wherry.initialize"))) void initialize(void) {
  for (uint32_t i = 0; i < 10000; i++) table[i] = i * i % 65521;
  text = malloc(1 << 20);
  for (int i = 0; i < (1 << 20); i++) text[i] = "snapshot"[i % 8];
  runs++;
}

int main(void) {
  uint64_t sum = 0;
  if (!runs) initialize();
  for (int i = 0; i < 10000; i++) sum += table[i];
  char* more = malloc(100000);
  for (int i = 0; i < 100000; i++) more[i] = 1;
  for (int i = 0; i < (1 << 20); i++) sum += text[i];
  printf("%d %llu\n", runs, (unsigned long long)sum);
  return getenv("MISSING") != NULL;
}
C
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt table.c -o table.wasm 2>"$TEST_DIR/clang" || fail "$(cat "$TEST_DIR/clang")"
run wherry run table.wasm
expect_status 0
plain=$OUT

run wherry snapshot table.wasm -o snapshot.wasm
expect_status 0
run wherry run snapshot.wasm
expect_status 0
expect_out "$plain"
wasm-objdump -x snapshot.wasm >objdump
! grep -q 'initialize' <(sed -n '/^Export/,/^[A-Z]/p' objdump) || fail "the initialisation is still exported"

# A module that says what it holds: all kinds of globals, two memories' worth of pages, a start function.
wat state.wasm <<'WAT'
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1 4)
  (data (i32.const 16) "gone")
  (data $passive "kept")
  (global $a (mut i32) (i32.const 1))
  (global $b (mut i64) (i64.const 1))
  (global $c (mut f64) (f64.const 1))
  (table funcref (elem $start))
  (func $start
    (global.set $a (i32.add (global.get $a) (i32.const 1))))
  (start $start)
  (func (export "prepare")
    (global.set $a (i32.mul (global.get $a) (i32.const -10)))
    (global.set $b (i64.const -9223372036854775808))
    (global.set $c (f64.const nan:0x4000000000001))
    (drop (memory.grow (i32.const 1)))
    (i32.store (i32.const 16) (i32.const 0))
    (i32.store (i32.const 131068) (i32.const 77)))
  (func (export "_start")
    (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 4))
    (call $exit (i32.and
      (i32.and (i32.eq (global.get $a) (i32.const -20))
               (i64.eq (global.get $b) (i64.const -9223372036854775808)))
      (i32.and (i64.eq (i64.reinterpret_f64 (global.get $c)) (i64.const 0x7ff4000000000001))
      (i32.and (i32.and (i32.eqz (i32.load (i32.const 16))) (i32.eq (memory.size) (i32.const 2)))
      (i32.and (i32.eq (i32.load (i32.const 131068)) (i32.const 77))
               (i32.eq (i32.load8_u (i32.const 3)) (i32.const 116)))))))))
WAT
run wherry snapshot state.wasm -o state.snapshot.wasm --init prepare
expect_status 0
run wherry run state.snapshot.wasm
expect_status 1
