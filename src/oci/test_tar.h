// Tar archives of the tests, hostile ones too, made byte by byte (POSIX ustar; a long name as pax).
#pragma once

#include <fmt/format.h>

#include <cstring>
#include <string>
#include <vector>

namespace wherry::oci {

struct TestTarEntry {
  std::string name;
  char type = '0';  // '0' file, '1' hard link, '2' symbolic link, '3' and '4' devices, '5' folder
  std::string target = {};
  std::string content = {};
};

inline std::string test_tar_block(const TestTarEntry& entry) {
  std::string header(512, '\0');
  auto put = [&](size_t offset, const std::string& text) {
    header.replace(offset, text.size(), text);
  };
  put(0, entry.name.substr(0, 100));
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", entry.content.size()));
  put(136, "00000000000");
  put(148, "        ");
  header[156] = entry.name.ends_with('/') && entry.type == '0' ? '5' : entry.type;
  put(157, entry.target);
  put(257, "ustar");
  put(263, "00");
  unsigned sum = 0;
  for (char c : header) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  std::string padding((512 - entry.content.size() % 512) % 512, '\0');
  return header + entry.content + padding;
}

// A pax record counts its own length (POSIX pax, "pax Extended Header").
inline std::string test_pax_path(const std::string& path) {
  std::string rest = " path=" + path + "\n";
  size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) length++;
  return std::to_string(length) + rest;
}

inline std::string test_tar(const std::vector<TestTarEntry>& entries) {
  std::string archive;
  for (const TestTarEntry& entry : entries) {
    if (entry.name.size() > 100)
      archive += test_tar_block(
          {.name = "pax", .type = 'x', .target = {}, .content = test_pax_path(entry.name)});
    archive += test_tar_block(entry);
  }
  return archive + std::string(1024, '\0');
}

}  // namespace wherry::oci
