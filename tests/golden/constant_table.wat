;; A call through a table that nobody can write compares the index with a constant and the entry's
;; type with a number (with 0, where it is another). Neither the instance's tables nor its types are
;; loaded, which would be off rdi. An imported function in the table, or an instruction that writes
;; it, takes that away.
;; emit: asm
;; f2 counts 3 ^\s*cmp
;; f2 has table0\(%rip\)
;; f2 lacks \(%rdi
;; f3 has table1\(%rip\)
;; f3 has \(%r
;; f4 lacks table2
(module
  (type $unary (func (param i32) (result i32)))
  (import "env" "host" (func (type $unary)))
  (table 2 10 funcref)
  (table 2 10 funcref)
  (table 2 10 funcref)
  (elem (table 0) (i32.const 0) func 1)
  (elem (table 1) (i32.const 0) func 0 1)
  (elem (table 2) (i32.const 0) func 1)
  (func (type $unary) (local.get 0))
  (func (type $unary) (i32.add (i32.const 1) (call_indirect 0 (type $unary) (i32.const 7) (local.get 0))))
  (func (type $unary) (i32.add (i32.const 1) (call_indirect 1 (type $unary) (i32.const 7) (local.get 0))))
  (func (type $unary) (i32.add (i32.const 1) (call_indirect 2 (type $unary) (i32.const 7) (local.get 0))))
  (func (table.set 2 (i32.const 0) (ref.null func))))
