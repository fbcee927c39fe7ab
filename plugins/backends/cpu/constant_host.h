// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/level.h"
#include "sdk/testing/test_device.h"
#include "tenon/abi/draft/host.h"
#include "tenon/plugin.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

// For tests of kernels that pack constants: a host that gives the bytes of constants, and nodes
// some of whose operands are such.
namespace tenon::cpu {

// While it lives, `data` of a constant is its place among the tensors. One at a time.
class ConstantHost {
 public:
  explicit ConstantHost(const std::vector<testing::TestTensor>& tensors) : before_(plugin_host) {
    tensors_of_test() = &tensors;
    host_.size = sizeof host_;
    host_.context = &failure_;
    host_.fail = [](const tenon_host* host, tenon_status, tenon_str, uint32_t, uint32_t,
                    tenon_str text) { *static_cast<std::string*>(host->context) = to_view(text); };
    host_.query = [](const tenon_host*, tenon_str id) -> const void* {
      static const tenon_constant table = {sizeof(tenon_constant), 0, map};
      return to_view(id) == TENON_CONSTANT_ID ? &table : nullptr;
    };
    plugin_host = &host_;
  }
  ~ConstantHost() { plugin_host = before_; }
  ConstantHost(const ConstantHost&) = delete;
  ConstantHost& operator=(const ConstantHost&) = delete;

 private:
  static const std::vector<testing::TestTensor>*& tensors_of_test() {
    static const std::vector<testing::TestTensor>* tensors = nullptr;
    return tensors;
  }
  static tenon_status TENON_CALL map(uint64_t constant, const void** data, uint64_t* bytes) {
    const testing::TestTensor& tensor = (*tensors_of_test())[constant];
    *data = tensor.bytes.data();
    *bytes = tensor.bytes.size();
    return TENON_OK;
  }

  tenon_host host_ = {};
  const tenon_host* before_;
  std::string failure_;
};

// Runs one node whose inputs from `first_constant` on are constants, but for those in `changing`;
// an input with DType::none is omitted.
inline Result<std::vector<testing::TestTensor>> run_with_constants(
    HostBackend backend, const std::string& op, const std::vector<testing::TestTensor>& inputs,
    size_t first_constant, const std::vector<size_t>& changing,
    const std::vector<testing::TestTensor>& outputs,
    const std::vector<testing::TestAttr>& attrs = {}) {
  const ConstantHost host(inputs);
  testing::BlobWriter writer;
  std::vector<uint32_t> in, out;
  std::vector<testing::TestTensor> given;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const testing::TestTensor& tensor = inputs[i];
    const bool is_changing =
        i < first_constant || std::find(changing.begin(), changing.end(), i) != changing.end();
    if (tensor.dtype == DType::none) {
      in.push_back(TENON_NONE);
    } else if (is_changing) {
      in.push_back(writer.input(tensor.dtype, tensor.dims));
      given.push_back(tensor);
    } else {
      in.push_back(writer.constant(tensor.dtype, tensor.dims, i));
    }
  }
  for (const testing::TestTensor& tensor : outputs) {
    out.push_back(writer.value(tensor.dtype, tensor.dims));
  }
  writer.node(op, in, out, attrs);
  for (const uint32_t value : out) writer.output(value);
  return testing::TestDevice(std::move(backend)).run(writer.finish(), given, outputs);
}

// Calls f for each level that this processor has, with that level in use.
template <class F>
void each_level(F&& f) {
  for (const Level level : {Level::sse4, Level::avx2, Level::avx512, Level::neon}) {
    if (!has_level(level)) continue;
    const WithLevel in_use(level);
    f(level);
  }
}

}  // namespace tenon::cpu
