// What instances cost in one process: time to make, call and drop one, and memory for many at once.
//
//   instances cycle FILE.wasm EXPORT THREADS     one after the other, on each thread
//   instances live FILE.wasm EXPORT COUNT        all alive, each called once
//
// The module must import nothing, and EXPORT take and return nothing.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "runtime/artifact_cache.h"
#include "runtime/instance.h"
#include "support/install_paths.h"

namespace {

using namespace wherry;
using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& message) {
  std::fprintf(stderr, "instances: %s\n", message.c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().message);
  return *std::move(result);
}

std::shared_ptr<const runtime::Artifact> load(const fs::path& file) {
  Mapping module = must(map_file(file, {.size_bytes_max = uint64_t{1} << 30}));
  auto cache = must(runtime::ArtifactCache::open(must(artifact_cache_path())));
  return must(cache.load_or_compile(sha256(module.bytes()), file)).artifact;
}

std::unique_ptr<runtime::Instance> make(const std::shared_ptr<const runtime::Artifact>& artifact) {
  auto instance = must(runtime::Instance::create(artifact, {}, {}));
  if (!instance->initialize()) give_up("the instance trapped at its start");
  return instance;
}

void call(runtime::Instance& instance, const char* name) {
  const abi::FunctionReference* function = instance.find_function(name);
  if (!function || !runtime::Instance::call(*function, {})) give_up("the call failed");
}

double us_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

// Microseconds for one, by batches: a clock read is no small part of one.
std::vector<double> measure_cycles(const std::shared_ptr<const runtime::Artifact>& artifact,
                                   const char* name) {
  constexpr int kBatches = 400, kBatch = 50, kWarmUp = 20;
  std::vector<double> batches;
  for (int batch = -kWarmUp; batch < kBatches; ++batch) {
    auto begin = Clock::now();
    for (int count = 0; count < kBatch; ++count) call(*make(artifact), name);
    if (batch >= 0) batches.push_back(us_since(begin) / kBatch);
  }
  return batches;
}

void cycle(const fs::path& file, const char* name, unsigned thread_count) {
  auto artifact = load(file);
  std::vector<std::vector<double>> by_thread(thread_count);
  {
    std::vector<std::jthread> threads;
    for (auto& batches : by_thread)
      threads.emplace_back([&] { batches = measure_cycles(artifact, name); });
  }
  std::vector<double> all;
  for (const auto& batches : by_thread) all.insert(all.end(), batches.begin(), batches.end());
  std::ranges::sort(all);
  std::printf("%-44s %8.2f us, p10 %.2f, p90 %.2f\n",
              (std::to_string(thread_count) + " thread(s), median").c_str(), all[all.size() / 2],
              all[all.size() / 10], all[all.size() * 9 / 10]);
}

struct MemoryUse {
  double resident_mib = 0, address_space_gib = 0;
  long mappings = 0;
};

MemoryUse memory_use() {
  MemoryUse use;
  std::ifstream status("/proc/self/status"), maps("/proc/self/maps");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) use.resident_mib = std::stod(line.substr(6)) / 1024;
    if (line.starts_with("VmSize:")) use.address_space_gib = std::stod(line.substr(7)) / 1048576;
  }
  for (std::string line; std::getline(maps, line);) ++use.mappings;
  return use;
}

void live(const fs::path& file, const char* name, size_t count) {
  auto artifact = load(file);
  call(*make(artifact), name);  // what is made once: stacks, pools
  MemoryUse before = memory_use();
  std::vector<std::unique_ptr<runtime::Instance>> instances;
  instances.reserve(count);
  auto begin = Clock::now();
  while (instances.size() < count) instances.push_back(make(artifact));
  double made_us = us_since(begin);
  begin = Clock::now();
  for (auto& instance : instances) call(*instance, name);
  double called_us = us_since(begin);
  MemoryUse after = memory_use();
  const auto number = static_cast<double>(count);
  std::printf("%-44s %8.2f us each, first call %.2f us each\n",
              (std::to_string(count) + " instances made in").c_str(), made_us / number,
              called_us / number);
  std::printf("%-44s %8.0f MiB, %.1f KiB for an instance\n", "resident", after.resident_mib,
              (after.resident_mib - before.resident_mib) * 1024 / number);
  std::printf("%-44s %8.0f GiB, %ld mappings\n", "address space", after.address_space_gib,
              after.mappings);
  begin = Clock::now();
  instances.clear();
  std::printf("%-44s %8.2f us each, %.0f MiB stay resident\n", "dropped in",
              us_since(begin) / number, memory_use().resident_mib);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) give_up("usage: instances cycle|live FILE.wasm EXPORT NUMBER");
  const unsigned long number = std::strtoul(argv[4], nullptr, 10);
  if (argv[1] == std::string_view("cycle"))
    cycle(argv[2], argv[3], static_cast<unsigned>(number));
  else
    live(argv[2], argv[3], number);
}
