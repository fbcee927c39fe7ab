// SPDX-License-Identifier: Apache-2.0
#include "tenon/quant_format.h"
#include "tenon/strip_vm.h"

#include <cstdlib>
#include <cstring>

namespace tenon {
namespace {

constexpr int64_t rows = 2, columns = 40;

// Every tensor has the dims [4, 3], whatever the format takes it for.
class Reader : public QuantReader {
 public:
  Reader(ExprPool& pool, const QuantFormat& format) : pool_(pool), format_(format) {
    dims_ = {pool.integer(4), pool.integer(3)};
  }
  Expr byte(Expr position, Expr inside) override {
    const Expr row = pool_.coordinate(0) * row_bytes();
    return pool_.load(0, Type::u32, row + position, inside);
  }
  bool has(size_t tensor) const override { return !format_.tensors[tensor].optional; }
  const std::vector<Expr>& dims(size_t) const override { return dims_; }
  Expr load(size_t, std::span<const Expr> index, Expr inside) override {
    return pool_.load(0, Type::u32, index[0] * 3 + index[1], inside);
  }
  Expr table(size_t table, Expr position, Expr inside) override {
    const auto operand = static_cast<int64_t>(1 + table);
    return pool_.load(operand, type_of(format_.tables[table].dtype), position, inside);
  }
  int64_t row_bytes() const {
    return format_.block == 0 ? 12 : (columns + format_.block - 1) / format_.block * format_.bytes;
  }

 private:
  ExprPool& pool_;
  const QuantFormat& format_;
  std::vector<Expr> dims_;
};

// Reads what the formulas want and nothing outside.
void run(const QuantFormat& format) {
  ExprPool pool;
  Reader reader(pool, format);
  const QuantPlace place = {.n = pool.coordinate(0),
                            .k = pool.coordinate(1),
                            .outputs = pool.integer(rows),
                            .inputs = pool.integer(columns)};
  const auto parts = quant_parts(pool, format, reader, place);
  if (!parts.ok()) return;
  std::vector<uint8_t> bytes(static_cast<size_t>(rows * reader.row_bytes()), 0xA5);
  if (bytes.size() > size_t{1} << 20) return;
  std::vector<StripOperand> operands = {
      {bytes.data(), DType::u8, static_cast<int64_t>(bytes.size())}};
  std::vector<std::vector<uint8_t>> tables;
  for (const QuantTable& table : format.tables) {
    tables.emplace_back(static_cast<size_t>(table.elements()) * 4, uint8_t{1});
    operands.push_back({tables.back().data(), table.dtype, table.elements()});
  }
  const auto program = StripProgram::compile(pool.rows(), parts->value.id(), operands.size());
  const int64_t dims[] = {rows, columns};
  float out[rows * columns] = {};
  if (program.ok()) program->run(operands, {}, dims, DType::f32, out, 0, rows * columns);
}

}  // namespace
}  // namespace tenon

// Formats from anywhere: what parses has a code that parses to the same format, and runs.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tenon;
  constexpr size_t longest = 4096;
  if (size > longest) return 0;
  const auto formats = parse_quant_formats({reinterpret_cast<const char*>(data), size});
  if (!formats.ok()) return 0;
  for (const QuantFormat& format : *formats) {
    const auto again = parse_quant_code(format.code, format.tables);
    if (!again.ok() || again->code != format.code || again->lines.size() != format.lines.size()) {
      std::abort();
    }
    run(format);
  }
  return 0;
}
