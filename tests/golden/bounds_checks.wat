;; In the mode that checks bounds, every access is compared with the size, which is loaded anew after
;; whatever may have changed it: twice in f1, once for both accesses of f2.
;; emit: ir
;; flags: --check-bounds
;; f0 counts 1 icmp ugt
;; f0 counts 1 call void @llvm.ubsantrap\(i8 2\)
;; f1 counts 2 icmp ugt
;; f1 counts 2 load i64
;; f2 counts 2 icmp ugt
;; f2 counts 1 load i64
(module
  (memory 1)
  (func (param i32) (result i32) (i32.load offset=16 (local.get 0)))
  (func (param i32)
    (i32.store (local.get 0) (i32.const 1))
    (drop (memory.grow (i32.const 1)))
    (i32.store (local.get 0) (i32.const 2)))
  (func (param i32) (result i32)
    (i32.add (i32.load8_u (local.get 0)) (i32.load16_s offset=2 (local.get 0)))))
