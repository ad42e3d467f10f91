// What musl's atomic.h builds all else from: WebAssembly's atomic instructions, by clang's names.
#define a_cas(place, expected, wanted) __sync_val_compare_and_swap(place, expected, wanted)
#define a_barrier() __sync_synchronize()
#define a_crash() __builtin_trap()
#define a_ctz_32 __builtin_ctz
#define a_ctz_64 __builtin_ctzll
#define a_clz_32 __builtin_clz
#define a_clz_64 __builtin_clzll
