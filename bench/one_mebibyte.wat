;; A memory of 1 MiB with some data at its start; a run writes a page of each kind: of the stack, of the data, of the
;; heap.
(module
  (memory (export "memory") 16)
  (data (i32.const 65536) "some constants and some variables")
  (global $stack_pointer (mut i32) (i32.const 65536))
  (table 4 funcref)
  (elem (i32.const 1) $run $touch)
  (func $touch (param $at i32)
    (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1))))
  (func $run (export "run")
    (global.set $stack_pointer (i32.sub (global.get $stack_pointer) (i32.const 64)))
    (call $touch (global.get $stack_pointer))
    (call $touch (i32.const 65568))
    (call $touch (i32.const 131072))
    (global.set $stack_pointer (i32.add (global.get $stack_pointer) (i32.const 64)))))
