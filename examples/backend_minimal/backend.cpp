// SPDX-License-Identifier: Apache-2.0
// A whole backend: three kernels. Memory, streams, fences and programs come from the library.
#include "tenon/kernels.h"

using tenon::in, tenon::out;

static void relu(in<float> x, out<float> y) {
  for (size_t i = 0; i < y.size(); ++i) y[i] = x[i] > 0 ? x[i] : 0;
}

static void add(in<float> a, in<float> b, out<float> y) {
  for (size_t i = 0; i < y.size(); ++i) y[i] = a[i] + b[i];
}

static void matmul(in<float> a, in<float> b, out<float> y) {
  const size_t rows = a.dim(0), inner = a.dim(1), columns = b.dim(1);
  std::fill(y.begin(), y.end(), 0.0f);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t k = 0; k < inner; ++k) {
      for (size_t c = 0; c < columns; ++c) {
        y[r * columns + c] += a[r * inner + k] * b[k * columns + c];
      }
    }
  }
}

static tenon::HostBackend my_cpu() {
  return {.id = "my_cpu",
          .name = "a stranger's CPU",
          .kernels = {tenon::kernel<relu>("Relu"), tenon::kernel<add>("Add", tenon::same_dims),
                      tenon::kernel<matmul>("MatMul", tenon::matrices)}};
}

TENON_HOST_BACKEND(my_cpu)
