;; A call of a function of the same module is a direct one.
;; emit: asm
;; f1 counts 2 \bcall
;; f1 has callq?\s+f0\b
(module
  (func (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
  (func (param i32) (result i32) (i32.add (call 0 (local.get 0)) (call 0 (i32.const 3)))))
