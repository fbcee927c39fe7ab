// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/engine.h"
#include "core/ops/op.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

// docs/operators.md, written from the registry of operators: what each takes, where it runs, and
// how many of ONNX's tests that use it pass.
namespace tenon::operators_page {

struct Tests {
  size_t passed = 0;
  size_t all = 0;
};
using TestCounts = std::map<std::string, Tests, std::less<>>;  // by domain.name

// "Add", "ai.onnx.ml.Scaler".
std::string name_of(const Op& op);
// "x: float, k: i64, [bias: float], rest: any ...".
std::string operands_of(const Op& op);
// The devices that take the samples of the operator; "host" for what runs in the core.
Result<std::string> devices_of(Engine& engine, const Op& op);

// The numbers of tests that a page holds.
TestCounts counts_of(std::string_view page);
// Adds the tests below `root` of which `lines`, from `tenon check --json`, tell; each test counts
// for all operators of its model.
Status count_tests(Engine& engine, std::string_view lines, const std::string& root,
                   TestCounts& counts);

Result<std::string> write_page(Engine& engine, const TestCounts& counts);

}  // namespace tenon::operators_page
