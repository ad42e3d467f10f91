// Initial contents of memories, computed ahead: what active data segments would write, as pages to
// be mapped.
#pragma once

#include <cstdint>
#include <vector>

#include "support/bytes.h"
#include "support/result.h"
#include "wasm/module.h"

namespace wherry::compiler {

// Pages of one memory; empty where it has none. The address and the size are multiples of the
// artifact's page.
struct MemoryImage {
  uint64_t address = 0;
  Bytes bytes;
};

struct MemoryImages {
  std::vector<MemoryImage> images;  // by memory
  std::vector<bool> is_in_image;    // by data segment: nothing is left to do for it
};

// A memory gets an image when it is defined here, its segments' offsets are constants within its
// initial size, and they do not lie too far apart. An instantiation that fails must not be seen to
// have written: so there are none at all for a module that puts functions into an imported table
// first, through which a failed instance stays alive. Errors: those of a reader of constant
// expressions, which validation has excluded.
Result<MemoryImages> build_memory_images(const wasm::Module& module);

}  // namespace wherry::compiler
