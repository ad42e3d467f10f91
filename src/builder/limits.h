// What a folder of source may be. Its writer is usually who builds it, so these mostly say "this is
// the wrong folder" (a home folder, say) before minutes have passed.
#pragma once

#include <cstddef>

namespace wherry::builder::limits {

constexpr size_t kFiles = 20'000;
constexpr size_t kFolderDepth = 32;
constexpr size_t kBeginningBytes = 4096;  // of a file, to see what it is
// A compiler's messages: enough for its first twenty errors, which is where clang stops.
constexpr size_t kDiagnosticsBytes = 64 * 1024;
constexpr size_t kNamesInMessage = 5;  // of files that an error lists

}  // namespace wherry::builder::limits
