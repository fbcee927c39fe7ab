// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/text.h"
#include "apps/tenon/files/npy.h"
#include "apps/tenon/files/npz.h"
#include "apps/tenon/texts/model.h"

namespace tenon::cli {

namespace {

// Texts behind the model, or the lines of a file.
Result<Json> texts_of(const Arguments& arguments) {
  Json texts = Json::array();
  const auto& words = arguments.operands();
  for (size_t i = 1; i < words.size(); ++i) texts.push(words[i]);
  if (arguments.has("file")) {
    TENON_TRY_ASSIGN(const std::string text, read_text(arguments.text("file")));
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      texts.push(text.substr(at, end - at));
      at = end + 1;
    }
  }
  if (texts.array_items().empty()) return invalid("TEXT is missing: what becomes a vector");
  return texts;
}

Status write_vectors(const std::string& path, const std::vector<std::vector<float>>& rows) {
  std::vector<float> values;
  for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
  const auto count = static_cast<int64_t>(rows.size());
  const std::vector<int64_t> dims = {count, static_cast<int64_t>(values.size()) / count};
  Tensor tensor = Tensor::of_f32(dims, values);
  tensor.name = "embeddings";
  return files::write_tensors(path, {&tensor, 1});
}

Result<Exit> embed_texts(const Arguments& arguments) {
  TENON_TRY_ASSIGN(Json texts, texts_of(arguments));
  TENON_TRY_ASSIGN(TextModel opened, open_text_model(arguments.operands().front(), arguments));
  Json request = Json::object();
  request.set("input", std::move(texts));
  if (arguments.has("pooling")) request.set("pooling", arguments.text("pooling"));
  if (arguments.has("no-normalize")) request.set("normalize", false);
  if (arguments.has("dimensions")) request.set("dimensions", arguments.integer("dimensions"));
  std::vector<std::vector<float>> rows;
  TENON_TRY(run_text_task(opened, "embedding", request, [&](const Json& event) -> Status {
    std::vector<float>& row = rows.emplace_back();
    for (const Json& number : event.array("embedding")) {
      row.push_back(static_cast<float>(number.number().value_or(0)));
    }
    if (arguments.has("output")) return {};
    const Json* numbers = event.find("embedding");
    print((arguments.has("json") || numbers == nullptr ? event.dump() : numbers->dump()) + "\n");
    return {};
  }));
  if (arguments.has("output")) TENON_TRY(write_vectors(arguments.text("output"), rows));
  return Exit::ok;
}

}  // namespace

namespace commands {

Command embed();
Command embed() {
  return {
      .name = "embed",
      .doc = "turns texts into vectors",
      .operands = {{"MODEL", "a model's file or directory"},
                   {"TEXT", "what becomes a vector", false, true}},
      .flags = with_text_model_flags({
          {.name = "file",
           .letter = 'f',
           .value = "FILE",
           .doc = "a text a line from a file, or -",
           .kind = Flag::Kind::file},
          {.name = "output",
           .letter = 'o',
           .value = "FILE",
           .doc = "save the vectors as .npy or .npz",
           .kind = Flag::Kind::file},
          {.name = "pooling",
           .value = "mean|cls|last|max",
           .doc = "how vectors of tokens become one, instead of the model's way"},
          {.name = "no-normalize", .doc = "leave the vectors' lengths as they are"},
          {.name = "dimensions",
           .value = "N",
           .doc = "only the first N numbers",
           .kind = Flag::Kind::integer},
          {.name = "json", .doc = "JSON objects for programs"},
      }),
      .run = embed_texts,
  };
}

}  // namespace commands

}  // namespace tenon::cli
