// Before each source of the library: what the release uses where it is built for threads and does
// not say.
#define _WASI_EMULATED_SIGNAL
#define _WASI_EMULATED_MMAN
#define __strong_reference(name, alias_name) \
  extern __typeof(name) alias_name __attribute__((__alias__(#name)))
#define SEM_VALUE_MAX 0x7fffffff
