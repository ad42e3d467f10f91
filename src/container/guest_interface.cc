#include "container/guest_interface.h"

#include <algorithm>
#include <span>

namespace wherry::container {

namespace {

using wasm::Module;

bool imports_from(const Module& module, std::string_view from) {
  return std::ranges::any_of(module.imports,
                             [&](const wasm::Import& import) { return import.module == from; });
}

bool imports_from_prefix(const Module& module, std::string_view prefix) {
  return std::ranges::any_of(module.imports, [&](const wasm::Import& import) {
    return import.module.starts_with(prefix);
  });
}

bool imports_name(const Module& module, std::string_view from, std::string_view prefix) {
  return std::ranges::any_of(module.imports, [&](const wasm::Import& import) {
    return import.module == from && import.name.starts_with(prefix);
  });
}

bool exports(const Module& module, std::string_view name) {
  return std::ranges::any_of(module.exports,
                             [&](const wasm::Export& item) { return item.name == name; });
}

bool has_section(const Module& module, std::string_view name) {
  return std::ranges::any_of(module.custom_sections,
                             [&](const wasm::CustomSection& each) { return each.name == name; });
}

// --- what is no program: tool-conventions' Linking.md and DynamicLinking.md ---

bool is_object(const Module& module) { return has_section(module, "linking"); }
bool is_shared_library(const Module& module) {
  return has_section(module, "dylink.0") || has_section(module, "dylink");
}

// --- programs for a JavaScript host ---

// misc/wasm/wasm_exec.js of Go: the imports' module is "gojs", before Go 1.21 "go".
bool is_go_for_js(const Module& module) {
  return imports_from(module, "gojs") || imports_name(module, "go", "runtime.");
}
// wasm-bindgen: the placeholder before its command-line tool ran, "wbg" after.
bool is_wasm_bindgen(const Module& module) {
  return imports_from(module, "__wbindgen_placeholder__") || imports_from(module, "wbg") ||
         has_section(module, "__wasm_bindgen_unstable");
}
// Emscripten's libraries; with -O2 and more its imports are called a.a, a.b …
bool is_emscripten(const Module& module) {
  return imports_name(module, "env", "emscripten_") ||
         imports_name(module, "env", "_emscripten_") || imports_name(module, "env", "__syscall_") ||
         imports_name(module, "env", "invoke_") || exports(module, "emscripten_stack_init") ||
         exports(module, "emscripten_stack_get_end") || imports_name(module, "a", "a");
}
// assemblyscript.org, "Concepts": env.abort is in every program.
bool is_assemblyscript(const Module& module) {
  return imports_name(module, "env", "abort") && !imports_name(module, "env", "__");
}

// --- other hosts' interfaces ---

bool is_component_core(const Module& module) {
  return imports_from_prefix(module, "wasi:") || exports(module, "cabi_realloc");
}
bool is_wapc(const Module& module) {  // wapc.io/spec
  return imports_from(module, "wapc") || exports(module, "__guest_call");
}
bool is_proxy_filter(const Module& module) {  // proxy-wasm/spec, abi-versions
  return std::ranges::any_of(module.exports, [](const wasm::Export& item) {
    return item.name.starts_with("proxy_abi_version_");
  });
}
bool is_wasix(const Module& module) { return imports_from_prefix(module, "wasix_"); }
bool uses_threads(const Module& module) { return imports_name(module, "wasi", "thread-spawn"); }

// --- WASI: legacy/application-abi.md ---

bool is_preview1(const Module& module) { return imports_from(module, "wasi_snapshot_preview1"); }
bool is_unstable(const Module& module) { return imports_from(module, "wasi_unstable"); }
bool is_command(const Module& module) { return exports(module, "_start"); }
bool is_preview1_command(const Module& module) { return is_preview1(module) && is_command(module); }

// docs/wasi.md, "WasmEdge's functions"
bool is_wasmedge_command(const Module& module) {
  return is_preview1_command(module) && imports_name(module, "wasi_snapshot_preview1", "sock_open");
}

bool is_anything(const Module&) { return true; }

struct Rule {
  bool (*applies)(const Module&);
  GuestInterface interface;
};

constexpr std::string_view kInvoke = "call an export with wherry run --invoke NAME";
constexpr std::string_view kRebuild =
    "build it for WASI preview 1: clang --target=wasm32-wasip1, rustc --target wasm32-wasip1, "
    "GOOS=wasip1";

// In each table the first rule that applies decides, so what says more stands before what says
// less.
constexpr Rule kNoPrograms[] = {
    {is_object, {"object-file", "an object file, not linked yet", false, "link it with wasm-ld"}},
    {is_shared_library,
     {"shared-library", "a shared library, to be loaded by another module", false,
      "link it into one module: without -shared, -sSIDE_MODULE or -fPIC"}},
};

// Of modules with imports that Wherry lacks.
constexpr Rule kForeign[] = {
    {is_component_core,
     {"component-core", "a core module that belongs into a component (WASI 0.2)", false, kRebuild}},
    {is_wasix, {"wasix", "WASIX, an extension of WASI by Wasmer", false, kRebuild}},
    {is_wapc, {"wapc", "a waPC actor", false, "run it on a waPC host"}},
    {is_proxy_filter,
     {"proxy-wasm", "a filter for a proxy (proxy-wasm)", false, "load it into Envoy or the like"}},
    {is_go_for_js,
     {"go-js", "a Go program for a JavaScript host (GOOS=js)", false, "build it with GOOS=wasip1"}},
    {is_wasm_bindgen,
     {"wasm-bindgen", "a Rust library for a JavaScript host (wasm-bindgen)", false,
      "build it for wasm32-wasip1, without wasm-bindgen"}},
    {is_emscripten,
     {"emscripten", "an Emscripten program for a JavaScript host", false,
      "build it with -sSTANDALONE_WASM and without JavaScript libraries, or with wasi-sdk"}},
    {is_preview1,
     {"wasi-preview1-extended", "WASI preview 1, and more than it has", false,
      "build it without what the missing imports are for"}},
    {is_assemblyscript,
     {"assemblyscript", "an AssemblyScript program for a JavaScript host", false,
      "build it with AssemblyScript's WASI shim"}},
    {is_anything,
     {"unknown", "an interface of its own", false,
      "Wherry offers WASI preview 1 and wasi_unstable"}},
};

constexpr Rule kOffered[] = {
    {is_wasmedge_command,
     {"wasi-preview1-wasmedge", "WASI preview 1 with WasmEdge's sockets, a command", true,
      "it needs --listen or --connect for what it does in the network"}},
    {uses_threads, {"wasi-threads", "WASI preview 1 with threads (wasi-threads)", true, ""}},
    {is_preview1_command,
     {"wasi-preview1-command", "WASI preview 1, a command: runs from start to end", true, ""}},
    {is_preview1,
     {"wasi-preview1-reactor", "WASI preview 1, a reactor: is initialised, then called", true,
      kInvoke}},
    {is_unstable, {"wasi-unstable", "WASI before preview 1 (wasi_unstable, snapshot 0)", true, ""}},
    {is_command,
     {"plain-command", "nothing of its host: a command without input and output", true, ""}},
    {is_anything, {"plain-library", "nothing of its host: a library", true, kInvoke}},
};

const GuestInterface* first_of(std::span<const Rule> rules, const Module& module) {
  auto rule = std::ranges::find_if(rules, [&](const Rule& each) { return each.applies(module); });
  return rule == rules.end() ? nullptr : &rule->interface;
}

constexpr GuestInterface kComponent = {
    "component", "a component (WASI 0.2 or later), not a core module", false, kRebuild};

}  // namespace

GuestInterface find_interface(const Module& module, std::span<const wasm::Import* const> missing) {
  if (auto* found = first_of(kNoPrograms, module)) return *found;
  // The tables' last rules apply to anything.
  return missing.empty() ? *first_of(kOffered, module) : *first_of(kForeign, module);
}

const GuestInterface& component_interface() { return kComponent; }

}  // namespace wherry::container
