// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/attend_walk.h"
#include "plugins/backends/cpu/cpu.h"

#include <algorithm>

namespace tenon::cpu {
namespace {

using Input = AttendInput;

constexpr DTypes number_types = {DType::f16, DType::bf16, DType::f32};
// Up to here tokens are taken one by one, as when each ends another sequence, and the keys from one
// border to the next are a chunk of their own.
constexpr int64_t few_tokens = 16;
constexpr int64_t most_shared = 8 << 20;     // bytes of sums that wait to be merged
constexpr int64_t most_numbers = 128 * 128;  // of the sums of a block of queries
constexpr int64_t near_bytes = 1024;         // of keys that are read behind each other

struct Rules {
  AttendScores scores;
  bool halves = false;
};

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  TENON_TRY_ASSIGN(AttendScores scores, AttendScores::of(node));
  const bool halves = !constants.exact() && attention().has_halves;
  return KernelState(std::make_shared<const Rules>(Rules{std::move(scores), halves}));
}

// How the queries fall into chunks: blocks of tokens by groups of heads of keys by parts of keys.
struct Plan {
  AttendSizes sizes;
  int64_t tokens = 0;
  int64_t block = 1;     // tokens of a chunk
  int64_t kv_heads = 1;  // heads of keys of a chunk
  int64_t parts = 1;     // of the keys; more than one: in two phases
  int64_t sums_bytes = 0;

  int64_t groups() const { return (sizes.kv_heads + kv_heads - 1) / kv_heads; }
  int64_t blocks() const { return (tokens + block - 1) / block; }
};

Status check(const KernelSizes& sizes) {
  const bool is_paged = sizes.has_input(Input::pages);
  for (size_t i = Input::query; i <= Input::length; ++i) {
    if (!sizes.has_input(i)) return invalid("input {} is missing", i);
  }
  if (!is_paged && !sizes.has_input(Input::start)) return invalid("neither pages nor start");
  const auto q = sizes.input(Input::query), k = sizes.input(Input::key),
             v = sizes.input(Input::value), pages = sizes.input(Input::pages);
  const size_t rank = is_paged ? 4 : 3;
  if (q.size() != 3 || k.size() != rank || v.size() != rank || sizes.output(0).size() != 3) {
    return invalid("operands of other ranks");
  }
  const int64_t kv_heads = k[rank - 2];
  const int64_t sequences =
      sizes.input(Input::length).size() == 1 ? sizes.input(Input::length)[0] : -1;
  const auto is = [](std::span<const int64_t> dims, std::initializer_list<int64_t> wanted) {
    return std::ranges::equal(dims, wanted);
  };
  const bool fits = kv_heads > 0 && q[1] % kv_heads == 0 &&
                    std::ranges::equal(k.first(rank - 1), v.first(rank - 1)) && k.back() == q[2] &&
                    is(sizes.output(0), {q[0], q[1], v.back()}) &&
                    is(sizes.input(Input::sequence), {q[0]}) &&
                    is(sizes.input(Input::positions), {q[0]}) && sequences >= 0 &&
                    (!is_paged || (pages.size() == 2 && pages[0] == sequences)) &&
                    (is_paged || is(sizes.input(Input::start), {sequences + 1}));
  return fits ? Status() : invalid("the operands do not fit each other");
}

Result<AttendSizes> sizes_of(const KernelSizes& given) {
  const auto q = given.input(Input::query), k = given.input(Input::key);
  const auto& rules = given.state<Rules>();
  AttendSizes sizes = {.heads = q[1],
                       .kv_heads = k[k.size() - 2],
                       .size = q[2],
                       .width = given.input(Input::value).back(),
                       .sequences = given.input(Input::length)[0],
                       .places = k[0],
                       .most_keys = k[0],
                       .scale = given.node().attr_float("scale", 1),
                       .halves = rules.halves,
                       .scores = &rules.scores};
  constexpr int64_t most = int64_t{1} << 31;
  if (given.has_input(Input::pages)) {
    sizes.page_rows = k[1];
    sizes.most_pages = given.input(Input::pages)[1];
    if (sizes.page_rows >= most || sizes.most_pages >= most || k[0] >= most) {
      return invalid("{} pages of {} rows", sizes.most_pages, sizes.page_rows);
    }
    sizes.places = k[0] * k[1];
    sizes.most_keys = sizes.most_pages * sizes.page_rows;
  }
  constexpr int64_t widest = int64_t{1} << 20;
  if (sizes.most_keys >= most || sizes.size > widest || sizes.width > widest ||
      sizes.group() > widest) {
    return invalid("{} keys of {} numbers", sizes.most_keys, sizes.size);
  }
  return sizes;
}

Plan plan_of(const AttendSizes& sizes, int64_t tokens, int64_t key_bytes) {
  Plan plan = {.sizes = sizes, .tokens = tokens};
  if (tokens > few_tokens) {
    const int64_t numbers = sizes.group() * std::max<int64_t>({sizes.size, sizes.width, 1});
    plan.block = std::clamp<int64_t>(most_numbers / numbers, 1, 64);
    return plan;
  }
  const int64_t near = (near_bytes + key_bytes - 1) / std::max<int64_t>(key_bytes, 1);
  plan.kv_heads =
      std::clamp<int64_t>(std::min(near, sizes.kv_heads / 2), 1, AttendWalk::most_heads);
  AttendSums sums;
  plan.sums_bytes = attention().sums_places(sizes.rows(1), sums, nullptr);
  const int64_t parts = (sizes.most_keys + attend_border - 1) / attend_border;
  if (parts * tokens * sizes.kv_heads * plan.sums_bytes <= most_shared) {
    plan.parts = std::max<int64_t>(parts, 1);
  }
  return plan;
}

Result<KernelWork> shape(const KernelSizes& given) {
  TENON_TRY(check(given));
  TENON_TRY_ASSIGN(const AttendSizes sizes, sizes_of(given));
  const auto bytes =
      sizes.size * static_cast<int64_t>(element_bytes(given.node().input_dtype(Input::key)));
  const Plan plan = plan_of(sizes, given.input(Input::query)[0], bytes);
  AttendSums sums;
  const int64_t whole = attention().sums_places(sizes.rows(plan.block), sums, nullptr);
  KernelWork work;
  work.chunks = plan.blocks() * plan.groups();
  work.scratch = AttendWalk::bytes(sizes, plan.block, plan.kv_heads) + plan.kv_heads * whole;
  if (plan.parts > 1) {
    work.earlier = {work.chunks * plan.parts};
    work.chunks = plan.tokens;
    work.shared = plan.tokens * sizes.kv_heads * plan.parts * plan.sums_bytes;
  }
  work.block = keep(plan);
  return work;
}

// The sums of a part of the keys of a token, and of one head of them, in the shared bytes.
AttendSums shared_sums(const KernelArguments& arguments, const Plan& plan, int64_t token,
                       int64_t kv_head, int64_t part) {
  const int64_t place = (token * plan.sizes.kv_heads + kv_head) * plan.parts + part;
  AttendSums sums;
  attention().sums_places(plan.sizes.rows(1), sums,
                          arguments.shared().data() + place * plan.sums_bytes);
  return sums;
}

void put_results(const KernelArguments& arguments, const AttendSizes& sizes, const AttendRows& rows,
                 const AttendSums& sums, int64_t token, int64_t kv_head) {
  const DType dtype = arguments.output_dtype(0);
  auto* const to = static_cast<std::byte*>(arguments.output_data(0));
  for (int64_t row = 0; row < rows.rows; ++row) {
    const int64_t head = kv_head * sizes.group() + row % sizes.group();
    const int64_t place = (token + row / sizes.group()) * sizes.heads + head;
    attention().end(rows, sums, row,
                    to + place * sizes.width * static_cast<int64_t>(element_bytes(dtype)),
                    attend_type(dtype));
  }
}

// All keys of tokens of one sequence.
void attend_whole(const KernelArguments& arguments, const Plan& plan, AttendQueries queries) {
  std::byte* memory = arguments.scratch().data();
  AttendWalk walk(arguments, plan.sizes, queries, memory);
  memory += AttendWalk::bytes(plan.sizes, queries.limit - queries.first, queries.kv_heads);
  AttendSums whole[AttendWalk::most_heads];
  for (int64_t i = 0; i < queries.kv_heads; ++i) {
    memory += attention().sums_places(walk.rows(i), whole[i], memory);
    attention().begin(walk.rows(i), whole[i]);
  }
  int64_t border = walk.first() / attend_border * attend_border;
  for (; border < walk.limit(); border += attend_border) {
    walk.sum_up(border);
    for (int64_t i = 0; i < queries.kv_heads; ++i) {
      attention().merge(walk.rows(i), whole[i], walk.rows(i).at.sums);
    }
  }
  for (int64_t i = 0; i < queries.kv_heads; ++i) {
    put_results(arguments, plan.sizes, walk.rows(i), whole[i], queries.first, queries.kv_head + i);
  }
}

// The keys between two borders, for one token.
void attend_part(const KernelArguments& arguments, const Plan& plan, const AttendQueries& queries,
                 int64_t part) {
  AttendWalk walk(arguments, plan.sizes, queries, arguments.scratch().data());
  for (int64_t i = 0; i < queries.kv_heads; ++i) {
    walk.set_sums(i, shared_sums(arguments, plan, queries.first, queries.kv_head + i, part));
  }
  walk.sum_up(part * attend_border);
}

void merge_parts(const KernelArguments& arguments, const Plan& plan, int64_t token) {
  const AttendRows rows = plan.sizes.rows(1);
  for (int64_t kv_head = 0; kv_head < plan.sizes.kv_heads; ++kv_head) {
    AttendSums whole;
    attention().sums_places(rows, whole, arguments.scratch().data());
    attention().begin(rows, whole);
    for (int64_t part = 0; part < plan.parts; ++part) {
      attention().merge(rows, whole, shared_sums(arguments, plan, token, kv_head, part));
    }
    put_results(arguments, plan.sizes, rows, whole, token, kv_head);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& plan = arguments.block<Plan>();
  if (plan.parts > 1 && arguments.phase() == 1) return merge_parts(arguments, plan, chunk);
  const int64_t part = chunk % plan.parts;
  const int64_t group = chunk / plan.parts % plan.groups();
  const int64_t block = chunk / plan.parts / plan.groups();
  AttendQueries queries = {.kv_head = group * plan.kv_heads};
  queries.kv_heads = std::min(plan.kv_heads, plan.sizes.kv_heads - queries.kv_head);
  const int64_t limit = std::min((block + 1) * plan.block, plan.tokens);
  for (int64_t token = block * plan.block; token < limit; token = queries.limit) {
    queries.first = token;
    queries.limit = token + 1;
    const int64_t owner = index_at(arguments, Input::sequence, token);
    while (queries.limit < limit && index_at(arguments, Input::sequence, queries.limit) == owner) {
      ++queries.limit;
    }
    if (plan.parts > 1) {
      attend_part(arguments, plan, queries, part);
    } else {
      attend_whole(arguments, plan, queries);
    }
  }
}

}  // namespace

Kernel attend() {
  return {.op = "Attend",
          .inputs = {number_types, number_types, number_types, index_types, index_types,
                     index_types, index_types, index_types, index_types, float_types},
          .outputs = {number_types},
          .domain = "tenon",
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
