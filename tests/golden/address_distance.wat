;; An address that is a distance below another costs nothing: f0 and f1 add up in their access. Not
;; where the access has an offset (f2), or where the distance exceeds what is inaccessible in front
;; of a memory (f3). One that is a distance above another must wrap (f4), unless an access at the
;; other has shown that it does not (f5); one on another path shows nothing (f6).
;; emit: asm
;; f0 lacks \b(lea|add|sub)
;; f0 has -228\(
;; f1 lacks \b(lea|add|sub)
;; f1 has -65536\(
;; f2 has \b(lea|add)l
;; f3 has \b(lea|add)l
;; f4 has \b(lea|add)l
;; f5 lacks \b(lea|add|sub)l
;; f5 has [^-]24\(
;; f6 has \b(lea|add)l
(module
  (memory 1)
  (func (param i32) (result f64) (f64.load (i32.add (local.get 0) (i32.const -228))))
  (func (param i32 i32) (i32.store8 (i32.sub (local.get 0) (i32.const 65536)) (local.get 1)))
  (func (param i32) (result f64) (f64.load offset=8 (i32.add (local.get 0) (i32.const -228))))
  (func (param i32) (result f64) (f64.load (i32.add (local.get 0) (i32.const -65537))))
  (func (param i32) (result f64) (f64.load (i32.add (local.get 0) (i32.const 8))))
  (func (param i32) (result f64)
    (f64.add (f64.load (local.get 0)) (f64.load offset=16 (i32.add (local.get 0) (i32.const 8)))))
  (func (param i32 i32) (result f64)
    (if (local.get 1) (then (f64.store (local.get 0) (f64.const 1))))
    (f64.load (i32.add (local.get 0) (i32.const 8)))))
