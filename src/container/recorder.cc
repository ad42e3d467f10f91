#include "container/recorder.h"

#include "policy/toml_text.h"

namespace wherry::container {

using policy::toml_string;

static std::string real_path(const fs::path& path) {
  std::error_code ignored;
  return fs::weakly_canonical(path, ignored).string();
}

Recorder::Recorder(const Application& application) : application_(application) {
  const std::string& name = application.name();
  subject_ =
      names_file(name) ? "file = " + toml_string(real_path(name)) : "image = " + toml_string(name);
  for (const policy::DirectoryGrant& grant : application.effective().directories)
    hosts_[grant.guest] = real_path(grant.host);
}

void Recorder::add(const wasi::Use& use) {
  std::lock_guard lock(mutex_);
  using Kind = wasi::Use::Kind;
  switch (use.kind) {
    case Kind::Folder:
      // Its own files an image need not ask for.
      if (use.folder->origin == policy::kOfTheImage) break;
      folders_[use.folder] = folders_[use.folder] | use.rights;
      break;
    case Kind::Environment:
      environment_ = true;
      break;
    case Kind::Arguments:
      arguments_ = true;
      break;
    case Kind::Clock:
      clock_ = true;
      break;
    case Kind::Random:
      break;  // every program may have it, and there is no form of it without
    case Kind::Stream:
      streams_.insert(use.name);
      break;
    case Kind::Listen:
      listen_.insert(use.name);
      break;
    case Kind::Connect:
      connect_.insert(use.name);
      break;
  }
}

static std::string list_text(const char* key, const auto& texts) {
  std::string list;
  for (const auto& text : texts)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", toml_string(text));
  return list.empty() ? "" : fmt::format("{} = [{}]\n", key, list);
}

std::string Recorder::directories_text(bool with_host) const {
  std::map<std::string, std::string> entries;  // sorted by what people look for
  for (const auto& [folder, rights] : folders_) {
    entries[folder->guest] = fmt::format(
        "  {{ {}guest = {}, access = {} }},\n",
        with_host ? fmt::format("host = {}, ", toml_string(hosts_.at(folder->guest))) : "",
        toml_string(folder->guest), policy::rights_toml(rights));
  }
  std::string text;
  for (const auto& [guest, entry] : entries) text += entry;
  return text.empty() ? "" : fmt::format("directories = [\n{}]\n", text);
}

std::string Recorder::network_text() const {
  return list_text("listen", listen_) + list_text("connect", connect_);
}

std::string Recorder::variables_text() const {
  std::vector<std::string> names;
  if (environment_)
    for (const policy::EnvironmentGrant& variable : application_.effective().environment)
      names.push_back(variable.name);
  return list_text("environment", names);
}

std::string Recorder::forms_text() const {
  std::string text;
  if (!clock_) text += "clock = \"coarse\"\n";
  if (streams_.size() < 3) {
    const std::string list = list_text("stdio", streams_);
    text += list.empty() ? "stdio = []\n" : list;
  }
  return text;
}

std::string Recorder::policy_text() const {
  std::lock_guard lock(mutex_);
  return fmt::format("# What one run of it needed.\n[[rule]]\n{}\n\n[rule.grant]\n", subject_) +
         directories_text(true) + variables_text() + network_text() + forms_text();
}

std::string Recorder::request_text() const {
  std::lock_guard lock(mutex_);
  std::string text = "# What one run of it needed.\n[permissions]\n" + directories_text(false) +
                     variables_text() + network_text();
  if (!arguments_) text += "arguments = false\n";
  return text + forms_text();
}

}  // namespace wherry::container
