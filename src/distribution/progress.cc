#include "distribution/progress.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <cstdio>

#include "support/json.h"
#include "support/log.h"
#include "support/quotes.h"

namespace wherry::distribution {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

static constexpr milliseconds kDrawInterval{100};
static constexpr size_t kBarColumns = 24;

std::string format_size(uint64_t size_bytes) {
  if (size_bytes < 1000) return fmt::format("{} B", size_bytes);
  double size = static_cast<double>(size_bytes);
  const char* unit = "kB";
  for (const char* next : {"kB", "MB", "GB"}) {
    size /= 1000;
    unit = next;
    if (size < 999.95) break;
  }
  return fmt::format("{:.1f} {}", size, unit);
}

static bool is_moving(BlobStep step) {
  return step == BlobStep::Uploading || step == BlobStep::Downloading || step == BlobStep::Copying;
}

static std::string short_name(const Digest& digest) { return digest.hex().substr(0, 12); }

static void print_json(const OrderedJson& line) {
  fmt::print("{}\n", line.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
  std::fflush(stdout);
}

Progress::~Progress() {
  if (form_ == ProgressForm::Bars) draw();
}

BlobListener Progress::listener() {
  if (form_ == ProgressForm::None) return {};
  return [this](BlobStep step, const oci::Descriptor& blob, uint64_t position_bytes) {
    on_blob(step, blob, position_bytes);
  };
}

std::function<void(std::string_view, milliseconds)> Progress::pause_listener() {
  if (form_ == ProgressForm::None) return {};
  return [this](std::string_view reason, milliseconds pause) { on_pause(reason, pause); };
}

void Progress::on_blob(BlobStep step, const oci::Descriptor& blob, uint64_t position_bytes) {
  std::lock_guard lock(mutex_);
  if (position_bytes == 0 || !is_moving(step))
    log::info(blob_step_name(step),
              {{"blob", blob.digest.to_string()}, {"bytes", blob.size_bytes}});
  if (form_ == ProgressForm::Bars) {
    auto [found, is_new] = bar_of_.emplace(blob.digest, bars_.size());
    if (is_new) bars_.push_back({blob, step, 0, steady_clock::now()});
    Bar& bar = bars_[found->second];
    bar.step = step;
    bar.position_bytes = position_bytes;
    if (is_new || steady_clock::now() - drawn_ >= kDrawInterval) draw();
  } else if (!is_moving(step) && form_ == ProgressForm::Json) {
    print_json({{"event", "blob"},
                {"step", blob_step_name(step)},
                {"digest", blob.digest.to_string()},
                {"bytes", blob.size_bytes}});
  } else if (!is_moving(step)) {
    fmt::print(stderr, "{}  {}  {}\n", short_name(blob.digest), blob_step_name(step),
               format_size(blob.size_bytes));
  }
}

void Progress::on_pause(std::string_view reason, milliseconds pause) {
  std::lock_guard lock(mutex_);
  if (form_ == ProgressForm::Json) {
    print_json({{"event", "retry"}, {"reason", quote(reason)}, {"pause_ms", pause.count()}});
    return;
  }
  if (drawn_lines_ > 0) fmt::print(stderr, "\x1b[{}A\x1b[J", drawn_lines_);
  drawn_lines_ = 0;
  fmt::print(stderr, "{}; trying again in {:.1f} s\n", quote(reason),
             duration<double>(pause).count());
  if (form_ == ProgressForm::Bars) draw();
}

struct Screen {
  size_t columns = 80;
  size_t rows = 24;
};
static Screen screen_size() {
  winsize size = {};
  if (::ioctl(2, TIOCGWINSZ, &size) != 0) return {};
  Screen screen;
  // 0 is what terminals say that do not know it, serial lines for one.
  if (size.ws_col > 1) screen.columns = size.ws_col;
  if (size.ws_row > 1) screen.rows = size.ws_row;
  return screen;
}

std::string Progress::bar_line(const Bar& bar, size_t columns, Time now) const {
  std::string line =
      fmt::format("{}  {:<13}", short_name(bar.blob.digest), blob_step_name(bar.step));
  if (is_moving(bar.step)) {
    double part = bar.blob.size_bytes == 0 ? 1
                                           : static_cast<double>(bar.position_bytes) /
                                                 static_cast<double>(bar.blob.size_bytes);
    double seconds = std::max(duration<double>(now - bar.began).count(), 0.001);
    std::string figures = fmt::format(
        " {} of {}, {}/s", format_size(bar.position_bytes), format_size(bar.blob.size_bytes),
        format_size(static_cast<uint64_t>(static_cast<double>(bar.position_bytes) / seconds)));
    // The figures say more than a bar of a few columns.
    if (line.size() + figures.size() + kBarColumns + 3 < columns) {
      size_t full = static_cast<size_t>(std::clamp(part, 0.0, 1.0) * kBarColumns);
      line += fmt::format(" [{:<{}}]", std::string(full, '='), kBarColumns);
    }
    line += figures;
  } else {
    line += " " + format_size(bar.blob.size_bytes);
  }
  return line.substr(0, columns - 1);  // a line that wraps could not be drawn over
}

// Over what was drawn before. Where there are more blobs than rows, the latest are shown: the
// cursor cannot go back to what has left the screen.
void Progress::draw() {
  Time now = steady_clock::now();
  Screen screen = screen_size();
  std::string text;
  if (drawn_lines_ > 0) text = fmt::format("\x1b[{}A", drawn_lines_);
  drawn_lines_ = std::min(bars_.size(), screen.rows - 1);
  for (size_t i = bars_.size() - drawn_lines_; i < bars_.size(); i++)
    text += "\x1b[2K" + bar_line(bars_[i], screen.columns, now) + "\n";
  std::fputs(text.c_str(), stderr);
  drawn_ = now;
}

void Progress::print_result(std::string_view what, const std::string& name, const Digest& digest) {
  std::lock_guard lock(mutex_);
  if (form_ == ProgressForm::Bars) {
    draw();
    drawn_lines_ = 0;
    bars_.clear();
    bar_of_.clear();
  }
  if (form_ == ProgressForm::Json)
    print_json({{"event", what}, {"name", name}, {"digest", digest.to_string()}});
  else if (form_ != ProgressForm::None)
    fmt::print("{} {} {}\n", what, name, digest.to_string());
}

}  // namespace wherry::distribution
