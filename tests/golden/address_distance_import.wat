;; An imported memory may be of any size, unless the import says how large.
;; emit: asm
;; f0 has \b(lea|add)l
(module
  (import "env" "memory" (memory 1))
  (func (param i32) (result f64) (f64.load (i32.add (local.get 0) (i32.const -228)))))
