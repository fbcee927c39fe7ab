// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "form.h"

#include <string_view>
#include <vector>

// How old forms of operators are written in the newest operator set. A file upgrade/<name>.cpp
// defines one function <name>() that returns an Upgrade; its place is its registration.
namespace tenon::onnx {

// The newest text of domain "" that the graph speaks.
constexpr int64_t newest_opset = 28;

// Rewrites nodes written for an operator set older than `before` into the text of `before`.
struct Step {
  int64_t before;
  Status (*rewrite)(Form&);
};

struct Upgrade {
  std::vector<std::string_view> ops;
  std::vector<Step> steps;  // oldest first
};

// Collected by the build from the folder.
namespace upgrades {
std::vector<Upgrade> table();
}

// All upgrades, by operator. Made once per load.
class Upgrades {
 public:
  Upgrades();
  // Applies what the node's version asks for. Failures of kind `unsupported`: a form that the
  // newest operators cannot say.
  Status apply(Form& form) const;

 private:
  std::vector<Upgrade> all_;
  std::map<std::string_view, size_t> by_op_;
};

}  // namespace tenon::onnx
