#include <fcntl.h>

#include <cerrno>

#include "wasi/program_state.h"
#include "wasi/wasi.h"

namespace wherry::wasi {
namespace {

Descriptor stream_descriptor(const Stdio& stdio) {
  Descriptor descriptor;
  descriptor.borrowed_fd = stdio.fd;
  descriptor.input = stdio.input;
  descriptor.output = stdio.output;
  bool is_closed = stdio.fd < 0 && stdio.input == nullptr && stdio.output == nullptr;
  descriptor.kind = is_closed ? Descriptor::Kind::Reserved : Descriptor::Kind::Stream;
  descriptor.base = rights::kFile;
  return descriptor;
}

// `path` from `at` on.
Result<Fd> open_folder(const policy::DirectoryGrant& grant, int at, const char* path) {
  // A folder that can be passed through but not listed is still worth having.
  Fd fd(openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() && errno == EACCES) fd.reset(openat(at, path, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) return fd;
  return std::unexpected(system_error(
      errno, fmt::format("opening the folder of --dir {}:{}", grant.host.string(), grant.guest)));
}

Descriptor directory(const policy::DirectoryGrant& grant, Fd fd) {
  Descriptor descriptor;
  descriptor.kind = Descriptor::Kind::Directory;
  descriptor.is_preopen = true;
  descriptor.fd = std::move(fd);
  descriptor.base = rights::kDirectory;
  descriptor.inheriting = rights::kDirectory | rights::kFile;
  descriptor.grant = &grant;
  descriptor.guest_path = grant.guest;
  return descriptor;
}

Descriptor listener(Fd socket) {
  Descriptor descriptor;
  descriptor.kind = Descriptor::Kind::Socket;
  descriptor.is_preopen = true;
  descriptor.fd = std::move(socket);
  descriptor.base = rights::kListener;
  descriptor.inheriting = rights::kSocket;
  return descriptor;
}

Descriptor nowhere() {
  Descriptor descriptor;
  descriptor.kind = Descriptor::Kind::Nowhere;
  descriptor.is_preopen = true;
  descriptor.base = rights::kDirectory;
  descriptor.inheriting = rights::kDirectory | rights::kFile;
  descriptor.guest_path.push_back('/');
  return descriptor;
}

Result<> add_descriptor(FdTable& table, Descriptor descriptor) {
  if (!table.add(std::move(descriptor)))
    return fail(
        ErrorCode::Invalid,
        "more folders and sockets are granted than descriptors may be open (--open-files-max)");
  return {};
}

}  // namespace

Result<Fd> open_folder(const policy::DirectoryGrant& grant) {
  return open_folder(grant, AT_FDCWD, grant.host.c_str());
}

ProgramState::ProgramState(ProgramOptions program_options)
    : options(std::move(program_options)),
      network(options),
      preview1("wasi_snapshot_preview1", preview1_functions(), *this),
      unstable("wasi_unstable", unstable_functions(), *this),
      modules{&preview1, &unstable} {
  descriptors.set_size_max(descriptors_max());
  if (options.random_seed) random.emplace(*options.random_seed);
}

uint32_t ProgramState::descriptors_max() const {
  return std::min(options.descriptors_max, limits::kDescriptorsMax);
}

Result<> ProgramState::open_directories() {
  for (const Stdio* stdio :
       {&options.standard_input, &options.standard_output, &options.standard_error})
    TRY(add_descriptor(descriptors, stream_descriptor(*stdio)));
  for (Fd& socket : options.listeners)
    TRY(add_descriptor(descriptors, listener(std::move(socket))));
  bool has_root = false;
  for (size_t index = 0; index < options.directories.size(); ++index) {
    const policy::DirectoryGrant& grant = options.directories[index];
    // Anew in any case: a listing's position is of what was opened, not of its descriptors.
    const bool is_open = !options.folders.empty();
    Fd folder = TRY(open_folder(grant, is_open ? options.folders[index].get() : AT_FDCWD,
                                is_open ? "." : grant.host.c_str()));
    TRY(add_descriptor(descriptors, directory(grant, std::move(folder))));
    has_root = has_root || grant.guest == "/";
  }
  if (!options.shows_empty_root || has_root) return {};
  // It is none of the host's, and takes no room from those that the program may open.
  descriptors.set_size_max(descriptors_max() + 1);
  return add_descriptor(descriptors, nowhere());
}

Program::Program(std::unique_ptr<ProgramState> state) : state_(std::move(state)) {}
Program::~Program() = default;

Result<std::unique_ptr<Program>> Program::create(ProgramOptions options) {
  TRY(check_strings(options));
  auto state = std::make_unique<ProgramState>(std::move(options));
  TRY(state->open_directories());
  return std::make_unique<Program>(std::move(state));
}

std::vector<int> Program::folder_descriptors() const {
  std::vector<int> folders;
  for (const auto& entry : state_->descriptors.entries())
    if (entry && entry->kind == Descriptor::Kind::Directory) folders.push_back(entry->host_fd());
  return folders;
}

bool Program::has_initial_descriptors() const {
  constexpr uint32_t kStreams = 3;
  auto entries = state_->descriptors.entries();
  const size_t initial_count =
      kStreams + state_->options.listeners.size() + state_->options.directories.size();
  for (size_t fd = 0; fd < entries.size(); ++fd) {
    const Descriptor* entry = entries[fd].get();
    if (!entry) {
      if (fd < initial_count) return false;
      continue;
    }
    const bool is_initial = fd < kStreams ? !entry->fd.valid() : entry->is_preopen;
    if (entry->is_open() && !is_initial) return false;
  }
  return true;
}

void Program::allow_threads() {
  state_->descriptors.allow_threads();
  auto& tell = state_->options.on_denial;
  if (!tell) return;
  auto mutex = std::make_shared<std::mutex>();
  tell = [mutex, tell_alone = std::move(tell)](const Denial& denial) {
    std::scoped_lock lock(*mutex);
    tell_alone(denial);
  };
}

std::span<runtime::HostModule* const> Program::modules() { return state_->modules; }

}  // namespace wherry::wasi
