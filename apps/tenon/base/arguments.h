// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// What was typed (or given by the environment), checked against a command's flags. A value.
namespace tenon::cli {

class Arguments {
 public:
  // Whether a flag was given; defaults do not count.
  bool has(std::string_view flag) const;
  // The flag's last value or its default; "" without both.
  std::string text(std::string_view flag) const;
  // Every value of a repeated flag.
  std::vector<std::string> all(std::string_view flag) const;
  // Values of flags of that kind, which have been checked.
  int64_t integer(std::string_view flag) const;
  double number(std::string_view flag) const;

  const std::vector<std::string>& operands() const { return operands_; }

  void set(std::string_view flag, std::vector<std::string> values);
  void set_default(std::string_view flag, std::string_view value);
  void set_operands(std::vector<std::string> operands) { operands_ = std::move(operands); }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> given_;
  std::map<std::string, std::string, std::less<>> defaults_;
  std::vector<std::string> operands_;
};

}  // namespace tenon::cli
