// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/math/rotary.h"

namespace tenon::cpu {
namespace {

enum Input : size_t { x, cosines, sines };

constexpr int64_t chunk_numbers = 1 << 15;

struct Turn {
  int64_t heads = 0, size = 0, pairs = 0;
  bool interleaved = false;
};

Result<KernelWork> shape(const KernelSizes& sizes) {
  const std::span<const int64_t> dims = sizes.input(x), c = sizes.input(cosines),
                                 s = sizes.input(sines), to = sizes.output(0);
  const bool fits = dims.size() == 3 && c.size() == 2 && s.size() == 2 && to.size() == 3 &&
                    to[0] == dims[0] && to[1] == dims[1] && to[2] == dims[2] && c[0] == dims[0] &&
                    s[0] == c[0] && s[1] == c[1] && 2 * c[1] <= dims[2];
  if (!fits) return invalid("the operands do not fit each other");
  const Turn turn = {dims[1], dims[2], c[1], sizes.node().attr_int("interleaved", 0) != 0};
  KernelWork work = in_rows(dims[0], chunk_numbers / std::max<int64_t>(dims[1] * dims[2], 1));
  work.scratch = 4 * 4 * turn.pairs;
  work.block = keep(turn);
  return work;
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& turn = arguments.block<Turn>();
  auto* const room = reinterpret_cast<float*>(arguments.scratch().data());
  const int64_t width = turn.heads * turn.size;
  for (const int64_t token : arguments.rows_of(chunk)) {
    rotary().turn(arguments.input<float>(x).data() + token * width,
                  arguments.output<float>(0).data() + token * width, turn.heads, turn.size,
                  turn.pairs, arguments.input<float>(cosines).data() + token * turn.pairs,
                  arguments.input<float>(sines).data() + token * turn.pairs, turn.interleaved,
                  room);
  }
}

}  // namespace

Kernel rotate() {
  return {.op = "Rotate",
          .inputs = {DType::f32},
          .outputs = {DType::f32},
          .domain = "tenon",
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
