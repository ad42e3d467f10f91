// What is told of denials without flooding: a program that looks for a file in a hundred places,
// and finds it in the last, has done nothing that anybody must know.
//
// A denial is told once for each thing that would allow it, and only so many of them. One that may
// be no more than a look (reading what lies outside of every folder) is kept back, and told when
// the program has failed. Verbose tells everything at once.
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "wasi/wasi.h"

namespace wherry::container {

// Thread-safe.
class DenialLog {
 public:
  using Tell = std::function<void(const wasi::Denial&)>;
  struct Options {
    bool is_verbose = false;
    // For how many different ways out, looks not counted; and how many looks are kept.
    size_t told_max = 8;
  };
  DenialLog(Tell tell, const Options& options) : tell_(std::move(tell)), options_(options) {}

  void add(const wasi::Denial& denial);
  // The program has ended. Tells the looks that were kept back where it failed. How many different
  // denials were not told at all: 0 unless there were too many.
  size_t finish(bool has_failed);

 private:
  std::mutex mutex_;
  Tell tell_;
  Options options_;
  std::set<std::string> ways_out_;  // of what was told, or kept
  std::vector<wasi::Denial> kept_;
  size_t told_ = 0;
  size_t untold_ = 0;
};

}  // namespace wherry::container
