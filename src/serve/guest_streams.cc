#include "serve/guest_streams.h"

#include <algorithm>
#include <cstring>

#include "serve/limits.h"

namespace wherry::serve {

size_t BodyReader::read(std::span<std::byte> buffer) {
  size_t count = std::min(buffer.size(), rest_.size());
  if (count > 0) std::memcpy(buffer.data(), rest_.data(), count);
  rest_.remove_prefix(count);
  return count;
}

bool ResponseCollector::write(ByteSpan bytes) {
  // Taken from the budget in large steps: most responses need one.
  static constexpr size_t kStepBytes = 64 * 1024;
  if (overflowed_ || bytes.size() > limits::kResponseBytes - output_.size()) {
    overflowed_ = true;
    return false;
  }
  size_t needed_bytes = output_.size() + bytes.size();
  if (needed_bytes > share_.size_bytes()) {
    size_t missing_bytes = needed_bytes - share_.size_bytes();
    size_t step_bytes = (missing_bytes + kStepBytes - 1) / kStepBytes * kStepBytes;
    if (!share_.grow(std::max(step_bytes, share_.size_bytes()))) {
      overflowed_ = true;
      return false;
    }
  }
  output_ += as_text(bytes);
  return true;
}

bool LineLogger::write(ByteSpan bytes) {
  std::string_view text = as_text(bytes);
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    size_t room = limits::kLogLineBytes - line_.size();
    line_ += text.substr(0, std::min(end, room));
    dropped_bytes_ += end - std::min(end, room);
    if (end < text.size()) emit();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

void LineLogger::emit() {
  if (line_.ends_with('\r')) line_.pop_back();
  // Empty lines count as well: a million of them is a flood, too.
  if (emitted_bytes_ + line_.size() + 1 > limits::kLogBytes) {
    dropped_bytes_ += line_.size() + 1;
  } else {
    emitted_bytes_ += line_.size() + 1;
    on_line_(line_);
  }
  line_.clear();
}

void LineLogger::finish() {
  if (!line_.empty()) emit();
  if (dropped_bytes_ > 0) on_line_(fmt::format("({} bytes more were left out)", dropped_bytes_));
  dropped_bytes_ = 0;
}

}  // namespace wherry::serve
