// SPDX-License-Identifier: Apache-2.0
#include "core/api/sequences_service.h"

#include "core/api/models_service.h"
#include "core/api/runs.h"
#include "core/base/border.h"

using namespace tenon;

struct tenon_sequences {
  std::unique_ptr<Sequences> pool;
};

namespace tenon {
namespace {

Status send(const tenon_byte_sink& sink, const void* data, uint64_t bytes) {
  const tenon_status code = sink.write(sink.context, data, bytes);
  return code == TENON_OK ? Status() : Status(static_cast<Code>(code), "the sink refused");
}

Result<StepEntry> entry_of(const tenon_step_entry& entry) {
  constexpr Want wants[] = {Want::none, Want::last, Want::all};
  if (entry.want > TENON_WANT_ALL) return invalid("want is {}, at most 2", entry.want);
  if (entry.count > 0 && entry.tokens == nullptr) return invalid("tokens are null");
  return StepEntry{
      entry.sequence, {entry.tokens, static_cast<size_t>(entry.count)}, wants[entry.want]};
}

Status step(tenon_sequences& pool, const tenon_step_entry* entries, uint64_t count,
            const tenon_tensor_sink* logits, const tenon_cancel* cancel) {
  std::vector<StepEntry> given;
  // The caller's rows may be of an older header.
  const auto* row = reinterpret_cast<const std::byte*>(entries);
  for (uint64_t i = 0; i < count; ++i) {
    const auto& entry = *reinterpret_cast<const tenon_step_entry*>(row);
    if (entry.size < sizeof entry) return invalid("an entry of {} bytes", entry.size);
    TENON_TRY_ASSIGN(const StepEntry made, entry_of(entry));
    given.push_back(made);
    row += entry.size;
  }
  const auto sink = [&](const HostTensor& tensor) -> Status {
    if (logits == nullptr) return {};
    tenon_host_tensor view{};
    view.size = sizeof view;
    view.dtype = static_cast<uint32_t>(tensor.dtype);
    view.name = to_str("logits");
    view.dims = tensor.dims.data();
    view.rank = tensor.dims.size();
    view.data = tensor.data.get();
    view.bytes = tensor.bytes;
    return take_failure(logits->tensor(logits->context, &view));
  };
  return pool.pool->step(given, sink, Patience{cancel, {}});
}

}  // namespace

const tenon_sequences_table& sequences_service() {
  static const tenon_sequences_table table = {
      .size = sizeof(tenon_sequences_table),
      .reserved = 0,
      .facts = [](tenon_model_ref* ref, const tenon_byte_sink* sink) -> tenon_status {
        return at_border([&]() -> Status {
          TENON_TRY_ASSIGN(const Json facts, text_facts(ref->runs->model()));
          const std::string text = facts.dump();
          return send(*sink, text.data(), text.size());
        });
      },
      .open = [](tenon_model_ref* ref, uint64_t tokens, uint32_t sequences, uint32_t page,
                 tenon_sequences** pool) -> tenon_status {
        return at_border([&]() -> Status {
          TENON_TRY_ASSIGN(auto made, ref->runs->sequences(tokens, sequences, page));
          *pool = new tenon_sequences{std::move(made)};
          return {};
        });
      },
      .destroy = [](tenon_sequences* pool) { delete pool; },
      .create = [](tenon_sequences* pool, uint32_t* sequence) -> tenon_status {
        return at_border([&]() -> Status {
          TENON_TRY_ASSIGN(*sequence, pool->pool->create());
          return {};
        });
      },
      .fork = [](tenon_sequences* pool, uint32_t from, uint32_t* sequence) -> tenon_status {
        return at_border([&]() -> Status {
          TENON_TRY_ASSIGN(*sequence, pool->pool->fork(from));
          return {};
        });
      },
      .truncate = [](tenon_sequences* pool, uint32_t sequence, uint64_t length) -> tenon_status {
        return at_border([&] { return pool->pool->truncate(sequence, length); });
      },
      .drop = [](tenon_sequences* pool, uint32_t sequence) -> tenon_status {
        return at_border([&] { return pool->pool->drop(sequence); });
      },
      .length = [](tenon_sequences* pool, uint32_t sequence, uint64_t* tokens) -> tenon_status {
        return at_border([&]() -> Status {
          TENON_TRY_ASSIGN(*tokens, pool->pool->length(sequence));
          return {};
        });
      },
      .save = [](tenon_sequences* pool, uint32_t sequence,
                 const tenon_byte_sink* sink) -> tenon_status {
        return at_border([&]() -> Status {
          TENON_TRY_ASSIGN(const auto bytes, pool->pool->save(sequence));
          return send(*sink, bytes.data(), bytes.size());
        });
      },
      .restore = [](tenon_sequences* pool, uint32_t sequence, const void* data,
                    uint64_t bytes) -> tenon_status {
        return at_border([&] {
          return pool->pool->restore(sequence, {static_cast<const std::byte*>(data), bytes});
        });
      },
      .encode = [](tenon_sequences* pool, uint32_t sequence, const int32_t* tokens, uint64_t count,
                   const tenon_cancel* cancel) -> tenon_status {
        return at_border([&] {
          return pool->pool->encode(sequence, {tokens, static_cast<size_t>(count)},
                                    Patience{cancel, {}});
        });
      },
      .step = [](tenon_sequences* pool, const tenon_step_entry* entries, uint64_t count,
                 const tenon_tensor_sink* logits, const tenon_cancel* cancel) -> tenon_status {
        return at_border([&] { return step(*pool, entries, count, logits, cancel); });
      },
  };
  return table;
}

}  // namespace tenon
