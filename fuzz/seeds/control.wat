;; Blocks, branches and calls, with several values.
(module
  (type $binary (func (param i32 i32) (result i32)))
  (table funcref (elem $add $sub))
  (func $add (type $binary) local.get 0 local.get 1 i32.add)
  (func $sub (type $binary) local.get 0 local.get 1 i32.sub)
  (func $swap (param i32 i64) (result i64 i32) local.get 1 local.get 0)
  (func $switch (param i32) (result i32)
    (block $two
      (block $one
        (block $zero (br_table $zero $one $two (local.get 0)))
        (return (i32.const 10)))
      (return (i32.const 20)))
    (call_indirect (type $binary) (i32.const 1) (i32.const 2) (local.get 0)))
  (func $loop (param $n i32) (result i64) (local $sum i64)
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (local.get $n))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (if (result i64) (i64.eqz (local.get $sum))
      (then unreachable)
      (else (select (local.get $sum) (i64.const 7) (local.get $n)))))
  (func $with_parameters (result i32)
    (i32.const 1)
    (block (param i32) (result i32 i32) (i32.const 2))
    (loop (param i32 i32) (result i32) (i32.add))
    (if (result i32) (then (i32.const 1)) (else (i32.const 2))))
  (export "switch" (func $switch)))
