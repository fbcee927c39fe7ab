// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, positions, cosines, sines };

Status infer(InferContext& c) {
  if (c.real("scale", 1) != 1) return unsupported("a scale of {}", c.real("scale", 1));
  if (c.integer("is_packed_batching", 0) != 0) return unsupported("ragged batches");
  const std::vector<int64_t> section = c.integers("mrope_section", {});
  const int64_t layout = c.integer("mrope_layout", 0);
  constexpr int64_t most = int64_t{1} << 20;
  if (section.size() != 3 || (layout != 0 && layout != 1)) {
    return invalid("mrope_section of {} parts, mrope_layout {}", section.size(), layout);
  }
  for (const int64_t part : section) {
    if (part < 0 || part > most) return invalid("mrope_section holds {}", part);
  }
  if ((c.rank(x) != 3 && c.rank(x) != 4) || c.rank(positions) != 3 || c.rank(cosines) != 2) {
    return invalid("input, positions and caches of rank {}, {} and {}", c.rank(x),
                   c.rank(positions), c.rank(cosines));
  }
  return same_as_input(c);
}

// Which of the three positions the numbers of a row of the cache belong to: [size].
ValueId streams(ExpandContext& c) {
  const std::vector<int64_t> section = c.integers("mrope_section", {});
  const ValueId place = count_up(c, c.dim(cosines, 1));
  const Attributes numbers = {{"t", section[0]}, {"h", section[1]}, {"w", section[2]}};
  const bool turns = c.integer("mrope_layout", 0) == 1;
  return map(c,
             turns ? "i % 3 == 1 && i < 3 * h ? 1 : i % 3 == 2 && i < 3 * w ? 2 : 0"
                   : "i < t ? 0 : i < t + h ? 1 : 2",
             {{"i", place}}, DType::i64, numbers);
}

// Rows of a cache [batch, length, size], each number at the position of its stream.
ValueId gathered(ExpandContext& c, size_t cache, ValueId stream) {
  const auto rows = [&](int64_t which) {
    const Expr begin = c.number(which);
    const ValueId place =
        c.add("Squeeze", {slice(c, c.input(positions), 0, begin, begin + 1), c.integers({0})});
    return c.add("Gather", {c.input(cache), place}, {{"axis", 0}});
  };
  return map(c, "s == 0 ? t : s == 1 ? h : w",
             {{"s", stream}, {"t", rows(0)}, {"h", rows(1)}, {"w", rows(2)}}, c.dtype(cache));
}

Status expand(ExpandContext& c) {
  const ValueId stream = streams(c);
  c.output(0, c.add("RotaryEmbedding",
                    {c.input(x), gathered(c, cosines, stream), gathered(c, sines, stream)},
                    {{"interleaved", c.integer("interleaved", 0)},
                     {"num_heads", c.integer("num_heads", 0)},
                     {"rotary_embedding_dim", c.integer("rotary_embedding_dim", 0)}}));
  return {};
}

}  // namespace

Op microsoft_m_rotary_embedding() {
  const SampleInput places = {.dims = {3, 1, 2}, .dtype = DType::i64, .values = {0, 1, 2, 3, 4, 4}};
  const Attributes parts = {{"mrope_section", std::vector<int64_t>{2, 1, 1}}};
  Attributes turns = parts;
  turns["mrope_layout"] = 1;
  return {
      .name = "MRotaryEmbedding",
      .domain = "com.microsoft",
      .doc = "RotaryEmbedding by three positions of each token, which share the numbers of a pair.",
      .inputs = {{"input", "float"},
                 {"position_ids", "i64"},
                 {"cos_cache", "float"},
                 {"sin_cache", "float"}},
      .outputs = {{"output", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 3, 2, 8}}, places, {.dims = {5, 4}}, {.dims = {5, 4}}},
                   .attributes = parts},
                  {.inputs = {{.dims = {1, 3, 2, 8}}, places, {.dims = {5, 4}}, {.dims = {5, 4}}},
                   .attributes = turns}},
  };
}

}  // namespace tenon::ops
