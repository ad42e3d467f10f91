;; A memory that may have all that 32-bit addresses reach holds what a distance wraps around to.
;; emit: asm
;; f0 has \b(lea|add)l
(module
  (memory 1 65536)
  (func (param i32) (result f64) (f64.load (i32.add (local.get 0) (i32.const -228)))))
