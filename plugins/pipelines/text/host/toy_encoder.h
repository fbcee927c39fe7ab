// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/task.h"

#include <map>
#include <string>
#include <vector>

// An encoder without an engine, for tests of tasks: an exported graph with input_ids and
// attention_mask whose output the test decides. One thread at a time.
struct tenon_model_ref {
  // The output for the ids of a text, in the form `dims`.
  std::vector<float> (*answer)(const std::vector<int64_t>& ids, std::vector<int64_t>& dims);
  const char* output = "last_hidden_state";
  std::map<std::string, std::string, std::less<>> files;
};

namespace tenon::text {

inline const tenon_models toy_models = {
    .size = sizeof(tenon_models),
    .reserved = 0,
    .inputs = [](tenon_model_ref*, const tenon_tensor_sink* sink) -> tenon_status {
      const std::array<int64_t, 2> dims = {-1, -1};
      for (const std::string_view name : {"input_ids", "attention_mask"}) {
        const tenon_host_tensor tensor = host_tensor(TENON_I64, name, dims, nullptr, 0);
        sink->tensor(sink->context, &tensor);
      }
      return TENON_OK;
    },
    .companion = [](tenon_model_ref* model, tenon_str name,
                    const tenon_byte_sink* sink) -> tenon_status {
      const auto found = model->files.find(to_view(name));
      if (found == model->files.end()) return TENON_UNSUPPORTED;
      return sink->write(sink->context, found->second.data(), found->second.size());
    },
    .run = [](tenon_model_ref* model, const tenon_host_tensor* inputs, uint64_t,
              const tenon_tensor_sink* outputs, const tenon_cancel*) -> tenon_status {
      const auto* ids = static_cast<const int64_t*>(inputs[0].data);
      std::vector<int64_t> dims;
      const std::vector<float> values =
          model->answer({ids, ids + inputs[0].bytes / sizeof(int64_t)}, dims);
      const tenon_host_tensor tensor =
          host_tensor(TENON_F32, model->output, dims, values.data(), values.size() * sizeof(float));
      return outputs->tensor(outputs->context, &tensor);
    },
};

// A tokenizer of single letters: [CLS] text [SEP], or [CLS] first [SEP] second [SEP].
inline std::string toy_tokenizer() {
  return R"({
    "added_tokens": [{"id": 0, "content": "[CLS]", "special": true},
                     {"id": 1, "content": "[SEP]", "special": true}],
    "model": {"type": "WordLevel", "unk_token": "?",
              "vocab": {"[CLS]": 0, "[SEP]": 1, "a": 2, "b": 3, "c": 4, "?": 5}},
    "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated"},
    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 1], "cls": ["[CLS]", 0]},
    "decoder": {"type": "Fuse"}})";
}

struct ToyAnswer {
  Status status;
  std::vector<Json> events;
};

inline ToyAnswer ask_toy(Task task, tenon_model_ref& model, std::string_view parameters) {
  ToyAnswer answer;
  const tenon_request request{sizeof request, 0, to_str(parameters), nullptr, 0, nullptr};
  const tenon_event_sink sink{&answer.events, [](void* context, tenon_str json) -> tenon_status {
                                auto event = parse_json(to_view(json));
                                if (!event.ok()) return TENON_INTERNAL;
                                static_cast<std::vector<Json>*>(context)->push_back(*event);
                                return TENON_OK;
                              }};
  answer.status = task({&toy_models, nullptr, &model}, request, sink);
  if (answer.events.empty()) answer.events.emplace_back(Json::object());
  return answer;
}

}  // namespace tenon::text
