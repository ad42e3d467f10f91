#include "container/confinement.h"

#include "wasi/threads.h"

namespace wherry::container {

namespace {

// Landlock takes ports one by one, 0.4 us each. Beyond this many it lets all pass, and the first
// wall alone tells them apart.
constexpr size_t kPortsMax = 256;
constexpr uint16_t kDnsPort = 53;

// What the resolver reads (wasi/resolver.h).
constexpr const char* kResolverFiles[] = {"/etc/resolv.conf", "/etc/hosts"};

struct Ports {
  std::vector<uint16_t> ports;
  bool are_all = false;
};

Ports tcp_ports(std::span<const policy::NetworkRule> rules) {
  Ports found;
  for (const policy::NetworkRule& rule : rules) {
    if (rule.protocol != policy::Protocol::Tcp) continue;
    const size_t count = static_cast<size_t>(rule.ports.last) - rule.ports.first + 1;
    if (found.ports.size() + count > kPortsMax) return {.ports = {}, .are_all = true};
    for (uint32_t port = rule.ports.first; port <= rule.ports.last; ++port)
      found.ports.push_back(static_cast<uint16_t>(port));
  }
  return found;
}

void open_network(const policy::NetworkRules& rules, sandbox::Openings& openings) {
  Ports listen = tcp_ports(rules.listen), connect = tcp_ports(rules.connect);
  if (rules.allows_some_resolve()) {
    openings.files.assign(std::begin(kResolverFiles), std::end(kResolverFiles));
    connect.ports.push_back(kDnsPort);
  }
  openings.network = {.has_sockets = !rules.empty(),
                      .bind = std::move(listen.ports),
                      .connect = std::move(connect.ports),
                      .binds_anywhere = listen.are_all,
                      .connects_anywhere = connect.are_all};
}

// The host's own share of the process: what is mapped of the artifact, buffers, answers that wait.
constexpr uint64_t kHostMemoryBytes = 256ull << 20;
// A server's, with the bodies of requests (serve/limits.h, kBufferedBytes).
constexpr uint64_t kServingHostMemoryBytes = 1ull << 30;
// The host's own threads, those of a server's connections among them.
constexpr uint64_t kHostTasks = 32;

// What the limits of all executions come to.
sandbox::ResourceBounds bounds_for(const Application& application,
                                   const ConfinementOptions& options) {
  const policy::Limits& limits = application.effective().limits;
  const bool has_threads = wasi::Threads::are_wanted_by(*application.artifact());
  const uint64_t threads = has_threads ? limits.threads_max.value_or(1) : 1;
  const uint64_t stacks = limits.stack_bytes_max.value_or(0) * threads;
  sandbox::ResourceBounds bounds;
  if (limits.memory_bytes_max)
    bounds.memory_bytes = (*limits.memory_bytes_max + stacks) * options.executions_at_once +
                          (options.serves ? kServingHostMemoryBytes : kHostMemoryBytes);
  bounds.tasks = threads * options.executions_at_once + kHostTasks;
  bounds.processors = threads * options.executions_at_once;
  return bounds;
}

}  // namespace

sandbox::Openings openings_for(const policy::Effective& effective, std::span<const int> folders) {
  sandbox::Openings openings;
  for (const policy::DirectoryGrant& grant : effective.directories)
    openings.folders.push_back({.path = grant.host,
                                .reads = grant.access.includes(policy::FileRight::Read),
                                .writes = grant.access.includes(policy::FileRight::Write),
                                .creates = grant.access.includes(policy::FileRight::Create),
                                .removes = grant.access.includes(policy::FileRight::Delete)});
  for (size_t index = 0; index < folders.size(); ++index)
    openings.folders[index].fd = folders[index];
  open_network(effective.network, openings);
  return openings;
}

Result<std::vector<sandbox::Shortcoming>> confine(const Application& application,
                                                  const ConfinementOptions& options) {
  sandbox::Openings openings = openings_for(application.effective(), options.folders);
  openings.serves = options.serves;
  openings.bounds = bounds_for(application, options);
  return sandbox::confine(openings, options.selection);
}

std::string describe(const sandbox::Shortcoming& shortcoming) {
  const std::string_view name = sandbox::name_of(shortcoming.layer);
  if (!shortcoming.is_missing) return fmt::format("sandbox: {}: {}", name, shortcoming.reason);
  return fmt::format("sandbox: no {}: {} (wherry doctor tells more; --no-sandbox {} goes without)",
                     name, shortcoming.reason, name);
}

}  // namespace wherry::container
