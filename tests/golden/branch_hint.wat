;; What a module says of its branches (metadata.code.branch_hint) becomes weights: the arm that is
;; unlikely is moved out of the way, behind the function's last return.
;; emit: asm
;; f0 has ^\s*jne
;; f1 has ^\s*je
(module
  (memory 1)
  (func (param i32)
    local.get 0
    (@metadata.code.branch_hint "\00") if i32.const 0 i32.const 1 i32.store end)
  (func (param i32)
    local.get 0
    (@metadata.code.branch_hint "\01") if i32.const 0 i32.const 1 i32.store end))
