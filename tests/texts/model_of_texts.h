// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/runs.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

// A model of texts opened by its path, for tests that look at tokens and logits.
namespace tenon::texts {

struct Opened {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Model> model;
  std::unique_ptr<Runs> runs;

  ~Opened() {
    runs.reset();
    model.reset();
  }
  Opened() = default;
  Opened(Opened&&) = default;
};

// With the plugins of the build tree. "cpu/fast" is the device cpu in fast precision, else exact.
Result<Opened> open(const std::string& path, const std::string& device);

// Rows of f32.
struct Logits {
  int64_t rows = 0;
  int64_t columns = 0;
  std::vector<float> values;
  const float* row(int64_t i) const { return values.data() + i * columns; }
};

// Appends tokens to one sequence; the logits it wants.
Result<Logits> step(Sequences& pool, uint32_t sequence, const std::vector<int32_t>& tokens,
                    Want want);

// The first token of the highest value.
int32_t best(const float* row, int64_t columns);

// The test data: TENON_TEST_DATA, or beside the source tree.
std::filesystem::path test_data();

}  // namespace tenon::texts
