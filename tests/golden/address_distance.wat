;; An address that is a distance below another costs nothing: f0 and f1 add up in their access. Not
;; where the access has an offset (f2), where the distance exceeds what is inaccessible in front of a
;; memory (f3), or where it goes upwards and must wrap (f4).
;; emit: asm
;; f0 lacks \b(lea|add|sub)
;; f0 has -228\(
;; f1 lacks \b(lea|add|sub)
;; f1 has -65536\(
;; f2 has \b(lea|add)l
;; f3 has \b(lea|add)l
;; f4 has \b(lea|add)l
(module
  (memory 1)
  (func (param i32) (result f64) (f64.load (i32.add (local.get 0) (i32.const -228))))
  (func (param i32 i32) (i32.store8 (i32.sub (local.get 0) (i32.const 65536)) (local.get 1)))
  (func (param i32) (result f64) (f64.load offset=8 (i32.add (local.get 0) (i32.const -228))))
  (func (param i32) (result f64) (f64.load (i32.add (local.get 0) (i32.const -65537))))
  (func (param i32) (result f64) (f64.load (i32.add (local.get 0) (i32.const 8)))))
