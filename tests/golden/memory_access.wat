;; Loads and stores of a 32-bit memory have no bounds check: the guard behind the memory is one.
;; emit: asm
;; f0 lacks \b(cmp|test|j[a-z]+)
;; f1 lacks \b(cmp|test|j[a-z]+)
;; f2 lacks \b(cmp|test|j[a-z]+)
(module
  (memory 1)
  (func (param i32) (result i32) (i32.load offset=16 (local.get 0)))
  (func (param i32 i64) (i64.store offset=0xfffffff0 (local.get 0) (local.get 1)))
  (func (param i32) (result i32)
    (i32.add (i32.load8_u (local.get 0)) (i32.load16_s offset=2 (local.get 0)))))
