// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/formula/move.h"
#include "plugins/backends/cpu/formula/run.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <optional>

// Element operators and chains of them. For known sizes the output falls into boxes, each with a
// program of its own; a formula that has none even so is run by the strips of the library.
namespace tenon::cpu {
namespace {

constexpr int64_t chunk_weight = 1 << 17;

struct Piece {
  uint32_t part = 0;
  int64_t begin = 0;
  int64_t end = 0;
};

// One box.
struct Part {
  StripCode code;
  std::optional<MoveCode> move;  // does the same
  int64_t units() const { return move ? move->units() : code.strips(); }
  int64_t elements() const {  // of a unit
    return move ? move->block * move->extents[move->rank - 1] : code.rows * code.columns;
  }
};

struct Formula {
  std::vector<Part> parts;
  std::vector<Piece> pieces;
  std::vector<size_t> chunks;  // the first piece of each chunk, and the end
  std::optional<StripProgram> plain;
};

// What an element costs, counted in plain operations.
int64_t weight_of(const FormulaRows& formula) {
  int64_t weight = 1;
  for (const tenon_expr& row : formula.rows) {
    const bool is_long = (row.op >= TENON_EXPR_SQRT && row.op <= TENON_EXPR_ERF) ||
                         (row.op >= TENON_EXPR_DIV && row.op <= TENON_EXPR_FLOORDIV) ||
                         row.op == TENON_EXPR_POW;
    if (row.op >= TENON_EXPR_LOAD) weight += is_long ? 8 : 1;
  }
  return weight;
}

// Chunks of about the same number of elements; small boxes share one.
void divide(Formula& formula, int64_t weight) {
  const int64_t most = std::max<int64_t>(chunk_weight / weight, 1024);
  int64_t left = 0;
  for (uint32_t i = 0; i < formula.parts.size(); ++i) {
    const int64_t elements = formula.parts[i].elements();
    const int64_t units = formula.parts[i].units();
    for (int64_t begin = 0; begin < units;) {
      if (left <= 0) {
        formula.chunks.push_back(formula.pieces.size());
        left = most;
      }
      const int64_t count = std::min(units - begin, (left + elements - 1) / elements);
      formula.pieces.push_back({i, begin, begin + count});
      begin += count;
      left -= count * elements;
    }
  }
  formula.chunks.push_back(formula.pieces.size());
}

Status match(const NodeView& node) {
  if (node.outputs() != 1 || !node.has_output(0)) return unsupported("not one output");
  if (node.inputs() > most_operands) return unsupported("more than {} inputs", most_operands);
  if (node.output_rank(0) > most_axes) return unsupported("more than {} axes", most_axes);
  return formula_rows(node).status();
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants&) {
  TENON_TRY_ASSIGN(FormulaRows formula, formula_rows(node));
  return keep(std::move(formula));
}

Result<KernelWork> shape_plain(const KernelSizes& sizes, Formula formula) {
  constexpr int64_t chunk_elements = 4096;
  TENON_TRY_ASSIGN(StripProgram program,
                   StripProgram::compile(sizes.node().graph().exprs(),
                                         static_cast<ExprId>(sizes.node().row().formula),
                                         sizes.inputs(), StripProgram::Precision::f32));
  KernelWork work = in_rows(sizes.output_elements(0), chunk_elements);
  work.scratch = static_cast<int64_t>(program.scratch_bytes());
  formula.plain = std::move(program);
  work.block = keep(std::move(formula));
  return work;
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const auto& rows = sizes.state<FormulaRows>();
  StripSizes known{.dims = sizes.output(0), .symbols = sizes.symbols(), .elements = {}};
  for (size_t i = 0; i < sizes.inputs(); ++i) {
    int64_t elements = 1;
    for (const int64_t extent : sizes.input(i)) elements *= extent;
    known.elements.push_back(elements);
  }
  Formula formula;
  for (const Box& box : split_output(rows, known.dims, known.symbols)) {
    Result<StripCode> code = compile_strips(rows, box, known);
    if (!code.ok()) return shape_plain(sizes, {});
    std::optional<MoveCode> move = find_move(rows, *code);
    formula.parts.push_back({std::move(*code), std::move(move)});
  }
  divide(formula, weight_of(rows));
  KernelWork work{.chunks = static_cast<int64_t>(formula.chunks.size()) - 1};
  work.block = keep(std::move(formula));
  return work;
}

void run_plain(const KernelArguments& arguments, const StripProgram& program, int64_t chunk) {
  StripOperand operands[most_operands];
  for (size_t i = 0; i < arguments.inputs(); ++i) {
    operands[i] = {arguments.input_data(i), arguments.input_dtype(i), arguments.input_elements(i)};
  }
  const RowRange elements = arguments.rows_of(chunk);
  program.run({operands, arguments.inputs()}, arguments.symbols(), arguments.output_dims(0),
              arguments.output_dtype(0), arguments.output_data(0), elements.first, elements.last,
              arguments.scratch());
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& formula = arguments.block<Formula>();
  if (formula.plain) return run_plain(arguments, *formula.plain, chunk);
  StripPlaces places;
  const size_t inputs = arguments.inputs();
  for (size_t i = 0; i < inputs; ++i) {
    places.operands[i] = static_cast<const std::byte*>(arguments.input_data(i));
  }
  places.result = static_cast<std::byte*>(arguments.output_data(0));
  const auto at = static_cast<size_t>(chunk);
  for (size_t i = formula.chunks[at]; i < formula.chunks[at + 1]; ++i) {
    const Piece& piece = formula.pieces[i];
    const Part& part = formula.parts[piece.part];
    if (part.move) {
      run_move(*part.move, places, piece.begin, piece.end);
    } else {
      run_strips(part.code, places, piece.begin, piece.end);
    }
  }
}

}  // namespace

Kernel formula() {
  return {.op = any_formula, .match = match, .prepare = prepare, .shape = shape, .run = run};
}

}  // namespace tenon::cpu
