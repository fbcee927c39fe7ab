// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"
#include "tenon/tenon.hpp"

#include <span>

// From what was typed after -i to tensors that a model takes. [any thread]
namespace tenon::cli {

// One -i: "x=@a.npy", "x=rand:7", "x=1,2,3", or without a name for the next input.
struct InputSpec {
  std::string name;  // empty: by position
  std::string text;  // "@a.npy", "rand:7", "1,2,3"
};

// Splits at the first "=" that ends the name of an input; file names may have one as well.
InputSpec input_spec(std::string_view typed, std::span<const Tensor> wanted);

// Whether it names a PNG, JPEG or BMP file, by the file's first bytes.
Result<bool> is_picture(const InputSpec& spec);

// One tensor for each of `wanted`; what no spec names is random. Free sizes are 1. Fails with
// Code::invalid where a spec is at fault and with another code where the model is.
Result<std::vector<Tensor>> make_inputs(std::span<const Tensor> wanted,
                                        std::span<const std::string> typed);

// Numbers in [0, 1), small whole numbers or booleans, the same for the same seed everywhere.
Result<Tensor> random_tensor(const Tensor& wanted, uint64_t seed);

}  // namespace tenon::cli
