;; Fuel is paid for where straight-line code begins: once in f0, at the loop's head in f1, and in f2
;; before the choice, in both of its ways and behind it; in f3 by the body and by the handler.
;; emit: ir
;; flags: --count-fuel
;; f0 counts 1 store volatile i64
;; f0 counts 1 llvm.ubsantrap\(i8 18\)
;; f0 has add nsw i64 %\d+, -5|add i64 %\d+, -5
;; f1 counts 1 store volatile i64
;; f2 counts 4 store volatile i64
;; f3 counts 2 store volatile i64
(module
  (global $g (mut i32) (i32.const 0))
  (func (param i32) (result i32) (i32.mul (i32.add (local.get 0) (i32.const 1)) (local.get 0)))
  (func (param i32) (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2)))
    (i32.add (i32.const 3)))
  (func (try (do (call 1 (i32.const 1))) (catch_all (call 1 (i32.const 2))))))
