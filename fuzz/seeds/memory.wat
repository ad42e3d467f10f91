;; Loads, stores, bulk memory, data segments of both kinds.
(module
  (memory (export "memory") 1 4)
  (data (i32.const 8) "active\00")
  (data $passive "passive")
  (func (param i32) (result i32)
    (i32.store8 offset=3 (local.get 0) (i32.load16_s align=1 (local.get 0)))
    (i64.store32 (local.get 0) (i64.load8_u offset=65535 (local.get 0)))
    (f64.store (local.get 0) (f64.promote_f32 (f32.load (local.get 0))))
    (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 7))
    (data.drop $passive)
    (memory.copy (i32.const 0) (i32.const 8) (i32.const 4))
    (memory.fill (i32.const 0) (i32.const 255) (i32.const 4))
    (i32.add (memory.size) (memory.grow (i32.const 1)))))
