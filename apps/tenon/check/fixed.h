// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"
#include "tenon/tenon.hpp"

#include <string>
#include <string_view>
#include <vector>

// Models that take axes or modes as inputs: a plan needs them, so they are fixed when the model is
// loaded, as `--value` does.
namespace tenon::cli {

// The input that a failure to load asks to be constant; empty for other failures.
std::string_view input_to_fix(std::string_view message);

// A model with some of its inputs fixed; what was fixed is taken out of `inputs`.
struct FixedModel {
  Model model;
  std::string fixed;  // names, for people
};
Result<FixedModel> load_fixed(const Engine& engine, const std::string& path,
                              std::vector<Tensor>& inputs);

}  // namespace tenon::cli
