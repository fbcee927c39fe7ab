// SPDX-License-Identifier: Apache-2.0
#include "tests/texts/stored.h"

#include "apps/tenon/files/file.h"
#include "apps/tenon/files/npy.h"
#include "tenon/dtype.h"
#include "tenon/strip_vm.h"

namespace tenon::texts {

Result<std::vector<double>> read_numbers(const std::string& path) {
  TENON_TRY_ASSIGN(const std::vector<std::byte> bytes, files::read_file(path));
  TENON_TRY_ASSIGN(const Tensor tensor, files::read_npy(path, bytes));
  const auto dtype = static_cast<DType>(tensor.dtype);
  const auto count = static_cast<int64_t>(tensor.data.size() / element_bytes(dtype));
  std::vector<double> numbers;
  for (int64_t i = 0; i < count; ++i) {
    numbers.push_back(is_float(dtype)
                          ? load_float(tensor.data.data(), dtype, i)
                          : static_cast<double>(load_integer(tensor.data.data(), dtype, i)));
  }
  return numbers;
}

}  // namespace tenon::texts
