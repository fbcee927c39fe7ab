// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What operators on texts have in common. Pure functions of their context.
namespace tenon::ops {

// For infer: output `k` has the dims of input 0 and `more` further axes that the operator decides;
// nothing is known of it when the input has no rank.
void output_like_input(InferContext& c, size_t k, DType dtype, size_t more = 0);

// Rows of texts, one for each element of input 0, along a new last axis; short ones are filled up.
Result<HostTensor> text_rows(const HostContext& c, std::vector<int64_t> dims,
                             const std::vector<std::vector<std::string>>& rows,
                             std::string_view filling);

// A number as people write it, "0.5" or "1e+10": the fewest digits that read back as the same
// number of its type.
std::string text_of(float number);
std::string text_of(double number);

// The whole text as a number: "1", "-1.5e3", "+inf", "NaN"; spaces around it are left out.
Result<double> real_of(std::string_view text);
// The same without a fraction.
Result<int64_t> integer_of(std::string_view text);

}  // namespace tenon::ops
