;; Numbers, globals with extended constant expressions, a start function.
(module
  (import "env" "base" (global $base i32))
  (global $offset i32 (i32.mul (i32.add (global.get $base) (i32.const 4)) (i32.const 2)))
  (global $large i64 (i64.const -9223372036854775808))
  (global $variable (mut f64) (f64.const nan:0x4000000000000))
  (global $ratio f32 (f32.const 0x1.8p-3))
  (func $start (local i32 i64 f32 f64)
    (global.set $variable (f64.sqrt (f64.convert_i64_u (i64.extend16_s (i64.const 65535)))))
    (local.set 0 (i32.trunc_sat_f64_s (global.get $variable)))
    (local.set 1 (i64.rotl (i64.clz (global.get $large)) (i64.const 3)))
    (local.set 2 (f32.copysign (f32.demote_f64 (local.get 3)) (f32.reinterpret_i32 (local.get 0))))
    (drop (i32.div_s (i32.extend8_s (local.get 0)) (i32.wrap_i64 (local.get 1)))))
  (start $start))
