// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"
#include "tenon/expr.h"
#include "tenon/status.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Quantization formats as text (docs/formats.md): where the code of a weight lies, and the scale,
// zero and minimum that make it a number, as formulas over bits. Reading the text, and writing a
// weight as an expression. Values; [any thread], an ExprPool by one thread at a time.
namespace tenon {

// Numbers that a format looks up: one row of them, or rows of equal length.
struct QuantTable {
  std::string name;
  std::vector<int64_t> dims;  // one or two
  DType dtype = DType::i8;    // the smallest of i8, i16, i32, f32 that holds them all
  std::vector<double> values = {};

  int64_t elements() const;
};

// A tensor that packed weights consist of. suffix: what its name ends in, behind the name of the
// module.
struct QuantTensor {
  std::string name;
  std::string suffix;
  bool optional = false;
};

// A number that the configuration of a checkpoint gives: the first of the paths that it has.
struct QuantOption {
  std::string name;
  std::vector<std::string> paths;
  std::optional<double> otherwise;
};

// A text that the configuration must have at a path, or must not have.
struct QuantCondition {
  std::string path;
  std::string value;
  bool equal = true;
};

struct QuantLine {
  std::string name;
  std::string text;
  ExprPlace place;
};

struct QuantFormat {
  std::string name;
  // Weights in blocks of `block`, each of `bytes` bytes; or 0 and tensors.
  int64_t block = 0;
  int64_t bytes = 0;
  std::vector<QuantTensor> tensors;
  std::vector<QuantCondition> conditions;
  std::vector<QuantOption> options;
  // Suffixes of tensors whose bytes are a JSON object, in which options are looked up first.
  std::vector<std::string> settings;
  std::vector<QuantTable> tables;  // those that its lines name
  std::vector<QuantLine> lines;
  std::string code;  // its text, without tables and comments

  bool is_packed() const { return block == 0; }
};

// The formats of a file, checked as far as possible without weights. Errors name line and column.
Result<std::vector<QuantFormat>> parse_quant_formats(std::string_view text);

// QuantFormat::code read back; tables as they were, values may be missing.
Result<QuantFormat> parse_quant_code(std::string_view code, std::span<const QuantTable> tables);

// What formulas read, given by who builds an expression.
class QuantReader {
 public:
  virtual ~QuantReader() = default;
  // Byte of the row of blocks that the weight lies in, u32. inside: where false, nothing is read;
  // invalid: always inside.
  virtual Expr byte(Expr position, Expr inside) = 0;
  // False while a format is checked without weights: tensors may have other dims than dims() says.
  virtual bool knows_dims() const { return true; }
  // Whether the tensor is given, its dims without those of stacked weights, and an element.
  virtual bool has(size_t tensor) const = 0;
  virtual const std::vector<Expr>& dims(size_t tensor) const = 0;
  virtual Expr load(size_t tensor, std::span<const Expr> index, Expr inside) = 0;
  // Element of a table, row-major.
  virtual Expr table(size_t table, Expr position, Expr inside) = 0;
};

// Which weight: its row and column in a matrix [outputs, inputs].
struct QuantPlace {
  Expr n;
  Expr k;
  Expr outputs;
  Expr inputs;
  std::map<std::string, double, std::less<>> options = {};
};

// A weight and what it is made of: value = scale * (code - zero) - min, in f32. Those that a format
// does not have are invalid.
struct QuantParts {
  Expr value;
  Expr code;
  Expr scale;
  Expr zero;
  Expr min;
  std::map<std::string, Expr, std::less<>> lines = {};
};

Result<QuantParts> quant_parts(ExprPool& pool, const QuantFormat& format, QuantReader& reader,
                               const QuantPlace& place);

}  // namespace tenon
