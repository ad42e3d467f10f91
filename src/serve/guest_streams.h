// A guest's standard streams while it answers a request: the body in, the response and lines for
// our log out. All in memory, so that a guest never waits for a client.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "serve/byte_budget.h"
#include "wasi/wasi.h"

namespace wherry::serve {

// Borrows the body.
class BodyReader : public wasi::InputStream {
 public:
  explicit BodyReader(std::string_view body) : rest_(body) {}
  size_t read(std::span<std::byte> buffer) override;

 private:
  std::string_view rest_;
};

// Collects at most limits::kResponseBytes, within the budget.
class ResponseCollector : public wasi::OutputStream {
 public:
  explicit ResponseCollector(ByteBudget& budget) : share_(budget) {}
  bool write(ByteSpan bytes) override;

  // More was printed than is taken.
  bool overflowed() const { return overflowed_; }
  std::string take_output() { return std::move(output_); }
  BudgetShare take_share() { return std::move(share_); }

 private:
  std::string output_;
  BudgetShare share_;
  bool overflowed_ = false;
};

// Hands lines, without their ends, to `on_line`: no more than limits::kLogLineBytes of a line and
// limits::kLogBytes in all. Never refuses a write: a guest is not to fail for what it says about
// its failures.
class LineLogger : public wasi::OutputStream {
 public:
  explicit LineLogger(std::function<void(std::string_view)> on_line)
      : on_line_(std::move(on_line)) {}
  bool write(ByteSpan bytes) override;
  // Hands on an unfinished last line, and says how much was left out.
  void finish();

 private:
  void emit();

  std::function<void(std::string_view)> on_line_;
  std::string line_;
  size_t emitted_bytes_ = 0;
  size_t dropped_bytes_ = 0;
};

}  // namespace wherry::serve
