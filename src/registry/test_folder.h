// For unit tests: a folder for a registry, removed with the object.
#pragma once

#include <gtest/gtest.h>

#include "registry/storage.h"

namespace wherry::registry {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (fs::temp_directory_path() / "wherry-registry.XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~TestFolder() { fs::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  fs::path path() const { return path_ / "registry"; }
  std::unique_ptr<Storage> open(const StorageOptions& options = {}) const {
    auto storage = Storage::open(path(), options);
    EXPECT_TRUE(storage) << storage.error().message;
    return storage ? *std::move(storage) : nullptr;
  }

 private:
  fs::path path_;
};

}  // namespace wherry::registry
