# SPDX-License-Identifier: Apache-2.0
"""Llamas of well-known shapes in GGUF with random weights: size, layout and speed are those of real
models, the text means nothing. A strip of rows is quantized once and repeated down each matrix."""

import ctypes

import gguf
import numpy

STRIP = 128
WORDS = 32000
Q = gguf.GGMLQuantizationType

# width, layers, heads, heads of keys and values, inner width
SHAPES = {"160m": (768, 12, 12, 12, 2048), "1b": (2048, 22, 32, 4, 5632)}

# most matrices, the output matrix, the file's type
TYPES = {
    "f16": (Q.F16, Q.F16, gguf.LlamaFileType.MOSTLY_F16),
    "q8_0": (Q.Q8_0, Q.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
    "q4_0": (Q.Q4_0, Q.Q6_K, gguf.LlamaFileType.MOSTLY_Q4_0),
    "q4_k_m": (Q.Q4_K, Q.Q6_K, gguf.LlamaFileType.MOSTLY_Q4_K_M),
    "q5_k": (Q.Q5_K, Q.Q6_K, gguf.LlamaFileType.MOSTLY_Q5_K_S),
    "q6_k": (Q.Q6_K, Q.Q6_K, gguf.LlamaFileType.MOSTLY_Q6_K),
}


def quantized(rows, kind):
    """By the gguf package; the K types by llama.cpp's own library, which alone has them."""
    try:
        return gguf.quants.quantize(rows, kind)
    except NotImplementedError:
        from llama_cpp._ggml import libggml
    pack = libggml.ggml_quantize_chunk
    pack.restype = ctypes.c_size_t
    pack.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64,
                     ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p]
    out = numpy.empty(gguf.quant_shape_to_byte_shape(rows.shape, kind), numpy.uint8)
    if pack(kind, rows.ctypes.data, out.ctypes.data, 0, *rows.shape, None) != out.nbytes:
        raise RuntimeError(f"{kind.name}: not as many bytes as expected")
    return out


def finer(layer, layers):
    """Layers whose attn_v and ffn_down have six bits in a Q4_K_M file."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


def matrices(shape, name):
    """(tensor, rows, columns, type), in the order of the file"""
    width, layers, heads, kv_heads, inner = SHAPES[shape]
    usual, output, _ = TYPES[name]
    kv = width // heads * kv_heads
    yield "token_embd", WORDS, width, usual
    yield "output", WORDS, width, output
    for layer in range(layers):
        mixed = Q.Q6_K if name == "q4_k_m" and finer(layer, layers) else usual
        for part, rows, columns, kind in (
                ("attn_q", width, width, usual), ("attn_k", kv, width, usual),
                ("attn_v", kv, width, mixed), ("attn_output", width, width, usual),
                ("ffn_gate", inner, width, usual), ("ffn_up", inner, width, usual),
                ("ffn_down", width, inner, mixed)):
            yield f"blk.{layer}.{part}", rows, columns, kind


def describe(writer, shape, name):
    width, layers, heads, kv_heads, inner = SHAPES[shape]
    writer.add_name(f"random llama {shape} {name}")
    writer.add_file_type(TYPES[name][2])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_vocab_size(WORDS)
    writer.add_context_length(2048)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // heads)
    writer.add_rope_freq_base(10000.0)
    kinds = gguf.TokenType
    special = [("<unk>", kinds.UNKNOWN), ("<s>", kinds.CONTROL), ("</s>", kinds.CONTROL)]
    tokens = special + [(f"<0x{byte:02X}>", kinds.BYTE) for byte in range(256)]
    tokens += [(f"\u2581t{i}", kinds.NORMAL) for i in range(WORDS - len(tokens))]
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _ in tokens])
    writer.add_token_scores([-float(i) for i in range(WORDS)])
    writer.add_token_types([kind for _, kind in tokens])
    for add, token in ((writer.add_unk_token_id, 0), (writer.add_bos_token_id, 1),
                       (writer.add_eos_token_id, 2)):
        add(token)


def write(path, shape, name):
    random = numpy.random.default_rng(20)
    strips = {}

    def strip(columns, kind):
        if (columns, kind) not in strips:
            rows = random.standard_normal((STRIP, columns), numpy.float32)
            strips[columns, kind] = quantized(rows * numpy.float32(0.7 / columns**0.5), kind)
        return strips[columns, kind]

    writer = gguf.GGUFWriter(path, "llama")
    describe(writer, shape, name)
    width, layers = SHAPES[shape][:2]
    ones = numpy.ones(width, numpy.float32)
    norms = ["output_norm"] + [f"blk.{layer}.{part}_norm" for layer in range(layers)
                               for part in ("attn", "ffn")]
    for norm in norms:
        writer.add_tensor_info(f"{norm}.weight", ones.shape, ones.dtype, ones.nbytes)
    for tensor, rows, columns, kind in matrices(shape, name):
        part = strip(columns, kind)
        writer.add_tensor_info(f"{tensor}.weight", (rows, *part.shape[1:]), part.dtype,
                               part.nbytes * rows // STRIP, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _ in norms:
        writer.write_tensor_data(ones)
    for _, rows, columns, kind in matrices(shape, name):
        writer.write_tensor_data(numpy.tile(strip(columns, kind), (rows // STRIP, 1)))
    writer.close()


def make(shape, name, folder):
    """The model's file, made when it is not there yet."""
    path = folder / f"llama-{shape}-{name}.gguf"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        begun = path.with_suffix(".part")
        write(begun, shape, name)
        begun.rename(path)
    return path
