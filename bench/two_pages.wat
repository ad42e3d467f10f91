;; A memory of two pages, one of which a run writes.
(module
  (memory (export "memory") 2)
  (data (i32.const 65536) "some constants")
  (func (export "run") (i32.store (i32.const 1024) (i32.add (i32.load (i32.const 65536)) (i32.const 1)))))
