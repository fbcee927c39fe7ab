// SPDX-License-Identifier: Apache-2.0
#include "host/pool.h"

#include <algorithm>

namespace tenon::text {

namespace {

// Tokens of a prompt that go through the model at a time.
constexpr size_t chunk = 512;

struct Sink {
  const Pool::Logits& logits;
  size_t row = 0;
  Status status;
};

tenon_status take(void* context, const tenon_host_tensor* tensor) {
  auto& sink = *static_cast<Sink*>(context);
  if (tensor->dtype != TENON_F32 || tensor->rank == 0) return TENON_INTERNAL;
  const auto columns = static_cast<size_t>(tensor->dims[tensor->rank - 1]);
  const size_t count = tensor->bytes / sizeof(float);
  const auto* values = static_cast<const float*>(tensor->data);
  for (size_t at = 0; columns > 0 && at + columns <= count && sink.status.ok(); at += columns) {
    sink.status = sink.logits(sink.row++, {values + at, columns});
  }
  return TENON_OK;
}

tenon_step_entry entry_of(uint32_t sequence, std::span<const int32_t> tokens, uint32_t want) {
  return {sizeof(tenon_step_entry), sequence, tokens.data(), tokens.size(), want, 0};
}

}  // namespace

Result<Json> facts_of(const Host& host) {
  if (host.sequences == nullptr || host.model == nullptr) {
    return unsupported("this host has no sequences of tokens");
  }
  std::string text;
  const tenon_byte_sink sink{&text, [](void* context, const void* bytes, uint64_t size) {
                               static_cast<std::string*>(context)->append(
                                   static_cast<const char*>(bytes), size);
                               return tenon_status{TENON_OK};
                             }};
  const tenon_status code = host.sequences->facts(host.model, &sink);
  TENON_TRY(host_failed(code));
  return parse_json(text);
}

Result<Pool> Pool::open(const Host& host, uint64_t tokens, uint32_t sequences,
                        const tenon_cancel* cancel) {
  tenon_sequences* pool = nullptr;
  const tenon_status code = host.sequences->open(host.model, tokens, sequences, 0, &pool);
  TENON_TRY(host_failed(code));
  return Pool(*host.sequences, pool, cancel);
}

Result<uint32_t> Pool::create() {
  uint32_t sequence = 0;
  const tenon_status code = table_->create(pool_.get(), &sequence);
  TENON_TRY(host_failed(code));
  return sequence;
}

Result<uint32_t> Pool::fork(uint32_t sequence) {
  uint32_t made = 0;
  const tenon_status code = table_->fork(pool_.get(), sequence, &made);
  TENON_TRY(host_failed(code));
  return made;
}

Status Pool::drop(uint32_t sequence) { return host_failed(table_->drop(pool_.get(), sequence)); }

Status Pool::encode(uint32_t sequence, std::span<const int32_t> tokens) {
  return host_failed(table_->encode(pool_.get(), sequence, tokens.data(), tokens.size(), cancel_));
}

Status Pool::run(std::span<const tenon_step_entry> entries, const Logits& logits) {
  Sink sink{logits, 0, {}};
  const tenon_tensor_sink taker{&sink, take};
  const tenon_status code =
      table_->step(pool_.get(), entries.data(), entries.size(), &taker, cancel_);
  TENON_TRY(host_failed(code));
  return sink.status;
}

Status Pool::append(uint32_t sequence, std::span<const int32_t> tokens,
                    std::vector<float>& logits) {
  const auto keep = [&](size_t, std::span<const float> row) -> Status {
    logits.assign(row.begin(), row.end());
    return {};
  };
  logits.clear();
  while (tokens.size() > chunk) {
    const tenon_step_entry entry = entry_of(sequence, tokens.first(chunk), TENON_WANT_NONE);
    TENON_TRY(run({&entry, 1}, keep));
    tokens = tokens.subspan(chunk);
  }
  const tenon_step_entry entry = entry_of(sequence, tokens, TENON_WANT_LAST);
  TENON_TRY(run({&entry, 1}, keep));
  return logits.empty() ? internal_error("the step gave no logits") : Status();
}

Status Pool::step(std::span<const BeamModel::Next> next, const Logits& logits) {
  std::vector<tenon_step_entry> entries;
  for (const BeamModel::Next& one : next) {
    entries.push_back(entry_of(one.sequence, {&one.token, 1}, TENON_WANT_LAST));
  }
  return run(entries, logits);
}

}  // namespace tenon::text
