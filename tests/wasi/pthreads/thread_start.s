# What the host calls on a new thread: wasi_thread_start(id, record), where no C can run yet. Record
# begins with the top of the thread's stack and the place of its thread-local variables (threads.c).
#
# The thread's end is here, too: whoever joins it frees its stack, so that the last word of it, that
# it has ended, is said without one. A detached thread frees its own, on a stack that one thread at
# a time has.
	.globaltype __stack_pointer, i32
	.functype __wasm_init_tls (i32) -> ()
	.functype __run_thread (i32, i32) -> (i32)
	.functype __free_thread (i32) -> ()

	.section .text.wasi_thread_start,"",@
	.export_name wasi_thread_start, wasi_thread_start
	.globl wasi_thread_start
	.type wasi_thread_start,@function
wasi_thread_start:
	.functype wasi_thread_start (i32, i32) -> ()
	.local i32
	local.get 1
	i32.load 0
	global.set __stack_pointer
	local.get 1
	i32.load 4
	call __wasm_init_tls
	local.get 0
	local.get 1
	call __run_thread
	local.tee 2             # the place of its detach_state
	i32.const 2             # DT_JOINABLE
	i32.const 0             # DT_EXITED
	i32.atomic.rmw.cmpxchg 0
	i32.const 2
	i32.eq
	if
	  local.get 2
	  i32.const -1
	  memory.atomic.notify 0
	  drop
	  return
	end_if
	block
	  loop
	    i32.const last_stack_lock
	    i32.const 0
	    i32.const 1
	    i32.atomic.rmw.cmpxchg 0
	    i32.eqz
	    br_if 1
	    i32.const last_stack_lock
	    i32.const 1
	    i64.const -1
	    memory.atomic.wait32 0
	    drop
	    br 0
	  end_loop
	end_block
	i32.const last_stack+1024
	global.set __stack_pointer
	local.get 1
	call __free_thread
	i32.const last_stack_lock
	i32.const 0
	i32.atomic.store 0
	i32.const last_stack_lock
	i32.const 1
	memory.atomic.notify 0
	drop
	end_function

	.section .bss.last_stack,"",@
	.p2align 4
	.type last_stack,@object
last_stack:
	.skip 1024
	.size last_stack, 1024
	.p2align 2
	.type last_stack_lock,@object
last_stack_lock:
	.int32 0
	.size last_stack_lock, 4
