# The folders of wherry serve are those that were there when it began, for both walls, whatever their paths lead to later.
source "$(dirname "$0")/../lib.sh"

# Answers with the first 100 bytes of the file `f` of its folder.
wat show.wasm <<'END'
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\1a\00\00\00")
  (data (i32.const 8) "\80\00\00\00\64\00\00\00")
  (data (i32.const 32) "f")
  (data (i32.const 64) "Content-Type: text/plain\0a\0a")
  (func (export "_start")
    (if (call $open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 1) (i32.const 0) (i64.const 2)
          (i64.const 0) (i32.const 0) (i32.const 48))
      (then unreachable))
    (drop (call $read (i32.load (i32.const 48)) (i32.const 8) (i32.const 1) (i32.const 52)))
    (i32.store (i32.const 12) (i32.load (i32.const 52)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 56)))))
END
mkdir data secret
echo granted >data/f
echo secret >secret/f
start_serve --dir data show.wasm
expect_equal "$(curl -fsS "$URL/")" granted

mv data moved
ln -s secret data
expect_equal "$(curl -fsS "$URL/")" granted
echo later >moved/f
expect_equal "$(curl -fsS "$URL/")" later
kill "$PID"
wait "$PID" || fail "did not stop as asked: $(cat "$SERVE_LOG")"

# Nor does it go on where the folder is gone.
start_serve --dir moved show.wasm
rm -r moved
mkdir moved
echo another >moved/f
expect_equal "$(curl -s -o /dev/null -w '%{http_code}' "$URL/")" 500
