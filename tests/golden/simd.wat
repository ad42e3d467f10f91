;; Vector instructions are x86's own where it has them.
;; emit: asm
;; f0 has v?punpcklwd
;; f1 has v?paddusb
;; f1 has v?pshufb
;; f2 has v?pmovmskb
;; f3 has v?movmskps
;; f4 has v?ptest
;; f5 has v?pmaddwd
;; f6 has v?pmulhrsw
;; f7 counts 2 v?maxpd
;; f8 has v?pmullw
;; f9 has v?packuswb
;; f10 has v?pavgb
;; f11 counts 2 v?cvttps2dq
;; f12 has v?pmovzxbw
;; f13 has v?psllw
(module
  (memory 1)
  (func (param v128 v128) (result v128)
    (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128) (i8x16.swizzle (local.get 0) (local.get 1)))
  (func (param v128) (result i32) (i8x16.bitmask (local.get 0)))
  (func (param v128) (result i32) (i32x4.bitmask (local.get 0)))
  (func (param v128) (result i32) (v128.any_true (local.get 0)))
  (func (param v128 v128) (result v128) (i32x4.dot_i16x8_s (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128) (i16x8.q15mulr_sat_s (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128) (f64x2.max (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128) (i16x8.extmul_low_i8x16_s (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128) (i8x16.narrow_i16x8_u (local.get 0) (local.get 1)))
  (func (param v128 v128) (result v128) (i8x16.avgr_u (local.get 0) (local.get 1)))
  (func (param v128) (result v128) (i32x4.trunc_sat_f32x4_u (local.get 0)))
  (func (param i32) (result v128) (v128.load8x8_u (local.get 0)))
  (func (param v128 i32) (result v128) (i16x8.shl (local.get 0) (local.get 1))))
