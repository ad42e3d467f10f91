#include "container/import_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "wasi/module.h"

namespace wherry::container {
namespace {

using runtime::MissingImport;
using runtime::printable;

constexpr std::string_view kPreview1 = "wasi_snapshot_preview1", kUnstable = "wasi_unstable";

constexpr std::string_view kRebuild =
    "build it for WASI preview 1 (clang --target=wasm32-wasip1, rustc --target wasm32-wasip1, "
    "GOOS=wasip1)";

// What a module's name says about where its functions are from. The first that fits decides.
struct Origin {
  std::string_view module;  // a prefix where it ends in '*'
  std::string_view name;    // likewise; "*" is any
  std::string_view what;
  std::string_view way_out;
};
constexpr Origin kOrigins[] = {
    {"wasi", "thread-spawn", "WASI preview 1 with threads (wasi-threads)",
     "build it without threads: wasm32-wasip1 instead of wasm32-wasip1-threads"},
    {"wasi_snapshot_preview2", "*", "a draft of WASI 0.2", kRebuild},
    {"wasi_snapshot_preview0", "*", "WASI before preview 1, which is called wasi_unstable",
     kRebuild},
    {"wasi_ephemeral_nn", "*", "wasi-nn, machine learning", "Wherry does not have it"},
    {"wasi_nn", "*", "wasi-nn, machine learning", "Wherry does not have it"},
    {"wasi_ephemeral_crypto*", "*", "wasi-crypto, a proposal",
     "build it with its cryptography inside the module"},
    {"wasi_ephemeral_*", "*", "a draft of WASI", kRebuild},
    {"wasi_experimental_http", "*", "an experiment of wasmtime's with HTTP",
     "let it open sockets, or serve it with wherry serve"},
    {"wasix_*", "*", "WASIX, an extension of WASI by Wasmer", kRebuild},
    {"wasi_snapshot_preview1", "*", "no function of WASI preview 1, nor of WasmEdge's for sockets",
     "build it without what it is for"},
    {"wasi_unstable", "*", "no function of wasi_unstable", "build it without what it is for"},
    {"wasmedge_*", "*", "a plugin of WasmEdge", "Wherry does not have it"},
    {"wapc", "*", "a waPC host", "run it on a waPC host"},
    {"extism:host/*", "*", "an Extism host", "run it as an Extism plugin"},
    {"fastly_*", "*", "Fastly's Compute", "run it there, or build it for WASI preview 1"},
    {"gojs", "*", "a JavaScript host (GOOS=js)", "build it with GOOS=wasip1"},
    {"go", "*", "a JavaScript host (GOOS=js)", "build it with GOOS=wasip1"},
    {"wbg", "*", "a JavaScript host (wasm-bindgen)",
     "build it for wasm32-wasip1, without wasm-bindgen"},
    {"__wbindgen_*", "*", "a JavaScript host (wasm-bindgen)",
     "build it for wasm32-wasip1, without wasm-bindgen"},
    {"GOT.*", "*", "a dynamic linker", "link it into one module, without -shared and -fPIC"},
    {"env", "__stack_pointer", "a dynamic linker",
     "link it into one module, without -shared and -fPIC"},
    {"env", "__memory_base", "a dynamic linker",
     "link it into one module, without -shared and -fPIC"},
    {"env", "__table_base", "a dynamic linker",
     "link it into one module, without -shared and -fPIC"},
    {"env", "proxy_*", "a proxy (proxy-wasm)", "load it into Envoy or the like"},
    {"env", "emscripten_*", "a JavaScript host (Emscripten)",
     "build it with -sSTANDALONE_WASM and without JavaScript libraries, or with wasi-sdk"},
    {"env", "_emscripten_*", "a JavaScript host (Emscripten)",
     "build it with -sSTANDALONE_WASM and without JavaScript libraries, or with wasi-sdk"},
    {"env", "__syscall_*", "a JavaScript host (Emscripten)",
     "build it with -sSTANDALONE_WASM and without JavaScript libraries, or with wasi-sdk"},
    {"env", "invoke_*", "a JavaScript host (Emscripten)",
     "build it with -sSTANDALONE_WASM and -fwasm-exceptions, or with wasi-sdk"},
    {"env", "abort", "a JavaScript host (AssemblyScript)",
     "build it with AssemblyScript's WASI shim (asc --config wasi-shim/asconfig.json)"},
    {"env", "seed", "a JavaScript host (AssemblyScript)",
     "build it with AssemblyScript's WASI shim (asc --config wasi-shim/asconfig.json)"},
    {"env", "memory", "a memory of its host's", "link it without --import-memory"},
    {"env", "*", "functions that were not found when it was linked",
     "link it with the library that has them, and without --allow-undefined"},
};

bool fits(std::string_view pattern, std::string_view text) {
  if (!pattern.ends_with('*')) return pattern == text;
  return text.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool has_function(std::span<const wasi::FunctionEntry> functions, std::string_view name) {
  return std::ranges::binary_search(functions, name, {}, &wasi::FunctionEntry::name);
}

// Where Wherry has a function of that name; empty where it has none.
std::string_view module_with(std::string_view name) {
  if (has_function(wasi::preview1_functions(), name)) return kPreview1;
  return has_function(wasi::unstable_functions(), name) ? kUnstable : std::string_view();
}

// "wasi:cli/environment@0.2.0" is of WASI 0.2.0 (Component Model, WIT.md); drafts had no version.
std::string component_advice(std::string_view module) {
  const size_t at = module.find('@');
  std::string version = at == module.npos ? "0.2" : printable(module.substr(at + 1));
  return fmt::format("WASI {}, which is for components; {}", version, kRebuild);
}

std::string advice(const MissingImport& import) {
  if (!import.offered.empty())
    return fmt::format("wanted as {}, offered as {}; build it with a current toolchain",
                       import.wanted, import.offered);
  if (import.module.starts_with("wasi:")) return component_advice(import.module);
  std::string_view elsewhere = module_with(import.name);
  if (!elsewhere.empty() && import.wanted.starts_with("function"))
    return fmt::format("Wherry has it as {}.{}; import it from there", elsewhere, import.name);
  for (const Origin& origin : kOrigins)
    if (fits(origin.module, import.module) && fits(origin.name, import.name))
      return fmt::format("{}; {}", origin.what, origin.way_out);
  return fmt::format("an interface of its own ({}); Wherry offers WASI preview 1 and wasi_unstable",
                     import.wanted);
}

// Imports of one module with the same advice.
struct Group {
  std::string advice;
  std::string module;
  std::vector<std::string> names;
};

std::vector<Group> group(std::span<const MissingImport> missing) {
  std::vector<Group> groups;
  for (const MissingImport& import : missing) {
    std::string text = advice(import);
    auto found = std::ranges::find_if(groups, [&](const Group& each) {
      return each.advice == text && each.module == import.module;
    });
    if (found == groups.end())
      found = groups.insert(groups.end(), {std::move(text), import.module, {}});
    found->names.push_back(printable(import.name));
  }
  return groups;
}

}  // namespace

std::string describe_missing(std::span<const MissingImport> missing) {
  std::string text = fmt::format("it imports what is not offered, {} in all:", missing.size());
  for (const Group& each : group(missing))
    text += fmt::format("\n  {}: {}: {}", printable(each.module), fmt::join(each.names, ", "),
                        each.advice);
  return text;
}

}  // namespace wherry::container
