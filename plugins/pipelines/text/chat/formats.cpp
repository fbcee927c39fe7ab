// SPDX-License-Identifier: Apache-2.0
#include "chat/chat.h"

#include <algorithm>
#include <iterator>

namespace tenon::text {

namespace {

// A well-known form of chats, as a template, and words that a template of that form contains.
struct Format {
  std::string_view name;
  std::string_view source;
  std::string_view telltale;  // empty: nothing tells it
};

constexpr std::string_view chatml =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

constexpr std::string_view llama3 =
    "{{ bos_token or '<|begin_of_text|>' }}{% for m in messages %}"
    "{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' + m.content|trim + '<|eot_id|>' }}"
    "{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}";

// System text stands in front of the first question.
constexpr std::string_view llama2 =
    "{% set ns = namespace(system='') %}{% for m in messages %}{% if m.role == 'system' %}"
    "{% set ns.system = '<<SYS>>\n' + m.content + '\n<</SYS>>\n\n' %}{% elif m.role == 'user' %}"
    "{{ (bos_token or '<s>') + '[INST] ' + ns.system + m.content + ' [/INST]' }}"
    "{% set ns.system = '' %}{% else %}{{ ' ' + m.content + ' ' + (eos_token or '</s>') }}"
    "{% endif %}{% endfor %}";

constexpr std::string_view mistral_v1 =
    "{{ bos_token or '<s>' }}{% set ns = namespace(system='') %}{% for m in messages %}"
    "{% if m.role == 'system' %}{% set ns.system = m.content + '\n\n' %}"
    "{% elif m.role == 'user' %}{{ ' [INST] ' + ns.system + m.content + ' [/INST]' }}"
    "{% set ns.system = '' %}{% else %}{{ ' ' + m.content + (eos_token or '</s>') }}"
    "{% endif %}{% endfor %}";

constexpr std::string_view mistral_v3 =
    "{{ bos_token or '<s>' }}{% set ns = namespace(system='') %}{% for m in messages %}"
    "{% if m.role == 'system' %}{% set ns.system = m.content + '\n\n' %}"
    "{% elif m.role == 'user' %}{{ '[INST] ' + ns.system + m.content + '[/INST]' }}"
    "{% set ns.system = '' %}{% else %}{{ ' ' + m.content + (eos_token or '</s>') }}"
    "{% endif %}{% endfor %}";

constexpr std::string_view mistral_v3_tekken =
    "{{ bos_token or '<s>' }}{% set ns = namespace(system='') %}{% for m in messages %}"
    "{% if m.role == 'system' %}{% set ns.system = m.content + '\n\n' %}"
    "{% elif m.role == 'user' %}{{ '[INST]' + ns.system + m.content + '[/INST]' }}"
    "{% set ns.system = '' %}{% else %}{{ m.content + (eos_token or '</s>') }}"
    "{% endif %}{% endfor %}";

constexpr std::string_view mistral_v7 =
    "{{ bos_token or '<s>' }}{% for m in messages %}{% if m.role == 'system' %}"
    "{{ '[SYSTEM_PROMPT] ' + m.content + '[/SYSTEM_PROMPT]' }}{% elif m.role == 'user' %}"
    "{{ '[INST] ' + m.content + '[/INST]' }}{% else %}"
    "{{ ' ' + m.content + (eos_token or '</s>') }}{% endif %}{% endfor %}";

constexpr std::string_view gemma =
    "{{ bos_token or '<bos>' }}{% set ns = namespace(system='') %}{% for m in messages %}"
    "{% if m.role == 'system' %}{% set ns.system = m.content + '\n\n' %}{% else %}"
    "{{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\n' + ns.system + "
    "m.content|trim + '<end_of_turn>\n' }}{% set ns.system = '' %}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}";

constexpr std::string_view phi3 =
    "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content + '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}";

constexpr std::string_view zephyr =
    "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content + (eos_token or '</s>') + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}";

constexpr std::string_view vicuna =
    "{% for m in messages %}{% if m.role == 'system' %}{{ m.content + ' ' }}"
    "{% elif m.role == 'user' %}{{ 'USER: ' + m.content + ' ' }}{% else %}"
    "{{ 'ASSISTANT: ' + m.content + (eos_token or '</s>') }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}";

constexpr std::string_view alpaca =
    "{% set ns = namespace(system='Below is an instruction that describes a task. Write a response "
    "that appropriately completes the request.') %}{% for m in messages %}"
    "{% if m.role == 'system' %}{% set ns.system = m.content %}{% endif %}{% endfor %}"
    "{{ ns.system + '\n\n' }}{% for m in messages %}{% if m.role == 'user' %}"
    "{{ '### Instruction:\n' + m.content + '\n\n' }}{% elif m.role == 'assistant' %}"
    "{{ '### Response:\n' + m.content + (eos_token or '</s>') + '\n\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '### Response:' }}{% endif %}";

constexpr std::string_view deepseek2 =
    "{{ bos_token or '' }}{% for m in messages %}{% if m.role == 'system' %}{{ m.content + '\n\n' "
    "}}"
    "{% elif m.role == 'user' %}{{ 'User: ' + m.content + '\n\n' }}{% else %}"
    "{{ 'Assistant: ' + m.content + (eos_token or '') }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}";

constexpr std::string_view chatglm3 =
    "{{ '[gMASK]sop' }}{% for m in messages %}{{ '<|' + m.role + '|>\n ' + m.content }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

constexpr std::string_view glm4 =
    "{{ '[gMASK]<sop>' }}{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content }}{% endfor "
    "%}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}";

constexpr std::string_view command_r =
    "{{ bos_token or '' }}{% for m in messages %}{{ '<|START_OF_TURN_TOKEN|>' + ("
    "'<|SYSTEM_TOKEN|>' if m.role == 'system' else '<|USER_TOKEN|>' if m.role == 'user' else "
    "'<|CHATBOT_TOKEN|>') + m.content|trim + '<|END_OF_TURN_TOKEN|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' }}{% endif %}";

constexpr std::string_view gpt_oss =
    "{% for m in messages %}{{ '<|start|>' + m.role + ('<|channel|>final' if m.role == 'assistant' "
    "else '') + '<|message|>' + m.content + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start|>assistant' }}{% endif %}";

// Where several telltales fit, the first counts.
constexpr Format formats[] = {
    {"chatml", chatml, "<|im_start|>"},
    {"llama3", llama3, "<|start_header_id|>"},
    {"mistral-v7", mistral_v7, "[SYSTEM_PROMPT]"},
    {"llama2", llama2, "<<SYS>>"},
    {"mistral-v1", mistral_v1, "' [INST] '"},
    {"mistral-v3-tekken", mistral_v3_tekken, "'[INST]'"},
    {"mistral-v3", mistral_v3, "[INST]"},
    {"gemma", gemma, "<start_of_turn>"},
    {"gpt-oss", gpt_oss, "<|channel|>"},
    {"command-r", command_r, "<|START_OF_TURN_TOKEN|>"},
    {"glm4", glm4, "[gMASK]<sop>"},
    {"chatglm3", chatglm3, "[gMASK]sop"},
    {"phi3", phi3, "<|end|>"},
    {"zephyr", zephyr, "<|user|>"},
    {"vicuna", vicuna, "USER: "},
    {"alpaca", alpaca, "### Instruction:"},
    {"deepseek2", deepseek2, "'Assistant: '"},
};

}  // namespace

const std::string_view* chat_format(std::string_view name) {
  const auto* found = std::ranges::find(formats, name, &Format::name);
  return found == std::end(formats) ? nullptr : &found->source;
}

std::string chat_format_names() {
  std::string names;
  for (const Format& format : formats) {
    names += names.empty() ? "" : ", ";
    names += format.name;
  }
  return names;
}

std::string_view likely_chat_format(std::string_view source) {
  const auto* found = std::ranges::find_if(
      formats, [&](const Format& format) { return source.find(format.telltale) != source.npos; });
  return found == std::end(formats) ? std::string_view() : found->name;
}

}  // namespace tenon::text
