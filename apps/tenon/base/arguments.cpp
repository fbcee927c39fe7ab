// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/arguments.h"

#include <cstdlib>

namespace tenon::cli {

bool Arguments::has(std::string_view flag) const { return given_.find(flag) != given_.end(); }

std::string Arguments::text(std::string_view flag) const {
  if (const auto found = given_.find(flag); found != given_.end()) {
    return found->second.empty() ? std::string() : found->second.back();
  }
  const auto found = defaults_.find(flag);
  return found == defaults_.end() ? std::string() : found->second;
}

std::vector<std::string> Arguments::all(std::string_view flag) const {
  const auto found = given_.find(flag);
  return found == given_.end() ? std::vector<std::string>() : found->second;
}

int64_t Arguments::integer(std::string_view flag) const {
  return std::strtoll(text(flag).c_str(), nullptr, 10);
}

double Arguments::number(std::string_view flag) const {
  return std::strtod(text(flag).c_str(), nullptr);
}

void Arguments::set(std::string_view flag, std::vector<std::string> values) {
  given_[std::string(flag)] = std::move(values);
}

void Arguments::set_default(std::string_view flag, std::string_view value) {
  defaults_[std::string(flag)] = value;
}

}  // namespace tenon::cli
