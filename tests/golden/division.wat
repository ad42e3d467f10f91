;; A constant divisor needs no check for zero, nor one for overflow unless it is -1; a divisor that
;; is not known needs both.
;; emit: ir
;; f0 lacks ubsantrap|\bbr\b
;; f1 lacks ubsantrap|\bbr\b
;; f2 has ubsantrap
;; f3 counts 2 call void @llvm.ubsantrap
(module
  (func (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 10)))
  (func (param i32) (result i32) (i32.div_s (local.get 0) (i32.const 7)))
  (func (param i32) (result i32) (i32.div_s (local.get 0) (i32.const -1)))
  (func (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1))))
