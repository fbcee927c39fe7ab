# SPDX-License-Identifier: Apache-2.0
"""A GGUF model in llama.cpp, as a peer that takes turns, in one of its modes:

  peer_llama.py model.gguf pp|tg TOKENS THREADS flash|plain repack|file

pp is a prompt of fixed random tokens, tg are tokens one at a time from an empty context; batch and
micro-batch 512, keys and values in f16: the loops of llama-bench.
"""

import ctypes
import os
import sys

import llama_cpp as llama
import numpy
import paced

BATCH = 512


@llama.llama_log_callback
def silent(level, text, data):
    pass


class Texts:
    def __init__(self, path, tokens, threads, flash, repack):
        llama.llama_log_set(silent, ctypes.c_void_p(0))
        llama.llama_backend_init()
        how = llama.llama_model_default_params()
        how.n_gpu_layers, how.use_extra_bufts = 0, repack
        self.model = llama.llama_model_load_from_file(os.fsencode(path), how)
        if not self.model:
            raise SystemExit(f"llama.cpp cannot open {path}")
        room = llama.llama_context_default_params()
        room.n_ctx, room.n_batch, room.n_ubatch = tokens, BATCH, BATCH
        room.n_threads = room.n_threads_batch = threads
        room.flash_attn_type = (llama.LLAMA_FLASH_ATTN_TYPE_ENABLED if flash
                                else llama.LLAMA_FLASH_ATTN_TYPE_DISABLED)
        self.context = llama.llama_init_from_model(self.model, room)
        if not self.context:
            raise SystemExit("llama.cpp makes no context")
        words = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self.model))
        fixed = numpy.random.default_rng(7).integers(0, words, tokens)
        self.tokens = (llama.llama_token * tokens)(*fixed.tolist())

    def read(self, count, step):
        """The first tokens from an empty context, so many at a time."""
        llama.llama_memory_clear(llama.llama_get_memory(self.context), False)
        pointer = ctypes.POINTER(llama.llama_token)
        for first in range(0, count, step):
            place = ctypes.addressof(self.tokens) + first * ctypes.sizeof(llama.llama_token)
            batch = llama.llama_batch_get_one(ctypes.cast(place, pointer),
                                              min(step, count - first))
            if llama.llama_decode(self.context, batch) != 0:
                raise SystemExit("llama_decode failed")
        llama.llama_synchronize(self.context)


def main():
    path, phase, tokens, threads, flash, repack = sys.argv[1:]
    count, step = int(tokens), BATCH if phase == "pp" else 1
    texts = Texts(path, count, int(threads), flash == "flash", repack == "repack")
    texts.read(count, step)
    paced.serve(lambda: texts.read(count, step), 1, lambda: texts.read(min(count, 8), step))


if __name__ == "__main__":
    main()
