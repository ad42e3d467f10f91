// How musl finds the calling thread's record: by a variable of each thread's own.
struct __pthread;
extern _Thread_local struct __pthread* __own_record;
static inline uintptr_t __get_tp(void) { return (uintptr_t)__own_record; }
