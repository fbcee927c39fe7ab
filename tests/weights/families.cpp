// SPDX-License-Identifier: Apache-2.0
#include "tests/weights/families.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace tenon::weights {
namespace {

using Tokens = std::span<const int32_t>;

// LLaMA and those that differ from it in little: Qwen2, Qwen3, Gemma, Phi-3, Mixtral.
class Llama {
 public:
  Llama(const WeightFile& file, const Json& config) : tensors_(file), config_(config) {
    heads_ = config.integer("num_attention_heads", 1);
    kv_ = config.integer("num_key_value_heads", heads_);
    dim_ = config.integer("head_dim", config.integer("hidden_size", 0) / heads_);
    epsilon_ = config.number("rms_norm_eps", 1e-6);
    base_ = config.number("rope_theta", 10000);
    type_ = config.text("model_type");
    plus_ = type_ == "gemma" ? 1 : 0;
  }

  Matrix logits(Tokens tokens) const {
    const Matrix embed = tensors_("model.embed_tokens.weight");
    Matrix x = rows_of(embed, tokens);
    if (type_ == "gemma") x = scaled(x, std::sqrt(static_cast<double>(x.columns)));
    for (int64_t i = 0; i < config_.integer("num_hidden_layers", 0); ++i) {
      const std::string at = fmt::format("model.layers.{}.", i);
      x = sum(x, attended(norm(x, at + "input_layernorm.weight"), at + "self_attn."));
      const Matrix b = norm(x, at + "post_attention_layernorm.weight");
      x = sum(x, type_ == "mixtral" ? mixed(b, at + "block_sparse_moe.") : gated(b, at + "mlp."));
    }
    x = norm(x, "model.norm.weight");
    return linear(x, tensors_.has("lm_head.weight") ? tensors_("lm_head.weight") : embed);
  }

 private:
  Matrix norm(const Matrix& x, const std::string& name) const {
    return rms_norm(x, tensors_(name), epsilon_, 0, plus_);
  }

  Matrix projected(const Matrix& x, const std::string& name) const {
    const bool biased = tensors_.has(name + ".bias");
    return linear(x, tensors_(name + ".weight"), biased ? tensors_(name + ".bias") : Matrix());
  }

  Matrix attended(const Matrix& x, const std::string& at) const {
    Matrix q, k, v;
    if (type_ == "phi3") {
      const Matrix all = projected(x, at + "qkv_proj");
      q = columns_of(all, 0, heads_ * dim_);
      k = columns_of(all, heads_ * dim_, kv_ * dim_);
      v = columns_of(all, (heads_ + kv_) * dim_, kv_ * dim_);
    } else {
      q = projected(x, at + "q_proj");
      k = projected(x, at + "k_proj");
      v = projected(x, at + "v_proj");
    }
    if (type_ == "qwen3") {
      q = rms_norm(q, tensors_(at + "q_norm.weight"), epsilon_, dim_);
      k = rms_norm(k, tensors_(at + "k_norm.weight"), epsilon_, dim_);
    }
    const double scale = 1 / std::sqrt(static_cast<double>(dim_));
    return projected(
        attention(rotated(q, dim_, base_), rotated(k, dim_, base_), v, heads_, kv_, scale),
        at + "o_proj");
  }

  Matrix gated(const Matrix& x, const std::string& at) const {
    Matrix gate, up;
    if (type_ == "phi3") {
      const Matrix both = projected(x, at + "gate_up_proj");
      gate = columns_of(both, 0, both.columns / 2);
      up = columns_of(both, both.columns / 2, both.columns / 2);
    } else {
      gate = projected(x, at + "gate_proj");
      up = projected(x, at + "up_proj");
    }
    return projected(product(each(gate, type_ == "gemma" ? gelu_tanh : silu), up),
                     at + "down_proj");
  }

  // The best experts of each token, weighed by their share of the router's softmax.
  Matrix mixed(const Matrix& x, const std::string& at) const {
    const Matrix scores = linear(x, tensors_(at + "gate.weight"));
    const auto top = static_cast<size_t>(config_.integer("num_experts_per_tok", 2));
    Matrix weights(x.rows, scores.columns);
    for (int64_t r = 0; r < x.rows; ++r) {
      std::vector<int64_t> order(static_cast<size_t>(scores.columns));
      std::iota(order.begin(), order.end(), 0);
      std::ranges::sort(order, std::ranges::greater(), [&](int64_t e) { return scores.row(r)[e]; });
      double total = 0;
      for (size_t i = 0; i < top; ++i) total += std::exp(scores.row(r)[order[i]]);
      for (size_t i = 0; i < top; ++i) {
        weights.row(r)[order[i]] = std::exp(scores.row(r)[order[i]]) / total;
      }
    }
    Matrix y(x.rows, x.columns);
    for (int64_t e = 0; e < scores.columns; ++e) {
      const std::string one = fmt::format("{}experts.{}.", at, e);
      const Matrix gate = each(linear(x, tensors_(one + "w1.weight")), silu);
      const Matrix up = linear(x, tensors_(one + "w3.weight"));
      const Matrix made = linear(product(gate, up), tensors_(one + "w2.weight"));
      for (int64_t r = 0; r < x.rows; ++r) {
        for (int64_t c = 0; c < x.columns; ++c) y.row(r)[c] += weights.row(r)[e] * made.row(r)[c];
      }
    }
    return y;
  }

  Tensors tensors_;
  const Json& config_;
  std::string type_;
  int64_t heads_ = 1, kv_ = 1, dim_ = 1;
  double epsilon_ = 0, base_ = 0, plus_ = 0;
};

Matrix gpt2(const WeightFile& file, const Json& config, Tokens tokens) {
  const Tensors tensors(file);
  const double epsilon = config.number("layer_norm_epsilon", 1e-5);
  const int64_t heads = config.integer("n_head", 1);
  const auto norm = [&](const Matrix& x, const std::string& name) {
    return layer_norm(x, tensors(name + ".weight"), tensors(name + ".bias"), epsilon);
  };
  const auto conv = [&](const Matrix& x, const std::string& name) {
    return linear(x, transposed(tensors(name + ".weight")), tensors(name + ".bias"));
  };
  std::vector<int32_t> places(tokens.size());
  std::iota(places.begin(), places.end(), 0);
  const Matrix embed = tensors("wte.weight");
  Matrix x = sum(rows_of(embed, tokens), rows_of(tensors("wpe.weight"), places));
  const int64_t width = x.columns;
  const double scale = 1 / std::sqrt(static_cast<double>(width / heads));
  for (int64_t i = 0; i < config.integer("n_layer", 0); ++i) {
    const std::string at = fmt::format("h.{}.", i);
    const Matrix all = conv(norm(x, at + "ln_1"), at + "attn.c_attn");
    const Matrix y = attention(columns_of(all, 0, width), columns_of(all, width, width),
                               columns_of(all, 2 * width, width), heads, heads, scale);
    x = sum(x, conv(y, at + "attn.c_proj"));
    const Matrix up = each(conv(norm(x, at + "ln_2"), at + "mlp.c_fc"), gelu_tanh);
    x = sum(x, conv(up, at + "mlp.c_proj"));
  }
  return linear(norm(x, "ln_f"), embed);
}

// The recurrence of one layer of Mamba: x, dt [tokens, inner], b, c [tokens, state].
Matrix scanned(const Matrix& x, const Matrix& dt, const Matrix& a, const Matrix& b, const Matrix& c,
               const Matrix& d) {
  Matrix state(x.columns, a.columns), y(x.rows, x.columns);
  for (int64_t t = 0; t < x.rows; ++t) {
    for (int64_t i = 0; i < x.columns; ++i) {
      double total = d.row(0)[i] * x.row(t)[i];
      for (int64_t n = 0; n < a.columns; ++n) {
        double& h = state.row(i)[n];
        h = h * std::exp(dt.row(t)[i] * a.row(i)[n]) + dt.row(t)[i] * b.row(t)[n] * x.row(t)[i];
        total += c.row(t)[n] * h;
      }
      y.row(t)[i] = total;
    }
  }
  return y;
}

// Each column by its weights for the last tokens.
Matrix convolved(const Matrix& x, const Matrix& w, const Matrix& bias) {
  Matrix y(x.rows, x.columns);
  for (int64_t t = 0; t < x.rows; ++t) {
    for (int64_t i = 0; i < x.columns; ++i) {
      double total = bias.row(0)[i];
      for (int64_t k = 0; k < w.columns; ++k) {
        const int64_t from = t - (w.columns - 1) + k;
        if (from >= 0) total += x.row(from)[i] * w.row(i)[k];
      }
      y.row(t)[i] = total;
    }
  }
  return y;
}

Matrix mamba(const WeightFile& file, const Json& config, Tokens tokens) {
  const Tensors tensors(file);
  const double epsilon = config.number("layer_norm_epsilon", 1e-5);
  const int64_t inner = config.integer("intermediate_size", 0);
  const int64_t state = config.integer("state_size", 0);
  const int64_t rank = config.integer("time_step_rank", 0);
  const Matrix embed = tensors("backbone.embeddings.weight");
  Matrix x = rows_of(embed, tokens);
  for (int64_t i = 0; i < config.integer("num_hidden_layers", 0); ++i) {
    const std::string at = fmt::format("backbone.layers.{}.", i);
    const std::string mixer = at + "mixer.";
    const Matrix both = linear(rms_norm(x, tensors(at + "norm.weight"), epsilon),
                               tensors(mixer + "in_proj.weight"));
    const Matrix u = each(convolved(columns_of(both, 0, inner), tensors(mixer + "conv1d.weight"),
                                    tensors(mixer + "conv1d.bias")),
                          silu);
    const Matrix all = linear(u, tensors(mixer + "x_proj.weight"));
    const Matrix dt = each(linear(columns_of(all, 0, rank), tensors(mixer + "dt_proj.weight"),
                                  tensors(mixer + "dt_proj.bias")),
                           softplus);
    const Matrix a = each(tensors(mixer + "A_log"), [](double v) { return -std::exp(v); });
    const Matrix y = scanned(u, dt, a, columns_of(all, rank, state),
                             columns_of(all, rank + state, state), tensors(mixer + "D"));
    x = sum(x, linear(product(y, each(columns_of(both, inner, inner), silu)),
                      tensors(mixer + "out_proj.weight")));
  }
  x = rms_norm(x, tensors("backbone.norm_f.weight"), epsilon);
  return linear(x, tensors.has("lm_head.weight") ? tensors("lm_head.weight") : embed);
}

// What RWKV 5 does with a token and the one before it.
Matrix mixed(const Matrix& x, const Matrix& share) {
  Matrix y = x;
  for (int64_t t = 0; t < x.rows; ++t) {
    for (int64_t i = 0; i < x.columns; ++i) {
      const double old = t > 0 ? x.row(t - 1)[i] : 0;
      y.row(t)[i] = x.row(t)[i] * share.row(0)[i] + old * (1 - share.row(0)[i]);
    }
  }
  return y;
}

// The recurrence of one layer; decay and first have a row for each number of each head's keys.
Matrix weighed(const Matrix& r, const Matrix& k, const Matrix& v, const Matrix& decay,
               const Matrix& first, int64_t size) {
  Matrix state(r.columns, size), y(r.rows, r.columns);
  for (int64_t t = 0; t < r.rows; ++t) {
    for (int64_t i = 0; i < r.columns; ++i) {
      const int64_t head = i / size * size;
      for (int64_t j = 0; j < size; ++j) {
        const double kv = k.row(t)[i] * v.row(t)[head + j];
        double& s = state.row(i)[j];
        y.row(t)[head + j] += r.row(t)[i] * (s + first.values[static_cast<size_t>(i)] * kv);
        s = s * decay.values[static_cast<size_t>(i)] + kv;
      }
    }
  }
  return y;
}

Matrix rwkv5(const WeightFile& file, Tokens tokens) {
  const Tensors tensors(file);
  constexpr double epsilon = 1e-5;
  const auto norm = [&](const Matrix& x, const std::string& name) {
    return layer_norm(x, tensors(name + ".weight"), tensors(name + ".bias"), epsilon);
  };
  Matrix x = norm(rows_of(tensors("emb.weight"), tokens), "blocks.0.ln0");
  for (int64_t i = 0; tensors.has(fmt::format("blocks.{}.ln1.weight", i)); ++i) {
    const std::string at = fmt::format("blocks.{}.", i);
    const auto part = [&](const Matrix& from, const std::string& share, const std::string& name) {
      return linear(mixed(from, tensors(at + share)), tensors(at + name));
    };
    const int64_t heads = file.tensors.find(at + "att.time_faaaa")->second.dims[0];
    const Matrix a = norm(x, at + "ln1");
    const Matrix gate = each(part(a, "att.time_mix_g", "att.gate.weight"), silu);
    const Matrix y = weighed(
        part(a, "att.time_mix_r", "att.receptance.weight"),
        part(a, "att.time_mix_k", "att.key.weight"), part(a, "att.time_mix_v", "att.value.weight"),
        tensors(at + "att.time_decay"), tensors(at + "att.time_faaaa"), x.columns / heads);
    const Matrix normed = layer_norm(y, tensors(at + "att.ln_x.weight"),
                                     tensors(at + "att.ln_x.bias"), epsilon, x.columns / heads);
    x = sum(x, linear(product(normed, gate), tensors(at + "att.output.weight")));
    const Matrix b = norm(x, at + "ln2");
    const Matrix key = each(part(b, "ffn.time_mix_k", "ffn.key.weight"),
                            [](double v) { return v > 0 ? v * v : 0; });
    const Matrix open = each(part(b, "ffn.time_mix_r", "ffn.receptance.weight"), sigmoid);
    x = sum(x, product(open, linear(key, tensors(at + "ffn.value.weight"))));
  }
  return linear(norm(x, "ln_out"), tensors("head.weight"));
}

}  // namespace

Matrix logits_of(const WeightFile& file, Tokens tokens) {
  const auto config = file.documents.find("hf");
  if (config == file.documents.end()) return rwkv5(file, tokens);
  const std::string_view type = config->second.text("model_type");
  if (type == "gpt2") return gpt2(file, config->second, tokens);
  if (type == "mamba") return mamba(file, config->second, tokens);
  constexpr std::string_view llamas[] = {"llama", "qwen2", "qwen3", "gemma", "phi3", "mixtral"};
  if (std::ranges::find(llamas, type) == std::end(llamas)) {
    fmt::print("no pass in f64 is written for {}\n", type);
    std::exit(2);
  }
  return Llama(file, config->second).logits(tokens);
}

}  // namespace tenon::weights
