// The builtins on objects (abi/calls.h, at the end of abi::Builtins). As all builtins they run on
// the guest's stack; there they may collect garbage.
#pragma once

#include "abi/calls.h"

namespace wherry::runtime {

void* struct_new(abi::VmContext* context, uint32_t type);
void* array_new(abi::VmContext* context, uint32_t type, uint32_t length);
void* array_new_data(abi::VmContext* context, uint32_t type, uint32_t segment, uint32_t source,
                     uint32_t length);
void* array_new_elem(abi::VmContext* context, uint32_t type, uint32_t segment, uint32_t source,
                     uint32_t length);
bool array_fill(abi::VmContext* context, void* array, uint32_t begin, const void* value,
                uint32_t count);
bool array_copy(abi::VmContext* context, void* destination_array, uint32_t destination,
                const void* source_array, uint32_t source, uint32_t count);
bool array_init_data(abi::VmContext* context, void* array, uint32_t begin, uint32_t segment,
                     uint32_t source, uint32_t count);
bool array_init_elem(abi::VmContext* context, void* array, uint32_t begin, uint32_t segment,
                     uint32_t source, uint32_t count);

}  // namespace wherry::runtime
