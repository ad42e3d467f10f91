// All functions of WASI preview 1 and wasi_unstable, one after the other as the documents name
// them; module.cc binds them. Arguments are in the documents' order and raw: each function checks
// its own. `result` (…_result) is the address where a value goes. A template over Edition is where
// the two differ. Errors are the documents', and: badf, notcapable (rights), fault (an address
// outside of the memory).
#pragma once

#include "runtime/host_module.h"
#include "wasi/guest_memory.h"
#include "wasi/program_state.h"

namespace wherry::wasi {

using Memory = const GuestMemory;

// arguments.cc
ErrnoOr<> args_get(ProgramState&, Memory&, uint32_t pointers, uint32_t buffer);
ErrnoOr<> args_sizes_get(ProgramState&, Memory&, uint32_t count_result, uint32_t size_result);
ErrnoOr<> environ_get(ProgramState&, Memory&, uint32_t pointers, uint32_t buffer);
ErrnoOr<> environ_sizes_get(ProgramState&, Memory&, uint32_t count_result, uint32_t size_result);

// clock.cc
ErrnoOr<> clock_res_get(ProgramState&, Memory&, uint32_t clock, uint32_t result);
ErrnoOr<> clock_time_get(ProgramState&, Memory&, uint32_t clock, uint64_t precision,
                         uint32_t result);

// process.cc
runtime::HostResult proc_exit(ProgramState&, Memory&, uint32_t status);
std::expected<Errno, runtime::Trap> proc_raise(ProgramState&, Memory&, uint32_t signal);
ErrnoOr<> sched_yield(ProgramState&, Memory&);
ErrnoOr<> random_get(ProgramState&, Memory&, uint32_t buffer, uint32_t size_bytes);

// file_io.cc
ErrnoOr<> fd_read(ProgramState&, Memory&, uint32_t fd, uint32_t buffers, uint32_t count,
                  uint32_t size_result);
ErrnoOr<> fd_write(ProgramState&, Memory&, uint32_t fd, uint32_t buffers, uint32_t count,
                   uint32_t size_result);
ErrnoOr<> fd_pread(ProgramState&, Memory&, uint32_t fd, uint32_t buffers, uint32_t count,
                   uint64_t offset, uint32_t size_result);
ErrnoOr<> fd_pwrite(ProgramState&, Memory&, uint32_t fd, uint32_t buffers, uint32_t count,
                    uint64_t offset, uint32_t size_result);

// file_position.cc
template <Edition edition>
ErrnoOr<> fd_seek(ProgramState&, Memory&, uint32_t fd, int64_t offset, uint32_t whence,
                  uint32_t result);
ErrnoOr<> fd_tell(ProgramState&, Memory&, uint32_t fd, uint32_t result);
ErrnoOr<> fd_sync(ProgramState&, Memory&, uint32_t fd);
ErrnoOr<> fd_datasync(ProgramState&, Memory&, uint32_t fd);
ErrnoOr<> fd_advise(ProgramState&, Memory&, uint32_t fd, uint64_t offset, uint64_t size_bytes,
                    uint32_t advice);
ErrnoOr<> fd_allocate(ProgramState&, Memory&, uint32_t fd, uint64_t offset, uint64_t size_bytes);

// descriptor.cc
ErrnoOr<> fd_close(ProgramState&, Memory&, uint32_t fd);
ErrnoOr<> fd_renumber(ProgramState&, Memory&, uint32_t from, uint32_t to);
ErrnoOr<> fd_fdstat_get(ProgramState&, Memory&, uint32_t fd, uint32_t result);
ErrnoOr<> fd_fdstat_set_flags(ProgramState&, Memory&, uint32_t fd, uint32_t flags);
ErrnoOr<> fd_fdstat_set_rights(ProgramState&, Memory&, uint32_t fd, uint64_t base,
                               uint64_t inheriting);

// file_status.cc
template <Edition edition>
ErrnoOr<> fd_filestat_get(ProgramState&, Memory&, uint32_t fd, uint32_t result);
ErrnoOr<> fd_filestat_set_size(ProgramState&, Memory&, uint32_t fd, uint64_t size_bytes);
ErrnoOr<> fd_filestat_set_times(ProgramState&, Memory&, uint32_t fd, uint64_t atim, uint64_t mtim,
                                uint32_t flags);
template <Edition edition>
ErrnoOr<> path_filestat_get(ProgramState&, Memory&, uint32_t fd, uint32_t lookup_flags,
                            uint32_t path, uint32_t path_size, uint32_t result);
ErrnoOr<> path_filestat_set_times(ProgramState&, Memory&, uint32_t fd, uint32_t lookup_flags,
                                  uint32_t path, uint32_t path_size, uint64_t atim, uint64_t mtim,
                                  uint32_t flags);

// directory.cc
ErrnoOr<> fd_prestat_get(ProgramState&, Memory&, uint32_t fd, uint32_t result);
ErrnoOr<> fd_prestat_dir_name(ProgramState&, Memory&, uint32_t fd, uint32_t buffer,
                              uint32_t size_bytes);
ErrnoOr<> fd_readdir(ProgramState&, Memory&, uint32_t fd, uint32_t buffer, uint32_t size_bytes,
                     uint64_t cookie, uint32_t size_result);

// path_open.cc
ErrnoOr<> path_open(ProgramState&, Memory&, uint32_t fd, uint32_t lookup_flags, uint32_t path,
                    uint32_t path_size, uint32_t open_flags, uint64_t base, uint64_t inheriting,
                    uint32_t flags, uint32_t result);

// path_names.cc
ErrnoOr<> path_create_directory(ProgramState&, Memory&, uint32_t fd, uint32_t path,
                                uint32_t path_size);
ErrnoOr<> path_remove_directory(ProgramState&, Memory&, uint32_t fd, uint32_t path,
                                uint32_t path_size);
ErrnoOr<> path_unlink_file(ProgramState&, Memory&, uint32_t fd, uint32_t path, uint32_t path_size);
ErrnoOr<> path_link(ProgramState&, Memory&, uint32_t old_fd, uint32_t old_flags, uint32_t old_path,
                    uint32_t old_path_size, uint32_t new_fd, uint32_t new_path,
                    uint32_t new_path_size);
ErrnoOr<> path_rename(ProgramState&, Memory&, uint32_t old_fd, uint32_t old_path,
                      uint32_t old_path_size, uint32_t new_fd, uint32_t new_path,
                      uint32_t new_path_size);
ErrnoOr<> path_symlink(ProgramState&, Memory&, uint32_t target, uint32_t target_size, uint32_t fd,
                       uint32_t path, uint32_t path_size);
ErrnoOr<> path_readlink(ProgramState&, Memory&, uint32_t fd, uint32_t path, uint32_t path_size,
                        uint32_t buffer, uint32_t buffer_size, uint32_t size_result);

// poll.cc
template <Edition edition>
ErrnoOr<> poll_oneoff(ProgramState&, Memory&, uint32_t subscriptions, uint32_t events,
                      uint32_t count, uint32_t count_result);

// socket.cc
ErrnoOr<> sock_accept(ProgramState&, Memory&, uint32_t fd, uint32_t flags, uint32_t fd_result);
ErrnoOr<> sock_recv(ProgramState&, Memory&, uint32_t fd, uint32_t buffers, uint32_t count,
                    uint32_t flags, uint32_t size_result, uint32_t flags_result);
ErrnoOr<> sock_send(ProgramState&, Memory&, uint32_t fd, uint32_t buffers, uint32_t count,
                    uint32_t flags, uint32_t size_result);
ErrnoOr<> sock_shutdown(ProgramState&, Memory&, uint32_t fd, uint32_t how);

// socket_extension.cc: WasmEdge's functions for sockets (docs/wasi.md), under these names and with
// "_v2" behind them. `address` is the address of a GuestAddress, `port` in host order.
ErrnoOr<> sock_accept_v1(ProgramState&, Memory&, uint32_t fd, uint32_t fd_result);
ErrnoOr<> sock_open(ProgramState&, Memory&, uint32_t family, uint32_t type, uint32_t fd_result);
ErrnoOr<> sock_bind(ProgramState&, Memory&, uint32_t fd, uint32_t address, uint32_t port);
ErrnoOr<> sock_listen(ProgramState&, Memory&, uint32_t fd, uint32_t backlog);
ErrnoOr<> sock_connect(ProgramState&, Memory&, uint32_t fd, uint32_t address, uint32_t port);
ErrnoOr<> sock_recv_from(ProgramState&, Memory&, uint32_t fd, uint32_t buffers, uint32_t count,
                         uint32_t address, uint32_t flags, uint32_t size_result,
                         uint32_t flags_result);
ErrnoOr<> sock_recv_from_v2(ProgramState&, Memory&, uint32_t fd, uint32_t buffers, uint32_t count,
                            uint32_t address, uint32_t flags, uint32_t port_result,
                            uint32_t size_result, uint32_t flags_result);
ErrnoOr<> sock_send_to(ProgramState&, Memory&, uint32_t fd, uint32_t buffers, uint32_t count,
                       uint32_t address, uint32_t port, uint32_t flags, uint32_t size_result);
ErrnoOr<> sock_getlocaladdr(ProgramState&, Memory&, uint32_t fd, uint32_t address,
                            uint32_t type_result, uint32_t port_result);
ErrnoOr<> sock_getlocaladdr_v2(ProgramState&, Memory&, uint32_t fd, uint32_t address,
                               uint32_t port_result);
ErrnoOr<> sock_getpeeraddr(ProgramState&, Memory&, uint32_t fd, uint32_t address,
                           uint32_t type_result, uint32_t port_result);
ErrnoOr<> sock_getpeeraddr_v2(ProgramState&, Memory&, uint32_t fd, uint32_t address,
                              uint32_t port_result);

// socket_options.cc
ErrnoOr<> sock_getsockopt(ProgramState&, Memory&, uint32_t fd, uint32_t level, uint32_t name,
                          uint32_t value, uint32_t size_in_and_out);
ErrnoOr<> sock_setsockopt(ProgramState&, Memory&, uint32_t fd, uint32_t level, uint32_t name,
                          uint32_t value, uint32_t size_bytes);

// address_info.cc: fills the list of `count_max` that `list` is the address of the address of.
ErrnoOr<> sock_getaddrinfo(ProgramState&, Memory&, uint32_t node, uint32_t node_size,
                           uint32_t service, uint32_t service_size, uint32_t hints, uint32_t list,
                           uint32_t count_max, uint32_t count_result);

}  // namespace wherry::wasi
