;; A loop has no call and no check for a deadline, fuel or a stack: interruption is a signal's work.
;; The sum is kept in a register.
;; emit: asm
;; f0 lacks \bcall
;; f0 lacks \(%rsp\)
;; f0 counts 1 ^\s*j[a-z]+\s+\.LBB0_\d+$|^\s*loop
(module
  (memory 1)
  (func (param $at i32) (param $end i32) (result i32)
    (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
      (br_if $next
        (i32.ne (local.tee $at (i32.add (local.get $at) (i32.const 4))) (local.get $end))))
    (local.get $sum)))
