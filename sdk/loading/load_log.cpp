// SPDX-License-Identifier: Apache-2.0
#include "sdk/loading/load_log.h"

#include "tenon/dtype.h"

#include <vector>

struct tenon_builder {
  tenon::testing::LoadLog::State* state = nullptr;
};

struct tenon_source {
  tenon::testing::LoadLog::State* state = nullptr;
  std::string name;
  std::string_view bytes;
};

namespace tenon::testing {

struct LoadLog::State {
  Files files;
  std::vector<std::unique_ptr<tenon_source>> sources;
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> documents;
  std::map<std::string, std::string_view> companions;
  std::string failure;  // the host's own text

  tenon_status fail(tenon_status code, std::string text) {
    failure = std::move(text);
    return code;
  }
  tenon_source* open(std::string_view name) {
    for (const auto& source : sources) {
      if (source->name == name) return source.get();
    }
    const auto file = files.find(name);
    if (file == files.end()) return nullptr;
    sources.push_back(
        std::make_unique<tenon_source>(tenon_source{this, std::string(name), file->second}));
    return sources.back().get();
  }
};

namespace {

bool is_inside(const tenon_source& source, uint64_t offset, uint64_t bytes) {
  return offset <= source.bytes.size() && bytes <= source.bytes.size() - offset;
}

std::string type_text(DType dtype, std::string_view format, uint32_t rank, const int64_t* dims) {
  std::string text(format.empty() ? name_of(dtype) : format);
  for (uint32_t i = 0; i < rank; ++i) text += fmt::format("{}{}", i == 0 ? "[" : ",", dims[i]);
  return text + (rank == 0 ? "" : "]");
}

tenon_status stored(tenon_builder* builder, tenon_str name, uint32_t dtype, tenon_str format,
                    uint32_t rank, const int64_t* dims, tenon_source* source, uint64_t offset,
                    uint64_t bytes) {
  auto& state = *builder->state;
  if (!is_inside(*source, offset, bytes)) return state.fail(TENON_CORRUPT, "beyond the end");
  LoadLog::Tensor tensor{type_text(static_cast<DType>(dtype), to_view(format), rank, dims),
                         source->bytes.substr(offset, bytes)};
  const bool is_new = state.tensors.emplace(to_view(name), std::move(tensor)).second;
  return is_new ? TENON_OK : state.fail(TENON_CORRUPT, "stored twice");
}

tenon_builder_table make_builder_table() {
  tenon_builder_table table{};
  table.size = sizeof table;
  table.meta = [](tenon_builder*, tenon_str, tenon_str) -> tenon_status { return TENON_OK; };
  table.stored = stored;
  table.document = [](tenon_builder* builder, tenon_str name, tenon_str json) -> tenon_status {
    builder->state->documents.emplace(to_view(name), to_view(json));
    return TENON_OK;
  };
  table.companion = [](tenon_builder* builder, tenon_str name, tenon_source* source,
                       uint64_t offset, uint64_t bytes) -> tenon_status {
    auto& state = *builder->state;
    if (!is_inside(*source, offset, bytes)) return state.fail(TENON_CORRUPT, "beyond the end");
    state.companions.emplace(to_view(name), source->bytes.substr(offset, bytes));
    return TENON_OK;
  };
  return table;
}

tenon_source_table make_source_table() {
  tenon_source_table table{};
  table.size = sizeof table;
  table.bytes = [](tenon_source* source) -> uint64_t { return source->bytes.size(); };
  table.map = [](tenon_source* source, uint64_t offset, uint64_t bytes,
                 const void** data) -> tenon_status {
    if (!is_inside(*source, offset, bytes)) {
      return source->state->fail(TENON_CORRUPT, "beyond the end");
    }
    *data = source->bytes.data() + offset;
    return TENON_OK;
  };
  table.sibling = [](tenon_source* source, tenon_str name, tenon_source** other) -> tenon_status {
    *other = source->state->open(to_view(name));
    return *other != nullptr ? TENON_OK : TENON_IO;
  };
  table.name = [](tenon_source* source) -> tenon_str { return to_str(source->name); };
  return table;
}

}  // namespace

LoadLog::LoadLog(Files files) : state_(std::make_unique<State>()) {
  state_->files = std::move(files);
}

LoadLog::~LoadLog() = default;

Status LoadLog::load(const std::string& name,
                     const std::function<Status(const tenon_load&)>& load) {
  const tenon_builder_table build = make_builder_table();
  const tenon_source_table sources = make_source_table();
  tenon_builder builder{state_.get()};
  tenon_load request{};
  request.size = sizeof request;
  request.source = state_->open(name);
  request.sources = &sources;
  request.builder = &builder;
  request.build = &build;
  if (request.source == nullptr) return invalid("no file {}", name);
  const Status status = load(request);
  return state_->failure.empty() ? status : status.at(state_->failure);
}

const std::map<std::string, LoadLog::Tensor>& LoadLog::tensors() const { return state_->tensors; }
const std::map<std::string, std::string>& LoadLog::documents() const { return state_->documents; }
const std::map<std::string, std::string_view>& LoadLog::companions() const {
  return state_->companions;
}

}  // namespace tenon::testing
