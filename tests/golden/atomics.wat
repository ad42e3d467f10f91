;; Atomic accesses are single instructions of the machine, after a look at their alignment.
;; emit: asm
;; f0 has test[bl]?\s+\$3,
;; f0 counts 1 \bmov[lq]?\s+\(%r
;; f1 has xchgl
;; f2 has lock\s+xaddl
;; f3 has lock\s+cmpxchgb
;; f4 has lock\s+orl
;; f5 has mfence|lock
;; f6 counts 2 \(%r\w+,%r\w+\)
(module
  (memory 1 1 shared)
  (func (param i32) (result i32) (i32.atomic.load (local.get 0)))
  (func (param i32 i32) (i32.atomic.store (local.get 0) (local.get 1)))
  (func (param i32 i32) (result i32) (i32.atomic.rmw.add (local.get 0) (local.get 1)))
  (func (param i32 i32 i32) (result i32)
    (i32.atomic.rmw8.cmpxchg_u (local.get 0) (local.get 1) (local.get 2)))
  ;; Would be a fence alone, which does not trap beyond the memory's end.
  (func (param i32) (drop (i32.atomic.rmw.or (local.get 0) (i32.const 0))))
  (func (atomic.fence))
  ;; Ordinary accesses are neither merged nor taken as the same.
  (func (param i32) (result i32)
    (i32.sub (i32.load (local.get 0)) (i32.load (local.get 0)))))
