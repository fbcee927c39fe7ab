// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/tenon.hpp"

#include <string>
#include <vector>

// Small models for the fault sweep: each takes inputs of other sizes in every round, so that memory
// is planned and allocated again and again. [any thread]
namespace tenon::faults {

struct TestModel {
  std::string name;
  std::string bytes;  // of an ONNX file
  // What is given in that round.
  std::vector<Tensor> (*inputs)(int64_t round);
};

std::vector<TestModel> test_models();

}  // namespace tenon::faults
