;; A 64-bit address is compared once: for all fields of a struct together, and once where the offset
;; is that of static data. Beyond the memory's initial size it takes a second comparison.
;; emit: asm
;; f0 counts 1 \bcmp
;; f1 counts 1 \bcmp
;; f2 counts 2 \bcmp
(module
  (memory i64 2 10)
  (func (param i64) (result i32)
    (i32.add (i32.load (local.get 0))
             (i32.add (i32.load offset=4 (local.get 0)) (i32.load offset=200 (local.get 0)))))
  (func (param i64) (result i32) (i32.load offset=100000 (local.get 0)))
  (func (param i64) (result i32) (i32.load offset=200000 (local.get 0))))
