// What `wherry inspect` tells of a module: what is in it, what it wants of its host, and whether
// Wherry runs it.
//
// Keys: bytes, kind ("core module", "component", "unreadable"), interface {id, words}, runs, and
// where it does not: reason; way_out where there is one. Of a core module that can be read also:
// name, types {function, struct, array}, functions, start, imports [{module, name, kind, type,
// offered}], exports [{name, kind, type}], memories, tables, globals, features, and what tools
// left: custom_sections [{name, bytes}], producers {field: [tool]}, target_features.
#pragma once

#include <string>

#include "support/bytes.h"
#include "support/json.h"

namespace wherry::container {

// Any bytes; reads function bodies for the features. Errors: none, they are what is described.
OrderedJson describe_module(ByteSpan binary);

// The same for people, a line an item.
std::string to_text(const OrderedJson& description);

}  // namespace wherry::container
