;; memory.size is one load and one shift, no call.
;; emit: ir
;; f0 lacks \bcall\b
;; f0 counts 1 \blshr\b
;; f0 lacks \bbr\b
(module
  (memory 1 10)
  (func (result i32) (memory.size)))
