// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/command.h"
#include "apps/tenon/check/compare.h"
#include "apps/tenon/check/suite.h"

// Runs one test directory and says how it went.
namespace tenon::cli {

struct Verdict {
  enum class Kind : uint8_t { pass, fail, unsupported, refused };
  Kind kind = Kind::pass;
  std::string detail;  // "" when it passed
  double ms = 0;
};

// "pass", "fail", "unsupported", "refused"
std::string_view name_of(Verdict::Kind kind);

// unsupported: the model asks for what the engine or the device does not offer. refused: the model
// breaks a rule. fail: it ran and the result differs, or the run failed. Interrupted: a failure.
Result<Verdict> judge(const Engine& engine, const TestDirectory& test, const std::string& devices,
                      const Tolerance& tolerance);

}  // namespace tenon::cli
