#include "wasi/module.h"

#include <algorithm>

#include "wasi/binding.h"
#include "wasi/functions.h"

namespace wherry::wasi {
namespace {

constexpr FunctionEntry kPreview1[] = {
    {"args_get", &Binding<wasi::args_get>::definition},
    {"args_sizes_get", &Binding<wasi::args_sizes_get>::definition},
    {"clock_res_get", &Binding<wasi::clock_res_get>::definition},
    {"clock_time_get", &Binding<wasi::clock_time_get>::definition},
    {"environ_get", &Binding<wasi::environ_get>::definition},
    {"environ_sizes_get", &Binding<wasi::environ_sizes_get>::definition},
    {"fd_advise", &Binding<wasi::fd_advise>::definition},
    {"fd_allocate", &Binding<wasi::fd_allocate>::definition},
    {"fd_close", &Binding<wasi::fd_close>::definition},
    {"fd_datasync", &Binding<wasi::fd_datasync>::definition},
    {"fd_fdstat_get", &Binding<wasi::fd_fdstat_get>::definition},
    {"fd_fdstat_set_flags", &Binding<wasi::fd_fdstat_set_flags>::definition},
    {"fd_fdstat_set_rights", &Binding<wasi::fd_fdstat_set_rights>::definition},
    {"fd_filestat_get", &Binding<wasi::fd_filestat_get<Edition::Preview1>>::definition},
    {"fd_filestat_set_size", &Binding<wasi::fd_filestat_set_size>::definition},
    {"fd_filestat_set_times", &Binding<wasi::fd_filestat_set_times>::definition},
    {"fd_pread", &Binding<wasi::fd_pread>::definition},
    {"fd_prestat_dir_name", &Binding<wasi::fd_prestat_dir_name>::definition},
    {"fd_prestat_get", &Binding<wasi::fd_prestat_get>::definition},
    {"fd_pwrite", &Binding<wasi::fd_pwrite>::definition},
    {"fd_read", &Binding<wasi::fd_read>::definition},
    {"fd_readdir", &Binding<wasi::fd_readdir>::definition},
    {"fd_renumber", &Binding<wasi::fd_renumber>::definition},
    {"fd_seek", &Binding<wasi::fd_seek<Edition::Preview1>>::definition},
    {"fd_sync", &Binding<wasi::fd_sync>::definition},
    {"fd_tell", &Binding<wasi::fd_tell>::definition},
    {"fd_write", &Binding<wasi::fd_write>::definition},
    {"path_create_directory", &Binding<wasi::path_create_directory>::definition},
    {"path_filestat_get", &Binding<wasi::path_filestat_get<Edition::Preview1>>::definition},
    {"path_filestat_set_times", &Binding<wasi::path_filestat_set_times>::definition},
    {"path_link", &Binding<wasi::path_link>::definition},
    {"path_open", &Binding<wasi::path_open>::definition},
    {"path_readlink", &Binding<wasi::path_readlink>::definition},
    {"path_remove_directory", &Binding<wasi::path_remove_directory>::definition},
    {"path_rename", &Binding<wasi::path_rename>::definition},
    {"path_symlink", &Binding<wasi::path_symlink>::definition},
    {"path_unlink_file", &Binding<wasi::path_unlink_file>::definition},
    {"poll_oneoff", &Binding<wasi::poll_oneoff<Edition::Preview1>>::definition},
    {"proc_exit", &Binding<wasi::proc_exit>::definition},
    {"proc_raise", &Binding<wasi::proc_raise>::definition},
    {"random_get", &Binding<wasi::random_get>::definition},
    {"sched_yield", &Binding<wasi::sched_yield>::definition},
    {"sock_accept", &Binding<wasi::sock_accept>::definition},
    {"sock_recv", &Binding<wasi::sock_recv>::definition},
    {"sock_send", &Binding<wasi::sock_send>::definition},
    {"sock_shutdown", &Binding<wasi::sock_shutdown>::definition},
};
static_assert(std::ranges::is_sorted(kPreview1, {}, &FunctionEntry::name));

constexpr FunctionEntry kUnstable[] = {
    {"args_get", &Binding<wasi::args_get>::definition},
    {"args_sizes_get", &Binding<wasi::args_sizes_get>::definition},
    {"clock_res_get", &Binding<wasi::clock_res_get>::definition},
    {"clock_time_get", &Binding<wasi::clock_time_get>::definition},
    {"environ_get", &Binding<wasi::environ_get>::definition},
    {"environ_sizes_get", &Binding<wasi::environ_sizes_get>::definition},
    {"fd_advise", &Binding<wasi::fd_advise>::definition},
    {"fd_allocate", &Binding<wasi::fd_allocate>::definition},
    {"fd_close", &Binding<wasi::fd_close>::definition},
    {"fd_datasync", &Binding<wasi::fd_datasync>::definition},
    {"fd_fdstat_get", &Binding<wasi::fd_fdstat_get>::definition},
    {"fd_fdstat_set_flags", &Binding<wasi::fd_fdstat_set_flags>::definition},
    {"fd_fdstat_set_rights", &Binding<wasi::fd_fdstat_set_rights>::definition},
    {"fd_filestat_get", &Binding<wasi::fd_filestat_get<Edition::Unstable>>::definition},
    {"fd_filestat_set_size", &Binding<wasi::fd_filestat_set_size>::definition},
    {"fd_filestat_set_times", &Binding<wasi::fd_filestat_set_times>::definition},
    {"fd_pread", &Binding<wasi::fd_pread>::definition},
    {"fd_prestat_dir_name", &Binding<wasi::fd_prestat_dir_name>::definition},
    {"fd_prestat_get", &Binding<wasi::fd_prestat_get>::definition},
    {"fd_pwrite", &Binding<wasi::fd_pwrite>::definition},
    {"fd_read", &Binding<wasi::fd_read>::definition},
    {"fd_readdir", &Binding<wasi::fd_readdir>::definition},
    {"fd_renumber", &Binding<wasi::fd_renumber>::definition},
    {"fd_seek", &Binding<wasi::fd_seek<Edition::Unstable>>::definition},
    {"fd_sync", &Binding<wasi::fd_sync>::definition},
    {"fd_tell", &Binding<wasi::fd_tell>::definition},
    {"fd_write", &Binding<wasi::fd_write>::definition},
    {"path_create_directory", &Binding<wasi::path_create_directory>::definition},
    {"path_filestat_get", &Binding<wasi::path_filestat_get<Edition::Unstable>>::definition},
    {"path_filestat_set_times", &Binding<wasi::path_filestat_set_times>::definition},
    {"path_link", &Binding<wasi::path_link>::definition},
    {"path_open", &Binding<wasi::path_open>::definition},
    {"path_readlink", &Binding<wasi::path_readlink>::definition},
    {"path_remove_directory", &Binding<wasi::path_remove_directory>::definition},
    {"path_rename", &Binding<wasi::path_rename>::definition},
    {"path_symlink", &Binding<wasi::path_symlink>::definition},
    {"path_unlink_file", &Binding<wasi::path_unlink_file>::definition},
    {"poll_oneoff", &Binding<wasi::poll_oneoff<Edition::Unstable>>::definition},
    {"proc_exit", &Binding<wasi::proc_exit>::definition},
    {"proc_raise", &Binding<wasi::proc_raise>::definition},
    {"random_get", &Binding<wasi::random_get>::definition},
    {"sched_yield", &Binding<wasi::sched_yield>::definition},
    {"sock_recv", &Binding<wasi::sock_recv>::definition},
    {"sock_send", &Binding<wasi::sock_send>::definition},
    {"sock_shutdown", &Binding<wasi::sock_shutdown>::definition},
};
static_assert(std::ranges::is_sorted(kUnstable, {}, &FunctionEntry::name));

}  // namespace

std::span<const FunctionEntry> preview1_functions() { return kPreview1; }
std::span<const FunctionEntry> unstable_functions() { return kUnstable; }

const runtime::HostFunctionDefinition* Module::find_function(std::string_view field) const {
  auto found = std::ranges::lower_bound(functions_, field, {}, &FunctionEntry::name);
  if (found == functions_.end() || found->name != field) return nullptr;
  return found->definition(found->name);
}

}  // namespace wherry::wasi
