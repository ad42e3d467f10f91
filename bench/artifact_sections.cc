// How large the parts of artifacts are:
//
//   artifact_sections NAME ARTIFACT [NAME ARTIFACT]...
#include <cstdio>

#include "abi/artifact.h"
#include "support/file.h"

namespace {

using namespace wherry;

struct Sizes {
  size_t records = 0, code = 0, data = 0, images = 0, lines = 0;
};

Sizes sizes_of(const abi::ArtifactView& view) {
  Sizes sizes;
  sizes.code = view.code.size();
  sizes.data = view.data_bytes.size();
  sizes.lines = view.line_blocks.size_bytes() + view.line_bytes.size();
  for (const abi::MemoryRecord& memory : view.memories) sizes.images += memory.image_bytes;
  // What is left: the tables of records, the strings, and what rounds sections up to pages.
  sizes.records = view.file.size() - sizes.code - sizes.data - sizes.lines - sizes.images;
  return sizes;
}

bool print_row(const char* name, const char* path) {
  auto file = map_file(path, {.size_bytes_max = uint64_t{1} << 32});
  if (!file) return false;
  auto view = abi::parse_artifact(file->bytes());
  if (!view) return false;
  auto kib = [](size_t bytes) { return static_cast<double>(bytes) / 1024; };
  Sizes sizes = sizes_of(*view);
  std::printf("%-24s %10.1f %10.1f %10.1f %10.1f %10.1f %10.1f\n", name, kib(file->size_bytes()),
              kib(sizes.code), kib(sizes.images), kib(sizes.data), kib(sizes.lines),
              kib(sizes.records));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::printf("%-24s %10s %10s %10s %10s %10s %10s\n", "KiB", "artifact", "code", "image", "data",
              "lines", "records");
  for (int index = 1; index + 1 < argc; index += 2) {
    if (print_row(argv[index], argv[index + 1])) continue;
    std::fprintf(stderr, "artifact_sections: %s is no artifact\n", argv[index + 1]);
    return 1;
  }
}
