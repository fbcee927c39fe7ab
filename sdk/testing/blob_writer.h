// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/graph.h"
#include "tenon/expr.h"

#include <string>
#include <vector>

// For tests of backends: writes small graph blobs, without the core.
namespace tenon::testing {

// An attribute of a node; made by the functions below.
struct TestAttr {
  std::string name;
  uint32_t kind;
  std::vector<int64_t> numbers = {};
  double real = 0;
  std::vector<std::string> texts = {};
};
TestAttr integer(std::string name, int64_t value);
TestAttr real(std::string name, double value);
TestAttr word(std::string name, std::string value);
TestAttr reals(std::string name, const std::vector<double>& values);
TestAttr words(std::string name, std::vector<std::string> values);
TestAttr ints(std::string name, std::vector<int64_t> values);
TestAttr dims(std::string name, std::vector<tenon_dim> values);

// Values and nodes are numbered in the order they are added.
class BlobWriter {
 public:
  BlobWriter() { text(""); }
  uint32_t value(DType dtype, const std::vector<tenon_dim>& dims,
                 uint32_t kind = TENON_VALUE_COMPUTED);
  uint32_t input(DType dtype, const std::vector<tenon_dim>& dims);
  // A constant whose bytes the host gives for `data`.
  uint32_t constant(DType dtype, const std::vector<tenon_dim>& dims, uint64_t data);
  void output(uint32_t value) { outputs_.push_back(value); }
  uint32_t symbol(const std::string& name);
  // op: "Add" or, with a domain, "tenon.Attend".
  uint32_t node(const std::string& op, const std::vector<uint32_t>& inputs,
                const std::vector<uint32_t>& outputs, const std::vector<TestAttr>& attrs = {},
                uint32_t formula = TENON_NONE);
  // Formulas and dims are rows of this pool.
  ExprPool& exprs() { return exprs_; }
  static tenon_dim dim(Expr expr) { return ~static_cast<tenon_dim>(expr.id()); }
  // The finished block. 8-byte aligned.
  std::vector<uint64_t> finish();

 private:
  uint32_t text(const std::string& words);
  uint32_t slice(const std::vector<uint32_t>& values);
  uint32_t dim_slice(const std::vector<tenon_dim>& dims);
  void add(const TestAttr& attr);

  ExprPool exprs_;
  std::vector<tenon_node> nodes_;
  std::vector<tenon_value> values_;
  std::vector<uint32_t> operands_;
  std::vector<tenon_dim> dims_;
  std::vector<tenon_symbol> symbols_;
  std::vector<tenon_attr> attrs_;
  std::vector<int64_t> numbers_;
  std::string text_;
  std::vector<uint32_t> inputs_;
  std::vector<uint32_t> outputs_;
};

}  // namespace tenon::testing
