#include "runtime/instance_block.h"

#include <cstring>

namespace wherry::runtime {

Result<InstanceBlock> InstanceBlock::create(const abi::InstanceCounts& counts) {
  constexpr size_t kCacheLineBytes = 64;
  InstanceBlock block(counts);
  size_t size_bytes = block.layout_.size_bytes();
  size_bytes = (size_bytes + kCacheLineBytes - 1) & ~(kCacheLineBytes - 1);
  block.bytes_.reset(static_cast<std::byte*>(std::aligned_alloc(kCacheLineBytes, size_bytes)));
  if (!block.bytes_)
    return fail(ErrorCode::Unavailable, "no memory for an instance of {} bytes", size_bytes);
  std::memset(block.bytes_.get(), 0, size_bytes);
  return block;
}

}  // namespace wherry::runtime
