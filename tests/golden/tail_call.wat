;; A tail call leaves nothing behind: it is a jump, into imports too, with more arguments than the
;; caller has, and with results that are returned through memory.
;; emit: asm
;; f2 lacks \bcall
;; f2 has \bjmp\s+f1\b
;; f3 lacks \bcall
;; f3 has \bjmpq?\s+\*
;; f4 lacks \bcall
;; f4 has \bjmp\s+f4\b
(module
  (import "m" "f" (func $imported (param i64)))
  (func $many (param i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64) (local.get 8))
  (func (param i64) (result i64)
    (return_call $many (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
      (local.get 0) (local.get 0) (local.get 0) (local.get 0)))
  (func (param i64) (return_call $imported (local.get 0)))
  (func $self (param i32) (result i32 i32 i32 i32)
    (if (local.get 0) (then (return_call $self (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 0) (local.get 0) (local.get 0) (local.get 0)))
