// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/border.h"

#include "tenon/status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What the validate layer found: who broke which rule of the contract. Kept for the process, the
// newest thousand, and written to the log. [any thread]
namespace tenon {

enum class Culprit { host, plugin };

struct Violation {
  Culprit culprit = Culprit::host;
  std::string rule;      // "A8" of docs/plugin-contract.md, or the table whose text was broken
  std::string function;  // "tenon.backend/1 copy"
  std::string text;
  std::string message() const;
};

// Records it. A host's mistake is an invalid call, a plugin's an internal failure.
Status broke(Violation violation);

// All violations so far; forgets them.
std::vector<Violation> take_violations();

}  // namespace tenon
