// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"
#include "tenon/expr.h"
#include "tenon/status.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

// Runs an element formula over strips of elements on the CPU. Floats are computed in f64 and each
// f32 operation rounds its result to f32 (Precision::f64), or all is computed in f32
// (Precision::f32). A program is immutable
// and may be run by many threads at once.
namespace tenon {

// Where operand `k` of LOAD lies. `elements` guards every load: an index outside reads zero.
struct StripOperand {
  const void* data = nullptr;
  DType dtype = DType::none;
  int64_t elements = 0;
};

class StripProgram {
 public:
  enum class Precision : uint8_t { f64, f32 };

  // rows: of the formula; n_operands: loads of higher operands are an error.
  static Result<StripProgram> compile(std::span<const tenon_expr> rows, ExprId root,
                                      size_t n_operands, Precision precision = Precision::f64);

  // Elements [begin, end) of an output of shape `dims`, stored as `dtype` at out[begin...].
  // symbols: one value for each SYMBOL used. scratch: 64-byte aligned memory for the run; less than
  // scratch_bytes() is not used, and some is allocated instead.
  void run(std::span<const StripOperand> operands, std::span<const int64_t> symbols,
           std::span<const int64_t> dims, DType dtype, void* out, int64_t begin, int64_t end,
           std::span<std::byte> scratch = {}) const;
  size_t scratch_bytes() const;

  StripProgram(StripProgram&&) noexcept;
  StripProgram& operator=(StripProgram&&) noexcept;
  ~StripProgram();

 private:
  struct Code;
  explicit StripProgram(std::unique_ptr<Code> code);
  std::unique_ptr<Code> code_;
};

// One element of a tensor as f64 (floats) or i64 bits (integers, bool), and back; the other kind is
// converted as CAST does. Rounding to narrow floats is half to even; what is too large becomes
// infinity where the type has it, else NaN, and f4 saturates: a Cast that saturates says so in its
// formula. Integers of less than a byte take a byte, sign-extended.
double load_float(const void* data, DType dtype, int64_t index);
int64_t load_integer(const void* data, DType dtype, int64_t index);
void store_float(void* data, DType dtype, int64_t index, double value);
void store_integer(void* data, DType dtype, int64_t index, int64_t value);

}  // namespace tenon
