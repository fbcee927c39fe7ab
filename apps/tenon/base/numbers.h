// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/tenon.hpp"

#include <complex>
#include <optional>

// The elements of a tensor as numbers, whatever their type. [any thread]
namespace tenon::cli {

// Elements that the tensor has room for; complex ones count once, texts 0.
size_t count_of(const Tensor& tensor);

// Element `index`, widened; the size of a complex number.
double value_at(const Tensor& tensor, size_t index);
std::complex<double> complex_at(const Tensor& tensor, size_t index);

struct Statistics {
  double min = 0, max = 0, mean = 0;  // of the numbers that are not NaN
  size_t nan = 0;
};
// Nothing for tensors without numbers.
std::optional<Statistics> statistics_of(const Tensor& tensor);

}  // namespace tenon::cli
