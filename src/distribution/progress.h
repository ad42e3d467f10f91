// Tells the user how transfers go: bars on a terminal, a line for each blob elsewhere, a JSON
// object a line for programs, or nothing.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "distribution/transfer.h"

namespace wherry::distribution {

enum class ProgressForm { None, Lines, Bars, Json };

// Bars and lines go to standard error; JSON, which is the output then, to standard output.
// Thread-safe.
class Progress {
 public:
  explicit Progress(ProgressForm form) : form_(form) {}
  // Leaves the last state of the bars on the screen.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Both borrow this object.
  BlobListener listener();
  std::function<void(std::string_view reason, std::chrono::milliseconds pause)> pause_listener();

  // The result, on standard output: "pulled demo:1 sha256:…".
  void print_result(std::string_view what, const std::string& name, const Digest& digest);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Bar {
    oci::Descriptor blob;
    BlobStep step;
    uint64_t position_bytes;
    Time began;
  };

  void on_blob(BlobStep step, const oci::Descriptor& blob, uint64_t position_bytes);
  void on_pause(std::string_view reason, std::chrono::milliseconds pause);
  void draw();
  std::string bar_line(const Bar& bar, size_t columns, Time now) const;

  const ProgressForm form_;
  std::mutex mutex_;  // guards what follows, and the streams
  std::vector<Bar> bars_;
  std::map<Digest, size_t> bar_of_;
  size_t drawn_lines_ = 0;
  Time drawn_ = {};
};

// "99 B", "1.5 kB", "100.0 MB".
std::string format_size(uint64_t size_bytes);

}  // namespace wherry::distribution
