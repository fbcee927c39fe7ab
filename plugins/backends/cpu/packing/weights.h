// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels.h"
#include "tenon/quant_format.h"
#include "tenon/strip_vm.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

// A matrix of weights as it lies in a model: numbers, or tensors in a quantization format, read row
// by row as f32. Borrows the bytes. [any thread]
namespace tenon::cpu {

struct WeightTensor {
  DType dtype = DType::none;  // none: not given
  std::vector<int64_t> dims = {};
  std::span<const std::byte> bytes = {};
};

struct WeightSource {
  int64_t rows = 0;
  int64_t columns = 0;
  std::vector<WeightTensor> tensors;
  // Without a code the one tensor is the matrix.
  std::string code = {};
  std::vector<std::string> tables = {};  // names of the last tensors
  std::map<std::string, double, std::less<>> options = {};
};

// The matrix of a tenon.Linear, from its input `first` on.
Result<WeightSource> weight_source(const NodeView& node, const KernelConstants& constants,
                                   size_t first, int64_t rows);

class WeightRows {
 public:
  static Result<WeightRows> open(const WeightSource& source);
  // Columns [begin, end) of a row.
  void read(int64_t row, int64_t begin, int64_t end, float* to) const;
  // The format of a source with a code.
  const QuantFormat* format() const { return format_ ? &*format_ : nullptr; }

 private:
  explicit WeightRows(const WeightSource& source) : source_(&source) {}
  Status compile();

  const WeightSource* source_;
  std::optional<QuantFormat> format_ = {};
  std::optional<StripProgram> program_ = {};
  std::vector<StripOperand> operands_ = {};
};

}  // namespace tenon::cpu
