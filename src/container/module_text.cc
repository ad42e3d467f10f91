// to_text of module_description.h.
#include <algorithm>

#include "container/module_description.h"

namespace wherry::container {

namespace {

class Lines {
 public:
  // The key stands once where several lines have it.
  void add(std::string_view key, std::string_view value) {
    text_ += fmt::format("{:<12}{}\n", key == last_ ? "" : key, value);
    last_ = key;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string last_;
};

// Names are the module's, and this goes to a terminal: what is not printable ASCII is escaped.
std::string printable(const OrderedJson& json) {
  const auto& text = json.get_ref<const std::string&>();
  const bool plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  return plain && !text.empty() ? text : json.dump(-1, ' ', true);
}

std::string printable_line(const OrderedJson& json) {
  const auto& text = json.get_ref<const std::string&>();
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
  return plain ? text : json.dump(-1, ' ', true);
}

std::string join(const OrderedJson& strings) {
  std::string text;
  for (const OrderedJson& each : strings) text += (text.empty() ? "" : ", ") + printable_line(each);
  return text;
}

void add_verdict(Lines& lines, const OrderedJson& json) {
  lines.add("kind", json["kind"].get<std::string>());
  if (json.contains("interface")) lines.add("needs", json["interface"]["words"].get<std::string>());
  lines.add("runs here", json["runs"].get<bool>() ? "yes" : "no");
  if (json.contains("reason")) lines.add("because", printable_line(json["reason"]));
  if (json.contains("way_out")) lines.add("way", json["way_out"].get<std::string>());
}

void add_counts(Lines& lines, const OrderedJson& json) {
  if (json.contains("name")) lines.add("name", printable(json["name"]));
  const OrderedJson& types = json["types"];
  std::string counts = fmt::format("{} of functions", types["function"].get<uint64_t>());
  for (const char* kind : {"struct", "array"})
    if (auto count = types[kind].get<uint64_t>()) counts += fmt::format(", {} {}", count, kind);
  lines.add("types", counts);
  lines.add("functions",
            fmt::format("{}{}", json["functions"].get<uint64_t>(),
                        json["start"].get<bool>() ? ", one of them at the start" : ""));
  lines.add("globals", fmt::format("{}", json["globals"].get<uint64_t>()));
}

void add_entities(Lines& lines, const OrderedJson& json) {
  for (const OrderedJson& import : json["imports"])
    lines.add("imports",
              fmt::format("{}.{}  {} {}{}", printable(import["module"]), printable(import["name"]),
                          import["kind"].get<std::string>(), import["type"].get<std::string>(),
                          import["offered"].get<bool>() ? "" : "  (not offered)"));
  for (const OrderedJson& item : json["exports"])
    lines.add("exports",
              fmt::format("{}  {} {}", printable(item["name"]), item["kind"].get<std::string>(),
                          item["type"].get<std::string>()));
}

std::string limits_text(const OrderedJson& json, const char* unit) {
  std::string text = fmt::format("{}", json["min"].get<uint64_t>());
  text += json.contains("max") ? fmt::format(" to {} {}", json["max"].get<uint64_t>(), unit)
                               : fmt::format(" {} or more", unit);
  if (json.contains("address")) text += ", 64-bit";
  if (json.contains("shared")) text += ", shared";
  return text;
}

void add_memories(Lines& lines, const OrderedJson& json) {
  for (const OrderedJson& memory : json["memories"])
    lines.add("memory", limits_text(memory, "pages of 64 KiB"));
  for (const OrderedJson& table : json["tables"])
    lines.add("table", table["element"].get<std::string>() + ", " + limits_text(table, "entries"));
}

void add_tools(Lines& lines, const OrderedJson& json) {
  lines.add("features", json["features"].empty() ? "of WebAssembly 1.0" : join(json["features"]));
  for (const OrderedJson& section : json["custom_sections"])
    lines.add("sections", fmt::format("{}, {} bytes", printable(section["name"]),
                                      section["bytes"].get<uint64_t>()));
  for (const auto& [field, tools] : json["producers"].items())
    lines.add("made by", fmt::format("{}: {}", printable(OrderedJson(field)), join(tools)));
  if (!json["target_features"].empty()) lines.add("built with", join(json["target_features"]));
}

}  // namespace

std::string to_text(const OrderedJson& description) {
  Lines lines;
  add_verdict(lines, description);
  if (description["kind"] == "core module") {
    add_counts(lines, description);
    add_entities(lines, description);
    add_memories(lines, description);
    add_tools(lines, description);
  }
  lines.add("bytes", fmt::format("{}", description["bytes"].get<uint64_t>()));
  return lines.take();
}

}  // namespace wherry::container
