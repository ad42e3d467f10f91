;; An indirect call compares the index with the table's size and one type id, and then jumps: nothing
;; of the host is called.
;; emit: asm
;; f1 counts 1 \bcall
;; f1 has callq?\s+\*
;; f1 counts 2 ^\s*cmp
(module
  (type $unary (func (param i32) (result i32)))
  (table (export "table") 2 10 funcref)
  (elem (i32.const 0) 0)
  (func (type $unary) (local.get 0))
  (func (param i32) (result i32)
    (i32.add (i32.const 1) (call_indirect (type $unary) (i32.const 7) (local.get 0)))))
