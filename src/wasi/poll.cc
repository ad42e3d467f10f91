// poll_oneoff: waits until one of several clocks or descriptors is ready.
//
// Clocks become one timeout for poll(2), the nearest; which of them have come is then decided by
// the clocks themselves. Descriptors with nothing of the host's behind them are always ready, and
// an event with an error (a descriptor that is not open) is ready at once.
#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "wasi/clock.h"
#include "wasi/functions.h"
#include "wasi/limits.h"

namespace wherry::wasi {
namespace {

// A subscription, freed of its edition's layout and resolved.
struct Waiting {
  uint64_t userdata;
  EventType type;
  Errno error = Errno::success;  // of the subscription itself: reported as an event
  clockid_t clock = CLOCK_MONOTONIC;
  uint64_t deadline_ns = 0;      // on `clock`
  size_t poll_index = SIZE_MAX;  // SIZE_MAX: nothing to wait for
  bool is_socket = false;
};

template <Edition edition>
using SubscriptionOf =
    std::conditional_t<edition == Edition::Preview1, Subscription, UnstableSubscription>;

uint32_t descriptor_of(const Subscription& subscription) { return subscription.clock.id; }
uint32_t descriptor_of(const UnstableSubscription& subscription) {
  return static_cast<uint32_t>(subscription.identifier);
}

// A coarse clock has come to a time when it shows it, or a later one: at the next of its ticks.
// Waiting for the precise time would wake guests that then read an earlier one.
void wait_for_tick(uint64_t& deadline_ns) {
  const uint64_t rest = deadline_ns % kCoarseResolutionNs;
  if (rest != 0 && deadline_ns <= UINT64_MAX - kCoarseResolutionNs)
    deadline_ns += kCoarseResolutionNs - rest;
}

ErrnoOr<> resolve_clock(const ProgramState& state, const ClockSubscription& clock,
                        Waiting& waiting) {
  waiting.clock = TRY(host_clock(clock.id));
  // Sleeping on a processor's time would never end while nobody works.
  if (waiting.clock != CLOCK_REALTIME && waiting.clock != CLOCK_MONOTONIC)
    return refuse(Errno::notsup);
  waiting.deadline_ns = clock.timeout;
  if (!(clock.flags & kSubscriptionClockAbstime)) {
    uint64_t now = TRY(clock_now_ns(waiting.clock));
    waiting.deadline_ns = clock.timeout > UINT64_MAX - now ? UINT64_MAX : now + clock.timeout;
  }
  if (state.options.clock == policy::Clock::Coarse) wait_for_tick(waiting.deadline_ns);
  return {};
}

ErrnoOr<> resolve_descriptor(ProgramState& state, uint32_t fd, Waiting& waiting,
                             std::vector<pollfd>& polled) {
  const Descriptor& descriptor = *TRY(state.descriptors.find(fd, rights::poll_fd_readwrite));
  if (descriptor.host_fd() < 0) return {};
  waiting.poll_index = polled.size();
  waiting.is_socket = descriptor.kind == Descriptor::Kind::Socket;
  short events = waiting.type == EventType::fd_read ? POLLIN : POLLOUT;
  polled.push_back({.fd = descriptor.host_fd(), .events = events, .revents = 0});
  return {};
}

template <class Guest>
ErrnoOr<> resolve(ProgramState& state, const Guest& subscription, Waiting& waiting,
                  std::vector<pollfd>& polled) {
  switch (subscription.tag) {
    case EventType::clock:
      return resolve_clock(state, subscription.clock, waiting);
    case EventType::fd_read:
    case EventType::fd_write:
      return resolve_descriptor(state, descriptor_of(subscription), waiting, polled);
  }
  return refuse(Errno::inval);
}

bool is_ready_at_once(const Waiting& waiting) {
  return waiting.error != Errno::success ||
         (waiting.type != EventType::clock && waiting.poll_index == SIZE_MAX);
}

// How long to wait; nothing for without end.
ErrnoOr<std::optional<uint64_t>> nearest_timeout_ns(std::span<const Waiting> waitings) {
  std::optional<uint64_t> nearest;
  for (const Waiting& waiting : waitings) {
    uint64_t rest = 0;
    if (!is_ready_at_once(waiting)) {
      if (waiting.type != EventType::clock) continue;
      uint64_t now = TRY(clock_now_ns(waiting.clock));
      rest = waiting.deadline_ns > now ? waiting.deadline_ns - now : 0;
    }
    nearest = std::min(nearest.value_or(rest), rest);
  }
  return nearest;
}

// Bytes that can be read, or 1 where nobody can tell.
uint64_t readable_bytes(int fd) {
  int count = 0;
  return ioctl(fd, FIONREAD, &count) == 0 && count >= 0 ? static_cast<uint64_t>(count) : 1;
}

std::optional<Event> event_of(const Waiting& waiting, std::span<const pollfd> polled) {
  Event event{.userdata = waiting.userdata,
              .error = waiting.error,
              .type = waiting.type,
              .nbytes = 0,
              .flags = 0};
  if (is_ready_at_once(waiting)) {
    event.nbytes = waiting.error == Errno::success ? 1 : 0;
    return event;
  }
  if (waiting.type == EventType::clock) {
    auto now = clock_now_ns(waiting.clock);
    if (now && *now < waiting.deadline_ns) return std::nullopt;
    return event;
  }
  const pollfd& ready = polled[waiting.poll_index];
  if (ready.revents == 0) return std::nullopt;
  if (ready.revents & POLLNVAL) event.error = Errno::badf;
  // A socket's error is for the call that meets it: a guest that was told here would ask for it in
  // vain afterwards.
  if ((ready.revents & POLLERR) && !waiting.is_socket)
    event.error = waiting.type == EventType::fd_write ? Errno::pipe : Errno::io;
  if (ready.revents & POLLHUP) event.flags = kEventFdReadwriteHangup;
  event.nbytes = waiting.type == EventType::fd_read ? readable_bytes(ready.fd) : 1;
  return event;
}

// Waits once, and gives the events there are then.
ErrnoOr<std::vector<Event>> wait(std::span<const Waiting> waitings, std::vector<pollfd>& polled) {
  auto timeout_ns = TRY(nearest_timeout_ns(waitings));
  timespec timeout = to_timespec(timeout_ns.value_or(0));
  if (ppoll(polled.data(), polled.size(), timeout_ns ? &timeout : nullptr, nullptr) < 0)
    return refuse_from_host();
  std::vector<Event> events;
  for (const Waiting& waiting : waitings)
    if (auto event = event_of(waiting, polled)) events.push_back(*event);
  return events;
}

}  // namespace

template <Edition edition>
ErrnoOr<> poll_oneoff(ProgramState& state, Memory& memory, uint32_t subscriptions, uint32_t events,
                      uint32_t count, uint32_t count_result) {
  using Guest = SubscriptionOf<edition>;
  if (count == 0 || count > limits::kSubscriptionsMax) return refuse(Errno::inval);
  TRY(memory.slice(events, uint64_t{count} * sizeof(Event)));
  std::vector<Waiting> waitings;
  std::vector<pollfd> polled;
  for (uint32_t index = 0; index < count; ++index) {
    Guest guest = TRY(memory.read<Guest>(subscriptions + uint64_t{index} * sizeof(Guest)));
    Waiting waiting{.userdata = guest.userdata, .type = guest.tag};
    if (auto outcome = resolve(state, guest, waiting, polled); !outcome)
      waiting.error = outcome.error();
    waitings.push_back(waiting);
  }
  std::vector<Event> ready;
  // The realtime clock may be set back meanwhile, and a timeout may come a little early.
  while (ready.empty()) ready = TRY(wait(waitings, polled));
  for (size_t index = 0; index < ready.size(); ++index)
    TRY(memory.write(events + uint64_t{index} * sizeof(Event), ready[index]));
  return memory.write(count_result, static_cast<uint32_t>(ready.size()));
}

template ErrnoOr<> poll_oneoff<Edition::Unstable>(ProgramState&, Memory&, uint32_t, uint32_t,
                                                  uint32_t, uint32_t);
template ErrnoOr<> poll_oneoff<Edition::Preview1>(ProgramState&, Memory&, uint32_t, uint32_t,
                                                  uint32_t, uint32_t);

}  // namespace wherry::wasi
