// Which exceptions of linked instances are still wanted: exception_heap.h says how that is found.
#include <algorithm>
#include <cstring>

#include "runtime/guest_thread.h"
#include "runtime/instance_impl.h"

namespace wherry::runtime {

Instance::Impl::~Impl() {
  for (Impl* other : linked_) std::erase(other->linked_, this);
  if (object_heap_) object_heap_->remove(*this);
}

void Instance::Impl::link_to(Impl& exporter) {
  if (&exporter == this || std::ranges::find(linked_, &exporter) != linked_.end()) return;
  linked_.push_back(&exporter);
  exporter.linked_.push_back(this);
}

std::vector<Instance::Impl*> Instance::Impl::linked_group() {
  std::vector<Impl*> group{this};
  for (size_t next = 0; next < group.size(); ++next)
    for (Impl* other : group[next]->linked_)
      if (std::ranges::find(group, other) == group.end()) group.push_back(other);
  return group;
}

const abi::Exception* Instance::Impl::create_exception(const abi::Tag* tag,
                                                       std::span<const uint64_t> payload) {
  if (exceptions_.wants_collection()) collect_exceptions();
  if (auto* exception = exceptions_.create(tag, payload)) return exception;
  collect_exceptions();
  return exceptions_.create(tag, payload);
}

void Instance::Impl::collect_exceptions() {
  std::vector<Impl*> group = linked_group();
  // Whether an object is alive the other collector knows. Such fields are rare, and their
  // instances' exceptions are kept.
  if (std::ranges::any_of(group, &Impl::objects_hold_exceptions)) return;
  std::vector<abi::Exception*> exceptions;
  for (Impl* impl : group)
    exceptions.insert(exceptions.end(), impl->exceptions_.exceptions().begin(),
                      impl->exceptions_.exceptions().end());
  ExceptionMarker marker(std::move(exceptions));
  marker.mark_stack(GuestThread::current().stack().top());
  for (Impl* impl : group) impl->mark_exceptions(marker);
  for (Impl* impl : group) impl->exceptions_.sweep();
}

void Instance::Impl::mark_exceptions(ExceptionMarker& marker) {
  for (const Table* table : tables_) {
    if (!table->type().element.is_exception_reference()) continue;
    for (uint64_t index = 0; index < table->size(); ++index)
      marker.mark(reinterpret_cast<uint64_t>(table->get(index)));
  }
  for (uint32_t index = 0; index < view().globals.size(); ++index) {
    if (!view().globals[index].type.is_exception_reference()) continue;
    uint64_t word;
    std::memcpy(&word, global(index)->bytes, sizeof word);
    marker.mark(word);
  }
}

}  // namespace wherry::runtime
