#include "container/diagnosis.h"

#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "container/application.h"
#include "oci/image_store.h"
#include "runtime/artifact_cache.h"
#include "runtime/memory.h"
#include "runtime/written_pages.h"
#include "sandbox/sandbox.h"
#include "support/install_paths.h"
#include "support/process.h"

namespace wherry::container {

namespace {

using State = Finding::State;

class Diagnosis {
 public:
  explicit Diagnosis(std::string_view group) : group_(group) {}
  void add(std::string name, State state, std::string detail) {
    findings_.push_back({group_, std::move(name), state, std::move(detail)});
  }
  // Broken with the error's message, unless it worked.
  template <class T>
  void add_result(std::string name, const Result<T>& result, std::string detail) {
    result ? add(std::move(name), State::Good, std::move(detail))
           : add(std::move(name), State::Broken, result.error().message);
  }
  std::vector<Finding> take() { return std::move(findings_); }

 private:
  std::string_view group_;
  std::vector<Finding> findings_;
};

std::vector<Finding> diagnose_sandbox() {
  Diagnosis diagnosis("sandbox");
  const std::vector<sandbox::Shortcoming> shortcomings = sandbox::examine();
  for (const sandbox::LayerDescription& layer : sandbox::layer_descriptions()) {
    auto found = std::ranges::find(shortcomings, layer.layer, &sandbox::Shortcoming::layer);
    std::string purpose = fmt::format("keeps a program from {}", layer.purpose);
    if (found == shortcomings.end())
      diagnosis.add(std::string(layer.name), State::Good, std::move(purpose));
    else if (!found->is_missing)
      diagnosis.add(std::string(layer.name), State::Weaker, found->reason);
    else
      diagnosis.add(std::string(layer.name), layer.where_permitted ? State::Missing : State::Broken,
                    found->reason);
  }
  return diagnosis.take();
}

bool has_openat2() {
  open_how how{};
  return ::syscall(SYS_openat2, -1, "", &how, sizeof how) != 0 && errno != ENOSYS && errno != EPERM;
}

bool tells_written_pages() {
  const auto size_bytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  void* page =
      ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  const Mapping mapping(static_cast<std::byte*>(page), size_bytes);
  runtime::WrittenPages pages({mapping.base(), size_bytes}, 2 * size_bytes);
  while (!pages.next().empty()) continue;
  return pages.complete();
}

std::string cgroup_version() {
  struct statfs file_system{};
  if (::statfs("/sys/fs/cgroup", &file_system) != 0) return "none is mounted";
  return file_system.f_type == CGROUP2_SUPER_MAGIC ? "version 2" : "version 1";
}

std::vector<Finding> diagnose_kernel() {
  Diagnosis diagnosis("kernel");
  utsname name{};
  ::uname(&name);
  diagnosis.add("release", State::Good, fmt::format("{} {}", name.sysname, name.release));
  has_openat2() ? diagnosis.add("openat2", State::Good, "resolves guests' paths in the kernel")
                : diagnosis.add("openat2", State::Weaker,
                                "not there (Linux 5.6): paths are walked one name at a time");
  tells_written_pages()
      ? diagnosis.add("pagemap-scan", State::Good, "tells which pages of a memory to clear")
      : diagnosis.add("pagemap-scan", State::Weaker,
                      "not there (Linux 6.7): memories are cleared as a whole, which is slower");
  diagnosis.add("cgroup", State::Good,
                cgroup_version() + "; a run gets one of its own where that is permitted");
  runtime::can_reserve_memories(1)
      ? diagnosis.add("address-space", State::Good, "suffices for memories without bounds checks")
      : diagnosis.add("address-space", State::Weaker,
                      "limited (ulimit -v, or vm.overcommit_memory): code checks bounds, which is "
                      "slower");
  return diagnosis.take();
}

Result<> open_cache(const fs::path& path) {
  TRY(runtime::ArtifactCache::open(path));
  return {};
}

Result<> open_store(const fs::path& path) {
  TRY(oci::ImageStore::open(path));
  if (::access(path.c_str(), W_OK) != 0)
    return std::unexpected(system_error(errno, fmt::format("{} cannot be written", path.string())));
  return {};
}

// A file with a mistake, or one that others can write, stops every run.
void diagnose_policies(const policy::PolicyPaths& paths, Diagnosis& diagnosis) {
  auto rules = policy::load_policies(paths);
  diagnosis.add_result("policy", rules,
                       rules ? fmt::format("{} rules, of {} and {}", rules->size(),
                                           paths.machine.string(), paths.user.string())
                             : "");
}

std::vector<Finding> diagnose_files() {
  Diagnosis diagnosis("files");
  auto places = default_places();
  if (!places) {
    diagnosis.add("places", State::Broken, places.error().message);
    return diagnosis.take();
  }
  diagnosis.add_result("artifact-cache", open_cache(places->artifact_cache),
                       places->artifact_cache.string() + ": yours alone");
  diagnosis.add_result("image-store", open_store(places->image_store),
                       places->image_store.string());
  diagnose_policies(places->policies, diagnosis);
  return diagnosis.take();
}

std::vector<Finding> diagnose_programs() {
  Diagnosis diagnosis("programs");
  for (const char* helper : {"wherry-compile", "wherry-build", "wherry-registry", "wherry-serve",
                             "wherry-trust", "wherry-registryd", "wherry-keeper"}) {
    auto path = find_helper_program(helper);
    diagnosis.add_result(helper, path, path ? path->string() : "");
  }
  // Only for wherry build; each line names its Debian package.
  for (auto [program, package] : {std::pair("clang-22",
                                            "clang-22, with wasi-libc, lld-22 and "
                                            "libclang-rt-22-dev-wasm32: builds C"),
                                  std::pair("wat2wasm", "wabt: builds WebAssembly text")}) {
    auto path = find_program(program);
    path ? diagnosis.add(program, State::Good, path->string())
         : diagnosis.add(program, State::Missing, fmt::format("Debian package {}", package));
  }
  return diagnosis.take();
}

}  // namespace

const char* to_string(State state) {
  switch (state) {
    case State::Good:
      return "ok";
    case State::Weaker:
      return "weaker";
    case State::Missing:
      return "missing";
    case State::Broken:
      return "broken";
  }
  return "";
}

std::vector<Finding> diagnose() {
  std::vector<Finding> findings;
  for (auto diagnose_group : {diagnose_sandbox, diagnose_kernel, diagnose_files, diagnose_programs})
    std::ranges::move(diagnose_group(), std::back_inserter(findings));
  return findings;
}

}  // namespace wherry::container
