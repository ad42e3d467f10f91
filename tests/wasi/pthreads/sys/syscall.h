// Their numbers are nobody's but ours.
#define SYS_futex 1
#define SYS_set_robust_list 2
#define SYS_get_robust_list 3
#define SYS_membarrier 4
