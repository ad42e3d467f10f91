#include "spec/engine.h"

#include <sys/mman.h>

#include <cerrno>

#include "compiler/compile.h"
#include "wasm/decoder.h"
#include "wasm/validator.h"

namespace wherry::spec {

Result<> check_module(ByteSpan binary) {
  wasm::Module module = TRY(wasm::decode_module(binary));
  return wasm::validate_module(module);
}

Result<std::shared_ptr<const runtime::Artifact>> compile(ByteSpan binary, abi::CodeMode mode) {
  wasm::Module module = TRY(wasm::decode_module(binary));
  TRY(wasm::validate_module(module));
  // One thread: tests run in several processes already.
  Bytes artifact = TRY(compiler::compile_module(module, binary, {.threads_max = 1, .mode = mode}));
  Fd file(memfd_create("artifact", MFD_CLOEXEC));
  if (!file.valid()) return std::unexpected(system_error(errno, "memfd_create"));
  TRY(write_all(file.get(), artifact));
  return runtime::Artifact::open(std::move(file), "artifact");
}

}  // namespace wherry::spec
