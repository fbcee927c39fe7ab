// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/testing/blob_writer.h"
#include "tenon/abi/draft/programs.h"
#include "tenon/kernels.h"

#include <cstddef>
#include <string>
#include <vector>

// For tests of host backends: tensors in plain memory, and a device driven through its C tables
// without a host.
namespace tenon::testing {

struct TestTensor {
  DType dtype = DType::f32;
  std::vector<int64_t> dims = {};
  std::vector<std::byte> bytes = {};

  int64_t elements() const;
  double real(int64_t i) const;      // of a float tensor
  int64_t integer(int64_t i) const;  // of an integer or bool tensor
  // Of any: for comparing with a tolerance or printing.
  std::vector<double> reals() const;
};
TestTensor empty_tensor(DType dtype, std::vector<int64_t> dims);
// The first values, as many as there are elements.
TestTensor tensor(DType dtype, std::vector<int64_t> dims, const std::vector<double>& values);
// Seeded values: floats in [-2, 2), signed integers in [-8, 8), others in [0, 16), bool 0 or 1.
TestTensor random_tensor(DType dtype, std::vector<int64_t> dims, uint32_t seed);

// A backend's one device, opened.
class TestDevice {
 public:
  explicit TestDevice(HostBackend backend);
  ~TestDevice();
  TestDevice(const TestDevice&) = delete;
  TestDevice& operator=(const TestDevice&) = delete;

  const tenon_backend& table() const { return *table_; }
  const tenon_programs& programs() const { return *programs_; }
  tenon_device* device() const { return device_; }

  // TENON_PRECISION_EXACT, if not set.
  void set_precision(uint32_t precision) { precision_ = precision; }
  // Compiles, binds and runs a graph once. outputs give types and shapes.
  Result<std::vector<TestTensor>> run(const std::vector<uint64_t>& blob,
                                      std::vector<TestTensor> inputs,
                                      std::vector<TestTensor> outputs,
                                      const std::vector<int64_t>& symbols = {}) const;
  // A graph of one node. An input with DType::none is omitted.
  Result<std::vector<TestTensor>> run_node(const std::string& op, std::vector<TestTensor> inputs,
                                           std::vector<TestTensor> outputs,
                                           const std::vector<TestAttr>& attrs = {}) const;
  // "claimed <label>" or "refused <reason>" for each node.
  std::vector<std::string> claims(const std::vector<uint64_t>& blob) const;

 private:
  HostBackendPlugin plugin_;
  const tenon_backend* table_ = nullptr;
  const tenon_programs* programs_ = nullptr;
  tenon_device* device_ = nullptr;
  uint32_t precision_ = TENON_PRECISION_EXACT;
};

// While it lives, the plugin has a host that keeps the text of failures and, with tasks, offers
// tenon.host.tasks/1 on three threads.
class TestHost {
 public:
  explicit TestHost(bool with_tasks = false);
  ~TestHost();
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;
  const std::string& last_failure() const { return failure_; }

 private:
  tenon_host host_ = {};
  const tenon_host* before_;
  std::string failure_;
};

}  // namespace tenon::testing
