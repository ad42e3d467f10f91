// What C++ programs do that C programs do not: constructors before main, the standard library's
// containers, streams, strings and algorithms, smart pointers that close files. (Debian's libc++
// for WASI has no file system and no file streams.)
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

struct Greeting {
  std::string text = "made before main";
};
static const Greeting greeting;

struct Close {
  void operator()(FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<FILE, Close>;

static std::string round_trip(const std::string& path, const std::string& text) {
  {
    File file(std::fopen(path.c_str(), "w"));
    std::fwrite(text.data(), 1, text.size(), file.get());
  }
  File file(std::fopen(path.c_str(), "r"));
  std::string read(100, '\0');
  read.resize(std::fread(read.data(), 1, read.size(), file.get()));
  return read;
}

int main(int argc, char** argv) {
  std::cout << greeting.text << '\n';
  std::map<std::string, int> counts;
  for (std::string word; std::cin >> word;) ++counts[word];
  for (const auto& [word, count] : counts) std::cout << word << ' ' << count << '\n';
  if (argc > 1) std::cout << round_trip(std::string(argv[1]) + "/made.txt", "one two") << '\n';
  std::vector<int> numbers(1000);
  std::iota(numbers.begin(), numbers.end(), 1);
  std::ostringstream sum;
  sum << std::accumulate(numbers.begin(), numbers.end(), 0);
  std::cout << sum.str() << std::endl;
  auto shared = std::make_shared<int>(42);
  return *shared;
}
