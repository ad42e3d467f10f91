// What a module wants of its host, in words: the WASI version or other interface that its imports,
// exports and custom sections speak of. Toolchains leave no better sign than names; each rule in
// the .cc cites where its names come from.
#pragma once

#include <span>
#include <string_view>

#include "wasm/module.h"

namespace wherry::container {

struct GuestInterface {
  std::string_view id;       // for machines: "wasi-preview1-command"
  std::string_view words;    // "WASI preview 1, a command: runs from start to end"
  bool offered;              // Wherry has it
  std::string_view way_out;  // what to do where it has not, or how to run it where that is special
};

// `missing`: the module's imports that Wherry does not offer.
GuestInterface find_interface(const wasm::Module& module,
                              std::span<const wasm::Import* const> missing);

// Of what is no core module: a component, by the layer in its preamble (Component Model,
// Binary.md).
const GuestInterface& component_interface();

}  // namespace wherry::container
