// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/engine.h"
#include "core/formats/decode.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Weights decoded by a graph on a device. One thread.
namespace tenon::formats {

// The formats that lie beside the plugins of these directories.
Formats read_formats(std::span<const std::string> directories);

struct Output {
  std::string name;
  std::vector<int64_t> dims;
  std::vector<float> values;
};

// The f32 outputs of a graph without inputs, or what went wrong. device: "reference", "opencl".
class DecodeRun {
 public:
  static Result<std::unique_ptr<DecodeRun>> make(const std::string& plugins);
  bool has(std::string_view device) { return engine_->choose(device).ok(); }
  Result<std::vector<Output>> run(Graph graph, std::string_view device);
  // The time of the last run, without planning.
  double milliseconds() const { return milliseconds_; }

 private:
  explicit DecodeRun(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

  std::unique_ptr<Engine> engine_;
  double milliseconds_ = 0;
};

// A value as an output of the graph.
void add_output(Graph& graph, ValueId value, std::string name);

// A tensor that owns its bytes.
StoredTensor stored_tensor(DType dtype, std::vector<int64_t> dims, std::string bytes,
                           std::string format = {});

}  // namespace tenon::formats
