#include "wasi/module.h"

#include <algorithm>

#include "wasi/binding.h"
#include "wasi/functions.h"

namespace wherry::wasi {
namespace {

template <auto function>
constexpr FunctionEntry entry(std::string_view name) {
  return {name, &Binding<function>::definition, &Binding<function>::call_on};
}

constexpr FunctionEntry kPreview1[] = {
    entry<wasi::args_get>("args_get"),
    entry<wasi::args_sizes_get>("args_sizes_get"),
    entry<wasi::clock_res_get>("clock_res_get"),
    entry<wasi::clock_time_get>("clock_time_get"),
    entry<wasi::environ_get>("environ_get"),
    entry<wasi::environ_sizes_get>("environ_sizes_get"),
    entry<wasi::poll_oneoff<Edition::Preview1>>("epoll_oneoff"),  // WasmEdge's
    entry<wasi::fd_advise>("fd_advise"),
    entry<wasi::fd_allocate>("fd_allocate"),
    entry<wasi::fd_close>("fd_close"),
    entry<wasi::fd_datasync>("fd_datasync"),
    entry<wasi::fd_fdstat_get>("fd_fdstat_get"),
    entry<wasi::fd_fdstat_set_flags>("fd_fdstat_set_flags"),
    entry<wasi::fd_fdstat_set_rights>("fd_fdstat_set_rights"),
    entry<wasi::fd_filestat_get<Edition::Preview1>>("fd_filestat_get"),
    entry<wasi::fd_filestat_set_size>("fd_filestat_set_size"),
    entry<wasi::fd_filestat_set_times>("fd_filestat_set_times"),
    entry<wasi::fd_pread>("fd_pread"),
    entry<wasi::fd_prestat_dir_name>("fd_prestat_dir_name"),
    entry<wasi::fd_prestat_get>("fd_prestat_get"),
    entry<wasi::fd_pwrite>("fd_pwrite"),
    entry<wasi::fd_read>("fd_read"),
    entry<wasi::fd_readdir>("fd_readdir"),
    entry<wasi::fd_renumber>("fd_renumber"),
    entry<wasi::fd_seek<Edition::Preview1>>("fd_seek"),
    entry<wasi::fd_sync>("fd_sync"),
    entry<wasi::fd_tell>("fd_tell"),
    entry<wasi::fd_write>("fd_write"),
    entry<wasi::path_create_directory>("path_create_directory"),
    entry<wasi::path_filestat_get<Edition::Preview1>>("path_filestat_get"),
    entry<wasi::path_filestat_set_times>("path_filestat_set_times"),
    entry<wasi::path_link>("path_link"),
    entry<wasi::path_open>("path_open"),
    entry<wasi::path_readlink>("path_readlink"),
    entry<wasi::path_remove_directory>("path_remove_directory"),
    entry<wasi::path_rename>("path_rename"),
    entry<wasi::path_symlink>("path_symlink"),
    entry<wasi::path_unlink_file>("path_unlink_file"),
    entry<wasi::poll_oneoff<Edition::Preview1>>("poll_oneoff"),
    entry<wasi::proc_exit>("proc_exit"),
    entry<wasi::proc_raise>("proc_raise"),
    entry<wasi::random_get>("random_get"),
    entry<wasi::sched_yield>("sched_yield"),
    entry<wasi::sock_accept>("sock_accept"),
    entry<wasi::sock_accept_v1>("sock_accept"),
    entry<wasi::sock_accept>("sock_accept_v2"),
    entry<wasi::sock_bind>("sock_bind"),
    entry<wasi::sock_bind>("sock_bind_v2"),
    entry<wasi::sock_connect>("sock_connect"),
    entry<wasi::sock_connect>("sock_connect_v2"),
    entry<wasi::sock_getaddrinfo>("sock_getaddrinfo"),
    entry<wasi::sock_getlocaladdr>("sock_getlocaladdr"),
    entry<wasi::sock_getlocaladdr_v2>("sock_getlocaladdr_v2"),
    entry<wasi::sock_getpeeraddr>("sock_getpeeraddr"),
    entry<wasi::sock_getpeeraddr_v2>("sock_getpeeraddr_v2"),
    entry<wasi::sock_getsockopt>("sock_getsockopt"),
    entry<wasi::sock_listen>("sock_listen"),
    entry<wasi::sock_listen>("sock_listen_v2"),
    entry<wasi::sock_open>("sock_open"),
    entry<wasi::sock_open>("sock_open_v2"),
    entry<wasi::sock_recv>("sock_recv"),
    entry<wasi::sock_recv_from>("sock_recv_from"),
    entry<wasi::sock_recv_from_v2>("sock_recv_from"),
    entry<wasi::sock_recv_from_v2>("sock_recv_from_v2"),
    entry<wasi::sock_recv>("sock_recv_v2"),
    entry<wasi::sock_send>("sock_send"),
    entry<wasi::sock_send_to>("sock_send_to"),
    entry<wasi::sock_send_to>("sock_send_to_v2"),
    entry<wasi::sock_send>("sock_send_v2"),
    entry<wasi::sock_setsockopt>("sock_setsockopt"),
    entry<wasi::sock_shutdown>("sock_shutdown"),
};
static_assert(std::ranges::is_sorted(kPreview1, {}, &FunctionEntry::name));

constexpr FunctionEntry kUnstable[] = {
    entry<wasi::args_get>("args_get"),
    entry<wasi::args_sizes_get>("args_sizes_get"),
    entry<wasi::clock_res_get>("clock_res_get"),
    entry<wasi::clock_time_get>("clock_time_get"),
    entry<wasi::environ_get>("environ_get"),
    entry<wasi::environ_sizes_get>("environ_sizes_get"),
    entry<wasi::fd_advise>("fd_advise"),
    entry<wasi::fd_allocate>("fd_allocate"),
    entry<wasi::fd_close>("fd_close"),
    entry<wasi::fd_datasync>("fd_datasync"),
    entry<wasi::fd_fdstat_get>("fd_fdstat_get"),
    entry<wasi::fd_fdstat_set_flags>("fd_fdstat_set_flags"),
    entry<wasi::fd_fdstat_set_rights>("fd_fdstat_set_rights"),
    entry<wasi::fd_filestat_get<Edition::Unstable>>("fd_filestat_get"),
    entry<wasi::fd_filestat_set_size>("fd_filestat_set_size"),
    entry<wasi::fd_filestat_set_times>("fd_filestat_set_times"),
    entry<wasi::fd_pread>("fd_pread"),
    entry<wasi::fd_prestat_dir_name>("fd_prestat_dir_name"),
    entry<wasi::fd_prestat_get>("fd_prestat_get"),
    entry<wasi::fd_pwrite>("fd_pwrite"),
    entry<wasi::fd_read>("fd_read"),
    entry<wasi::fd_readdir>("fd_readdir"),
    entry<wasi::fd_renumber>("fd_renumber"),
    entry<wasi::fd_seek<Edition::Unstable>>("fd_seek"),
    entry<wasi::fd_sync>("fd_sync"),
    entry<wasi::fd_tell>("fd_tell"),
    entry<wasi::fd_write>("fd_write"),
    entry<wasi::path_create_directory>("path_create_directory"),
    entry<wasi::path_filestat_get<Edition::Unstable>>("path_filestat_get"),
    entry<wasi::path_filestat_set_times>("path_filestat_set_times"),
    entry<wasi::path_link>("path_link"),
    entry<wasi::path_open>("path_open"),
    entry<wasi::path_readlink>("path_readlink"),
    entry<wasi::path_remove_directory>("path_remove_directory"),
    entry<wasi::path_rename>("path_rename"),
    entry<wasi::path_symlink>("path_symlink"),
    entry<wasi::path_unlink_file>("path_unlink_file"),
    entry<wasi::poll_oneoff<Edition::Unstable>>("poll_oneoff"),
    entry<wasi::proc_exit>("proc_exit"),
    entry<wasi::proc_raise>("proc_raise"),
    entry<wasi::random_get>("random_get"),
    entry<wasi::sched_yield>("sched_yield"),
    entry<wasi::sock_recv>("sock_recv"),
    entry<wasi::sock_send>("sock_send"),
    entry<wasi::sock_shutdown>("sock_shutdown"),
};
static_assert(std::ranges::is_sorted(kUnstable, {}, &FunctionEntry::name));

}  // namespace

std::span<const FunctionEntry> preview1_functions() { return kPreview1; }
std::span<const FunctionEntry> unstable_functions() { return kUnstable; }

static const runtime::HostFunctionDefinition* find_nth(std::span<const FunctionEntry> functions,
                                                       std::string_view field, size_t n) {
  auto range = std::ranges::equal_range(functions, field, {}, &FunctionEntry::name);
  const std::span<const FunctionEntry> found(range.begin(), range.end());
  return n < found.size() ? found[n].definition(found[n].name) : nullptr;
}

const runtime::HostFunctionDefinition* Module::find_function(std::string_view field) const {
  return find_nth(functions_, field, 0);
}

const runtime::HostFunctionDefinition* Module::find_overload(std::string_view field,
                                                             size_t index) const {
  return find_nth(functions_, field, index + 1);
}

}  // namespace wherry::wasi
