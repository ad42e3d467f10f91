// Measures what each layer of the second wall costs a process:
//
//   sandbox_layers [ROUNDS]
//
// In each round, a child is forked for every layer in turn; it puts that layer up and ends. Prints
// the time of the calls that put it up, and what the child's whole life grows by, which is more:
// the kernel takes down at the end what it made. Medians, in microseconds.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "sandbox/sandbox.h"

namespace {

using namespace wherry::sandbox;
using Clock = std::chrono::steady_clock;

struct Candidate {
  std::string name;
  Selection selection;
  std::vector<double> calls_us = {};
  std::vector<double> life_us = {};
};

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double median(std::vector<double>& values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void run_once(Candidate& candidate, double* shared_us) {
  const Openings openings{.folders = {{.path = "/tmp", .writes = true}},
                          .bounds = {.memory_bytes = 1 << 30, .tasks = 64, .processors = 2}};
  Clock::time_point start = Clock::now();
  const pid_t child = fork();
  if (child == 0) {
    // The code's pages fault in the first time, which is not the layer's cost.
    auto warmed_up = confine(openings, {});
    start = Clock::now();
    auto done = confine(openings, candidate.selection);
    *shared_us = microseconds_since(start);
    _exit(warmed_up && done ? 0 : 1);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) {
    std::fprintf(stderr, "sandbox_layers: %s cannot be put up\n", candidate.name.c_str());
    std::exit(1);
  }
  candidate.life_us.push_back(microseconds_since(start));
  candidate.calls_us.push_back(*shared_us);
  // What others still take away of it is not the next one's cost.
  constexpr useconds_t kRest_us = 5000;
  usleep(kRest_us);
}

std::vector<Candidate> make_candidates() {
  std::vector<Candidate> candidates{{.name = "none", .selection = {}}};
  for (const LayerDescription& description : layer_descriptions()) {
    Candidate candidate{.name = std::string(description.name), .selection = {}};
    candidate.selection.wanted.add(description.layer);
    candidates.push_back(std::move(candidate));
  }
  candidates.push_back({.name = "all by default", .selection = *parse_selection({}, {})});
  for (const Layer own : {Layer::Namespaces, Layer::Cgroup}) {
    Candidate candidate{.name = "--sandbox " + std::string(name_of(own)), .selection = {}};
    candidate.selection.wanted.add(own);
    candidate.selection.required.add(own);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

}  // namespace

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::atol(argv[1]) : 200;
  void* page =
      mmap(nullptr, sizeof(double), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (rounds < 1 || page == MAP_FAILED) return 1;
  std::vector<Candidate> candidates = make_candidates();
  for (long round = 0; round < rounds; ++round)
    for (Candidate& candidate : candidates) run_once(candidate, static_cast<double*>(page));
  const double none_us = median(candidates.front().life_us);
  std::printf("%-22s %14s %14s\n", "layer, in us", "its calls", "of a life");
  for (Candidate& candidate : candidates)
    std::printf("%-22s %14.1f %14.1f\n", candidate.name.c_str(), median(candidate.calls_us),
                median(candidate.life_us) - none_us);
}
