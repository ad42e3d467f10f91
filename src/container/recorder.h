// What one run of an application needed, as the smallest policy that would have let it run so.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "container/application.h"

namespace wherry::container {

// Thread-safe.
class Recorder {
 public:
  // Looks up where things are, which a process in its sandbox cannot any more. The application
  // outlives it.
  explicit Recorder(const Application& application);

  void add(const wasi::Use& use);

  // A policy.toml with one rule that grants what was used. Variables are named without their
  // values, which may be secrets: the rule takes them from our environment.
  std::string policy_text() const;
  // [permissions] of a wherry.toml that asks for what was used.
  std::string request_text() const;

 private:
  std::string directories_text(bool with_host) const;
  std::string network_text() const;
  std::string variables_text() const;
  std::string forms_text() const;  // what of the clock and the standard streams was not needed

  const Application& application_;
  std::string subject_;                       // the key and the value that name the application
  std::map<std::string, std::string> hosts_;  // of folders, by their guest paths
  mutable std::mutex mutex_;
  std::map<const policy::DirectoryGrant*, policy::FileRights> folders_;
  std::set<std::string> streams_, listen_, connect_;
  bool environment_ = false;
  bool arguments_ = false;
  bool clock_ = false;
};

}  // namespace wherry::container
