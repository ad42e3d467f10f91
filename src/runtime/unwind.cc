#include "runtime/unwind.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

#include "runtime/activation.h"
#include "runtime/address_ranges.h"

namespace wherry::runtime {

namespace {

static_assert(offsetof(UnwindState, rsp) == 48 && offsetof(UnwindState, pc) == 56);

using abi::TrapCode;

// The last record that begins at or before `code`; nullptr where there is none.
template <class Record, class Begin>
const Record* find_record(std::span<const Record> records, uint32_t code, Begin begin) {
  auto after = std::ranges::upper_bound(records, code, {}, begin);
  return after == records.begin() ? nullptr : &*std::prev(after);
}

// The frames of one activation, from the innermost one out.
class Unwinder {
 public:
  explicit Unwinder(UnwindState& state) : state_(state) { find_code(); }

  // Whether the frame's call goes on somewhere when it is left; the state is there then.
  bool find_landing_pad();
  // To the frame of the caller; false where that is the host's.
  bool step();

  const Artifact* artifact() const { return artifact_; }

 private:
  // The call is before the return address, which may be another function's first one.
  const std::byte* call() const { return reinterpret_cast<const std::byte*>(state_.pc) - 1; }
  void find_code();
  const abi::FrameShape* find_shape() const;

  UnwindState& state_;
  const Artifact* artifact_ = nullptr;  // whose code it is; nullptr: nobody's
  uint32_t code_ = 0;                   // of the call
};

void Unwinder::find_code() {
  auto is_inside = [this](const Artifact& artifact) {
    ByteSpan code = artifact.view().code;
    return call() >= code.data() && call() < code.data() + code.size();
  };
  if (!artifact_ || !is_inside(*artifact_))
    artifact_ = static_cast<const Artifact*>(guest_code().find(call()).owner);
  if (artifact_) code_ = static_cast<uint32_t>(call() - artifact_->view().code.data());
}

const abi::FrameShape* Unwinder::find_shape() const {
  if (!artifact_) return nullptr;
  const abi::ArtifactView& view = artifact_->view();
  auto* frame = find_record(view.frames, code_, &abi::FrameRecord::code);
  return frame && frame->shape < view.frame_shapes.size() ? &view.frame_shapes[frame->shape]
                                                          : nullptr;
}

bool Unwinder::find_landing_pad() {
  if (!artifact_) return false;
  const abi::ArtifactView& view = artifact_->view();
  auto* record = find_record(view.landing_pads, code_, &abi::LandingPadRecord::begin);
  if (!record || code_ >= record->end) return false;
  state_.pc = reinterpret_cast<uint64_t>(artifact_->code(record->pad));
  return true;
}

// Reads a word of the guest's stack, which holds what compiled code put there.
uint64_t load(uint64_t address) {
  uint64_t word;
  std::memcpy(&word, reinterpret_cast<const void*>(address), sizeof word);
  return word;
}

bool Unwinder::step() {
  const abi::FrameShape* shape = find_shape();
  if (!shape) return false;
  constexpr auto kRbp = static_cast<size_t>(abi::SavedRegister::Rbp);
  uint64_t cfa = (shape->is_rbp_based ? state_.saved[kRbp] : state_.rsp) + shape->cfa_offset;
  for (uint32_t index = 0; index < abi::kSavedRegisters; ++index)
    if (uint64_t words = shape->saved[index])
      state_.saved[index] = load(cfa - words * sizeof(uint64_t));
  state_.pc = load(cfa - sizeof(uint64_t));
  find_code();
  if (!find_shape()) return false;
  state_.rsp = cfa;
  return true;
}

void leave_guest(UnwindState& state, Activation& activation, TrapCode code,
                 const Artifact* artifact, uint64_t raised_at) {
  activation.code = code;
  activation.program_counter = reinterpret_cast<const std::byte*>(raised_at) - 1;
  activation.artifact = artifact;
  state.rsp = reinterpret_cast<uint64_t>(activation.host_stack_pointer);
  state.pc = reinterpret_cast<uint64_t>(&wherry_leave_guest);
}

}  // namespace

extern "C" const abi::Exception* wherry_find_handler(UnwindState* state,
                                                     const abi::Exception* exception) {
  Activation& activation = *current_activation;
  const uint64_t raised_at = state->pc;
  Unwinder unwinder(*state);
  const Artifact* artifact = unwinder.artifact();
  // A guest that does nothing but throw is hardly ever met in its own code.
  if (auto code = pending_interruption()) {
    leave_guest(*state, activation, *code, artifact, raised_at);
    return exception;
  }
  do {
    if (unwinder.find_landing_pad()) return exception;
  } while (unwinder.step());
  activation.exception = exception;
  leave_guest(*state, activation, TrapCode::UncaughtException, artifact, raised_at);
  return exception;
}

}  // namespace wherry::runtime
