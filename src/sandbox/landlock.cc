// Landlock, as Documentation/userspace-api/landlock.rst has it: a ruleset names the rights that it
// governs, and everything governed is refused but for what its rules allow. A kernel of an older
// ABI governs fewer rights; which is what it answers to the question for its version.
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/layer_setup.h"

namespace wherry::sandbox {

namespace {

// Debian 12's header ends with ABI 2.
struct RulesetAttributes {
  uint64_t files;
  uint64_t network;  // from ABI 4 on
  uint64_t scopes;   // from ABI 6 on
};
struct NetworkPortAttributes {
  uint64_t rights;
  uint64_t port;
};
constexpr int kRuleNetworkPort = 2;

constexpr uint64_t kTruncate = 1 << 14;
constexpr uint64_t kDeviceIoctl = 1 << 15;
constexpr uint64_t kBindTcp = 1 << 0;
constexpr uint64_t kConnectTcp = 1 << 1;
constexpr uint64_t kAbstractUnixSockets = 1 << 0;
constexpr uint64_t kSignals = 1 << 1;

constexpr uint64_t kReads = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kWrites = LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;
// REFER: to be linked or moved in from another folder, of those with the same rights. Never: to
// execute, to make devices, sockets or pipes, to ask things of devices.
constexpr uint64_t kCreates = LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
                              LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER;
constexpr uint64_t kRemoves = LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR;

constexpr int kAbiRefer = 2, kAbiTruncate = 3, kAbiNetwork = 4, kAbiDeviceIoctl = 5, kAbiScopes = 6;

int landlock_abi() {
  return static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

RulesetAttributes governed(int abi) {
  RulesetAttributes all{.files = LANDLOCK_ACCESS_FS_REFER - 1, .network = 0, .scopes = 0};
  if (abi >= kAbiRefer) all.files |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= kAbiTruncate) all.files |= kTruncate;
  if (abi >= kAbiNetwork) all.network = kBindTcp | kConnectTcp;
  if (abi >= kAbiDeviceIoctl) all.files |= kDeviceIoctl;
  if (abi >= kAbiScopes) all.scopes = kAbstractUnixSockets | kSignals;
  return all;
}

Result<> allow_below(int ruleset, int place, const fs::path& path, uint64_t rights) {
  const landlock_path_beneath_attr rule{.allowed_access = rights, .parent_fd = place};
  if (place >= 0 &&
      ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0)
    return {};
  return std::unexpected(
      system_error(errno, fmt::format("sandbox: {} cannot be opened in the wall", path.string())));
}

Fd open_place(const fs::path& path) { return Fd(::open(path.c_str(), O_PATH | O_CLOEXEC)); }

Result<> allow_port(int ruleset, uint16_t port, uint64_t rights) {
  const NetworkPortAttributes rule{.rights = rights, .port = port};
  if (::syscall(SYS_landlock_add_rule, ruleset, kRuleNetworkPort, &rule, 0) != 0)
    return std::unexpected(
        system_error(errno, fmt::format("sandbox: port {} cannot be opened in the wall", port)));
  return {};
}

Result<> allow_folders(int ruleset, const Openings& openings, uint64_t governed_rights) {
  for (const FolderRule& folder : openings.folders) {
    uint64_t rights = folder.reads ? kReads : 0;
    if (folder.writes || folder.creates) rights |= kWrites;
    if (folder.creates) rights |= kCreates;
    if (folder.removes) rights |= kRemoves;
    const Fd place = folder.fd < 0 ? open_place(folder.path) : Fd();
    TRY(allow_below(ruleset, folder.fd < 0 ? place.get() : folder.fd, folder.path,
                    rights & governed_rights));
  }
  for (const fs::path& file : openings.files)
    if (const Fd place = open_place(file); place.valid())
      TRY(allow_below(ruleset, place.get(), file, LANDLOCK_ACCESS_FS_READ_FILE));
  return {};
}

// The kernel refuses rules for what the ruleset does not govern.
Result<> allow_ports(int ruleset, const NetworkRules& network, uint64_t governed_rights) {
  if (governed_rights & kBindTcp)
    for (uint16_t port : network.bind) TRY(allow_port(ruleset, port, kBindTcp));
  if (governed_rights & kConnectTcp)
    for (uint16_t port : network.connect) TRY(allow_port(ruleset, port, kConnectTcp));
  return {};
}

std::optional<Shortcoming> weakness(int abi) {
  if (abi >= kAbiScopes) return std::nullopt;
  const char* lacks = abi >= kAbiNetwork    ? "signals to other processes"
                      : abi >= kAbiTruncate ? "TCP ports, nor signals to other processes"
                                            : "truncation of files, TCP ports, signals";
  return Shortcoming{Layer::Landlock, false,
                     fmt::format("this kernel's Landlock (ABI {}) does not govern {}", abi, lacks)};
}

std::optional<Shortcoming> absence(int error_number) {
  const char* reason = error_number == EOPNOTSUPP
                           ? "Landlock is switched off (boot with lsm=landlock,... to have it)"
                       : error_number == ENOSYS
                           ? "this kernel has no Landlock (Linux 5.13 and later have it)"
                           : "Landlock is refused to this process (a container's seccomp profile?)";
  return Shortcoming{Layer::Landlock, true, reason};
}

}  // namespace

std::optional<Shortcoming> examine_landlock() {
  const int abi = landlock_abi();
  return abi < 1 ? absence(errno) : weakness(abi);
}

Outcome restrict_by_landlock(const Openings& openings) {
  const int abi = landlock_abi();
  if (abi < 1) return absence(errno);
  RulesetAttributes attributes = governed(abi);
  if (openings.network.binds_anywhere) attributes.network &= ~kBindTcp;
  if (openings.network.connects_anywhere) attributes.network &= ~kConnectTcp;
  // An older kernel takes a longer structure whose end is zero.
  Fd ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  if (!ruleset.valid())
    return std::unexpected(system_error(errno, "sandbox: Landlock refuses its ruleset"));
  TRY(allow_folders(ruleset.get(), openings, attributes.files));
  TRY(allow_ports(ruleset.get(), openings.network, attributes.network));
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0)
    return std::unexpected(system_error(errno, "sandbox: Landlock cannot be put up"));
  return weakness(abi);
}

}  // namespace wherry::sandbox
