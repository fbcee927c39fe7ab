// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/formula/idioms.h"
#include "plugins/backends/cpu/formula/strips.h"
#include "tenon/expr_ops.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace tenon::cpu {
namespace {

constexpr uint16_t none = UINT16_MAX;
constexpr int64_t least_row = 64;  // shorter rows are taken several at a time
constexpr int64_t longest_strip = 4096;

using Kind = StripInstruction::Kind;

bool lies_as_computed(DType dtype) {
  return dtype == DType::f32 || dtype == DType::i32 || dtype == DType::u32 || dtype == DType::i64;
}

int64_t bytes_of(Type type) { return type == Type::i64 ? 8 : 4; }

// Axes that all walks step through as one become one.
class Axes {
 public:
  Axes(const Box& box, int64_t row_axes) : box_(box) {
    for (size_t i = 0; i < box.axes.size(); ++i) {
      if (box.axes[i].extent == 1) continue;
      kept_.push_back(i);
      const bool is_row = static_cast<int64_t>(box.axes[i].axis) < row_axes;
      is_row_.push_back(is_row);
    }
  }

  // Whether neighbours i and i + 1 of what is kept go as one in a walk.
  static bool joins(const Form& walk, size_t outer, size_t inner, int64_t extent) {
    int64_t span = 0;
    return !__builtin_mul_overflow(walk.steps[inner], extent, &span) && walk.steps[outer] == span;
  }

  void merge(std::span<const Form* const> walks) {
    extents_.clear();
    for (const size_t i : kept_) extents_.push_back(box_.axes[i].extent);
    for (size_t i = kept_.size(); i-- > 1;) {
      const bool together = is_row_[i - 1] == is_row_[i];
      const bool all = std::ranges::all_of(walks, [&](const Form* walk) {
        return joins(*walk, kept_[i - 1], kept_[i], extents_[i]);
      });
      if (!together || !all) continue;
      extents_[i] *= extents_[i - 1];
      const auto at = static_cast<int64_t>(i) - 1;
      extents_.erase(extents_.begin() + at);
      kept_.erase(kept_.begin() + at);
      is_row_.erase(is_row_.begin() + at);
    }
  }

  // At least two axes; rows and columns on both sides where they are kept apart.
  void finish(bool keeps_rows) {
    const auto rows = static_cast<size_t>(std::ranges::count(is_row_, true));
    if (kept_.empty() || (keeps_rows && rows == kept_.size())) add(kept_.size());
    if (kept_.size() < 2 || (keeps_rows && rows == 0)) add(0);
    row_rank_ = std::max<size_t>(rows, 1);
  }

  size_t rank() const { return kept_.size(); }
  int64_t extent(size_t i) const { return extents_[i]; }
  size_t row_rank() const { return row_rank_; }
  StripWalk walk(const Form& form) const {
    StripWalk made{.base = form.base};
    for (size_t i = 0; i < kept_.size(); ++i) {
      if (kept_[i] < most_axes) made.steps[i] = form.steps[kept_[i]];
    }
    return made;
  }

 private:
  void add(size_t at) {
    const auto offset = static_cast<int64_t>(at);
    kept_.insert(kept_.begin() + offset, most_axes);
    extents_.insert(extents_.begin() + offset, 1);
  }

  const Box& box_;
  std::vector<size_t> kept_;  // axes of the box; most_axes for one that was added
  std::vector<bool> is_row_;
  std::vector<int64_t> extents_;
  size_t row_rank_ = 1;
};

class Compiler {
 public:
  Compiler(const FormulaRows& formula, const Box& box, const StripSizes& sizes, int64_t row_axes)
      : formula_(formula),
        rows_(formula.rows),
        box_(box),
        sizes_(sizes),
        forms_(find_forms(formula, box, sizes.dims, sizes.symbols)),
        idioms_(find_idioms(formula, forms_)),
        axes_(box, row_axes),
        keeps_rows_(row_axes >= 0) {}

  Result<StripCode> compile() {
    place_output();
    shape_strips();
    code_.walks.push_back(axes_.walk(output_));
    const auto root = static_cast<int32_t>(rows_.size()) - 1;
    uint16_t result = reg(root);
    result = cast(result, static_cast<Type>(rows_.back().type), result_type());
    finish(result);
    if (registers_.size() > most_registers || code_.walks.size() > most_registers) {
      return unsupported("a formula of more than {} registers", most_registers);
    }
    code_.row_rank = axes_.row_rank();
    TENON_TRY(allocate());
    return std::move(code_);
  }

 private:
  struct Register {
    Type type = Type::f32;
    bool single = false;
    bool fixed = false;
    StripRegister home = {};
  };

  const Form& form(int32_t row) const { return forms_.of[static_cast<size_t>(row)]; }
  bool is_plain_walk(const Form& found) const {
    return found.kind != Form::Kind::none && found.varying < 0;
  }

  // The output's own index, and all walks that the merged axes must serve.
  void place_output() {
    output_.kind = Form::Kind::walk;
    Steps strides = {};
    int64_t stride = 1;
    for (size_t d = sizes_.dims.size(); d-- > 0; stride *= sizes_.dims[d]) strides[d] = stride;
    for (size_t d = 0; d < box_.first.size(); ++d) output_.base += box_.first[d] * strides[d];
    for (size_t i = 0; i < box_.axes.size(); ++i) {
      output_.steps[i] = box_.axes[i].scale * strides[box_.axes[i].axis];
    }
    linear_ = output_;
    std::vector<const Form*> walks = {&output_};
    const auto count = [&](int32_t row) {
      if (row < 0) return;
      const auto at = static_cast<size_t>(forms_.is[static_cast<size_t>(row)]);
      if (forms_.of[at].kind == Form::Kind::walk) walks.push_back(&forms_.of[at]);
    };
    count(static_cast<int32_t>(rows_.size()) - 1);
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (!forms_.demanded[i]) continue;
      const tenon_expr& row = rows_[i];
      if (row.op == TENON_EXPR_LOAD && row.a < 0) walks.push_back(&linear_);
      for (const int32_t operand : {row.a, row.b, row.c}) count(operand);
    }
    axes_.merge(walks);
    axes_.finish(keeps_rows_);
  }

  void shape_strips() {
    code_.rank = axes_.rank();
    for (size_t i = 0; i < code_.rank; ++i) code_.extents[i] = axes_.extent(i);
    const int64_t columns = code_.extents[code_.rank - 1];
    const int64_t rows = code_.extents[code_.rank - 2];
    if (!keeps_rows_ && columns < least_row) {
      code_.rows = std::min(rows, std::max<int64_t>(1, 256 / columns));
      code_.columns = columns;
    }
    is_plane_ = code_.rows > 1;
  }

  int64_t row_step(const StripWalk& walk) const { return walk.steps[code_.rank - 2]; }
  int64_t step(const StripWalk& walk) const { return walk.steps[code_.rank - 1]; }
  bool is_single(const StripWalk& walk) const {
    return step(walk) == 0 && (!is_plane_ || row_step(walk) == 0);
  }
  bool is_dense(const StripWalk& walk) const {
    return step(walk) == 1 && (!is_plane_ || row_step(walk) == code_.extents[code_.rank - 1]);
  }

  // Whether a walk goes along the columns only.
  bool is_fixed(const StripWalk& walk) const {
    const auto outer = std::span(walk.steps).first(code_.rank - 1);
    return !is_plane_ && !keeps_rows_ && std::ranges::count(outer, 0) == std::ssize(outer);
  }

  uint16_t add_register(Type type, bool single, StripRegister::Kind kind) {
    registers_.push_back(
        {.type = type, .single = single, .fixed = false, .home = {.kind = kind, .place = 0}});
    return static_cast<uint16_t>(registers_.size() - 1);
  }

  uint16_t add(StripInstruction instruction, Type type) {
    const auto kind =
        instruction.kind == Kind::direct ? StripRegister::Kind::direct : StripRegister::Kind::slot;
    const bool walks = instruction.kind != Kind::step && instruction.kind != Kind::gather;
    instruction.fixed =
        instruction.kind != Kind::direct && (!walks || is_fixed(code_.walks[instruction.walk]));
    each_operand(instruction, [&](uint16_t a) { instruction.fixed &= registers_[a].fixed; });
    instruction.out = add_register(type, instruction.single, kind);
    registers_.back().fixed =
        instruction.fixed || (walks && is_fixed(code_.walks[instruction.walk]));
    code_.instructions.push_back(instruction);
    return instruction.out;
  }

  uint16_t number(int64_t value, Type type) {
    int64_t bits = value;
    if (type == Type::f32) {
      bits = std::bit_cast<int32_t>(static_cast<float>(std::bit_cast<double>(value)));
    }
    const auto [found, is_new] = numbers_.try_emplace({bits, bytes_of(type)}, none);
    if (is_new) {
      found->second = add_register(type, true, StripRegister::Kind::number);
      registers_.back().fixed = true;
      registers_.back().home.place = static_cast<uint32_t>(code_.numbers.size());
      code_.numbers.push_back(bits);
    }
    return found->second;
  }

  uint16_t reg(int32_t id) {
    const int32_t row = forms_.is[static_cast<size_t>(id)];
    const Form& known = form(row);
    const auto type = static_cast<Type>(rows_[static_cast<size_t>(row)].type);
    if (known.kind == Form::Kind::number) return number(known.base, type);
    const auto [found, is_new] = made_.try_emplace(row, none);
    // Making operands may move the map's entries on, so the place is looked up again.
    if (is_new) {
      const uint16_t made = is_plain_walk(known) ? index(known) : emit(row);
      made_[row] = made;
      return made;
    }
    return found->second;
  }

  uint16_t index(const Form& known) {
    const StripWalk walk = axes_.walk(known);
    return add({.kind = Kind::index, .single = is_single(walk), .walk = add_walk(walk)}, Type::i64);
  }

  uint16_t add_walk(const StripWalk& walk) {
    code_.walks.push_back(walk);
    return static_cast<uint16_t>(code_.walks.size() - 1);
  }

  uint16_t emit(int32_t id) {
    const tenon_expr& row = rows_[static_cast<size_t>(id)];
    const auto type = static_cast<Type>(row.type);
    if (const Idiom& idiom = idioms_[static_cast<size_t>(id)]; idiom.op != 0) {
      return one(idiom.op, Type::f32, type, reg(idiom.operand));
    }
    if (row.op == TENON_EXPR_LOAD) return load(row);
    const auto operand_type = static_cast<Type>(rows_[static_cast<size_t>(row.a)].type);
    const uint16_t a = reg(row.a);
    if (row.op == TENON_EXPR_CAST) return cast(a, operand_type, type);
    if (row.op == TENON_EXPR_BITCAST) return a;
    if (row.op == TENON_EXPR_SELECT) return choose(type, a, reg(row.b), reg(row.c));
    if (row.b < 0) return one(row.op, operand_type, type, a);
    return two(row.op, operand_type, type, a, reg(row.b));
  }

  bool single(uint16_t a) const { return registers_[a].single; }

  uint16_t one(uint16_t op, Type operand_type, Type type, uint16_t a) {
    const StripStep step = elements().steps[op][static_cast<size_t>(operand_type)][both_vary];
    return add({.single = single(a), .a = a, .b = a, .c = a, .step = step}, type);
  }

  uint16_t two(uint16_t op, Type operand_type, Type type, uint16_t a, uint16_t b) {
    size_t form = both_vary;
    if (single(a) != single(b)) form = single(a) ? first_is_one : second_is_one;
    const StripStep step = elements().steps[op][static_cast<size_t>(operand_type)][form];
    return add({.single = single(a) && single(b), .a = a, .b = b, .c = a, .step = step}, type);
  }

  uint16_t spread(uint16_t a) {
    if (!single(a)) return a;
    const Type type = registers_[a].type;
    return add({.a = a, .b = a, .c = a, .step = elements().spread[bytes_of(type) == 8 ? 1 : 0]},
               type);
  }

  uint16_t choose(Type type, uint16_t a, uint16_t b, uint16_t c) {
    const StripStep step =
        elements().steps[TENON_EXPR_SELECT][static_cast<size_t>(type)][both_vary];
    const bool all = single(a) && single(b) && single(c);
    if (!all) {
      a = spread(a);
      b = spread(b);
      c = spread(c);
    }
    return add({.single = all, .a = a, .b = b, .c = c, .step = step}, type);
  }

  uint16_t cast(uint16_t a, Type from, Type to) {
    if (from == to) return a;
    const StripStep step = elements().casts[static_cast<size_t>(to)][static_cast<size_t>(from)];
    return add({.single = single(a), .a = a, .b = a, .c = a, .step = step}, to);
  }

  uint16_t load(const tenon_expr& row) {
    const DType dtype = formula_.operands[static_cast<size_t>(row.k)];
    const auto type = static_cast<Type>(row.type);
    const uint16_t loaded = cast(load_own(row, dtype), type_of(dtype), type);
    if (row.b < 0 || form(row.b).kind == Form::Kind::number) return loaded;
    return choose(type, reg(row.b), loaded, row.c >= 0 ? reg(row.c) : number(0, type));
  }

  uint16_t load_own(const tenon_expr& row, DType dtype) {
    const auto operand = static_cast<size_t>(row.k);
    StripInstruction made{.bytes = static_cast<uint8_t>(element_bytes(dtype)),
                          .operand = static_cast<uint16_t>(operand),
                          .elements = sizes_.elements[operand],
                          .read = transfer().read[static_cast<size_t>(dtype)],
                          .gather = transfer().gather[static_cast<size_t>(dtype)]};
    const Form& at = row.a < 0 ? linear_ : form(row.a);
    if (keeps_rows_ && operand == 0) return tile(made);
    const bool is_walk = at.kind != Form::Kind::none;
    const uint16_t varying = is_walk && at.varying >= 0 ? reg(at.varying) : none;
    const bool inside = varying == none && is_walk && is_inside(at, made.elements);
    if (is_walk && (inside || (varying != none && single(varying)))) {
      const StripWalk walk = axes_.walk(at);
      made.walk = add_walk(walk);
      made.is_varying = varying != none;
      made.a = made.is_varying ? varying : 0;
      made.factor = at.factor;
      made.single = is_single(walk);
      const bool direct = lies_as_computed(dtype) && (made.single || is_dense(walk));
      made.kind = direct && !made.is_varying ? Kind::direct : Kind::read;
      return add(made, type_of(dtype));
    }
    made.kind = Kind::gather;
    made.a = indexes(row.a, at);
    made.single = single(made.a);
    return add(made, type_of(dtype));
  }

  // The node's own result, of which only the place on the last axis counts.
  uint16_t tile(StripInstruction made) {
    StripWalk walk;
    walk.steps[code_.rank - 1] = 1;
    made.walk = add_walk(walk);
    made.kind = Kind::direct;
    return add(made, Type::f32);
  }

  bool is_inside(const Form& at, int64_t elements) const {
    const std::optional<Interval> range = interval_of(at, box_);
    return range && range->low >= 0 && range->high < elements;
  }

  // Where each element lies, as numbers.
  uint16_t indexes(int32_t row, const Form& at) {
    if (row < 0) return index(linear_);
    if (at.kind == Form::Kind::none || at.varying < 0) return reg(row);
    Form fixed = at;
    fixed.varying = -1;
    const uint16_t moved =
        two(TENON_EXPR_MUL, Type::i64, Type::i64, reg(at.varying), number(at.factor, Type::i64));
    return two(TENON_EXPR_ADD, Type::i64, Type::i64, moved, index(fixed));
  }

  Type result_type() const { return type_of(formula_.result); }

  // The last instruction writes to the output itself where it can.
  void finish(uint16_t result) {
    result = spread(result);
    const bool in_place = lies_as_computed(formula_.result) && is_dense(code_.walks[0]);
    if (in_place) make_writable(result);
    code_.result = result;
    code_.writes = !in_place;
    code_.write = transfer().write[static_cast<size_t>(formula_.result)];
    code_.result_bytes = static_cast<uint8_t>(element_bytes(formula_.result));
    if (in_place) registers_[result].home.kind = StripRegister::Kind::result;
    for (StripInstruction& at : code_.instructions) {
      if (at.out == result) at.fixed = false;  // it is written to another place each time
    }
  }

  void make_writable(uint16_t result) {
    for (StripInstruction& at : code_.instructions) {
      if (at.out == result && at.kind == Kind::direct) at.kind = Kind::read;
    }
  }

  template <class Visit>
  static void each_operand(const StripInstruction& at, Visit visit) {
    if (at.kind == Kind::gather || (at.kind == Kind::read && at.is_varying)) visit(at.a);
    if (at.kind != Kind::step) return;
    visit(at.a);
    if (at.b != at.a) visit(at.b);
    if (at.c != at.a && at.c != at.b) visit(at.c);
  }

  // Slots are used again once nothing needs them; all have room for the widest type.
  Status allocate() {
    std::vector<size_t> last_use(registers_.size(), 0);
    const size_t end = code_.instructions.size();
    for (size_t i = 0; i < end; ++i) {
      each_operand(code_.instructions[i], [&](uint16_t a) { last_use[a] = i; });
    }
    last_use[code_.result] = end;
    for (const StripInstruction& at : code_.instructions) {
      if (at.fixed) last_use[at.out] = end;
    }
    std::vector<uint32_t> free;
    uint32_t slots = 0;
    int64_t widest = 4;
    for (size_t i = 0; i < end; ++i) {
      const StripInstruction& at = code_.instructions[i];
      Register& out = registers_[at.out];
      if (out.home.kind == StripRegister::Kind::slot) {
        // What outlives the strip shares its slot with nothing.
        if (free.empty() || at.fixed) free.push_back(slots++);
        out.home.place = free.back();
        free.pop_back();
        widest = std::max(widest, bytes_of(out.type));
      }
      each_operand(at, [&](uint16_t a) {
        const bool is_slot = registers_[a].home.kind == StripRegister::Kind::slot;
        if (last_use[a] == i && is_slot) free.push_back(registers_[a].home.place);
      });
    }
    for (const Register& made : registers_) code_.registers.push_back(made.home);
    return set_lengths(slots, widest);
  }

  Status set_lengths(uint32_t slots, int64_t widest) {
    int64_t most = longest_strip;
    if (slots > 0) most = std::min(most, strip_bytes / (slots * widest) / 64 * 64 - 16);
    const int64_t columns = code_.extents[code_.rank - 1];
    if (code_.rows == 1) {
      const int64_t pieces = (columns + most - 1) / std::max<int64_t>(most, 1);
      code_.columns = pieces <= 1 ? columns : ((columns + pieces - 1) / pieces + 15) / 16 * 16;
    }
    if (most < 64 || code_.rows * code_.columns > most) return unsupported("too many registers");
    code_.slot_bytes = (code_.rows * code_.columns * widest + 63) / 64 * 64;
    return {};
  }

  const FormulaRows& formula_;
  std::span<const tenon_expr> rows_;
  const Box& box_;
  const StripSizes& sizes_;
  Forms forms_;
  std::vector<Idiom> idioms_;
  Axes axes_;
  bool keeps_rows_;
  bool is_plane_ = false;
  Form output_, linear_;
  StripCode code_;
  std::vector<Register> registers_;
  std::map<int32_t, uint16_t> made_;
  std::map<std::pair<int64_t, int64_t>, uint16_t> numbers_;
};

}  // namespace

int64_t StripCode::strips() const {
  int64_t count = row_strips() * column_strips();
  for (size_t i = 0; i + 2 < rank; ++i) count *= extents[i];
  return count;
}

Result<StripCode> compile_strips(const FormulaRows& formula, const Box& box,
                                 const StripSizes& sizes, int64_t row_axes) {
  return Compiler(formula, box, sizes, row_axes).compile();
}

}  // namespace tenon::cpu
