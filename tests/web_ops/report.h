// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

// What `tenon check --json` said of operator cases, counted by operator. [any thread]
namespace tenon::web_ops {

struct Tally {
  size_t passed = 0;
  size_t failed = 0;       // and refused
  size_t unsupported = 0;  // a form that the operator does not take
  size_t unknown = 0;      // the operator does not exist
  std::vector<std::string> reasons;
};

struct Report {
  std::map<std::string, Tally, std::less<>> operators;
  size_t passed = 0;
  size_t counted = 0;  // cases whose operator exists

  bool holds(double share) const {
    return counted > 0 && static_cast<double>(passed) >= share * static_cast<double>(counted);
  }
  std::string to_text() const;
};

// lines: one JSON object a test, whose name begins with the operator's folder.
Result<Report> read_report(std::string_view lines);

}  // namespace tenon::web_ops
