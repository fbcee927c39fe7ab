#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: greedy.py TENON MODEL DEVICE: continues two prompts of tiny-random-gpt2 greedily, with the
cache handed on by us, and compares with what the model's makers publish."""
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("SKIPPED: numpy is not installed (Debian: python3-numpy)")
    sys.exit(0)

PROMPTS = [[0, 0, 0, 52], [0, 0, 195, 731]]
ANSWERS = [[204] * 6, [731] + [114] * 5]
LAYERS, HEADS, WIDTH = 5, 4, 8


def run(tenon, model, device, feeds):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.npz")
        command = [tenon, "run", model, "--device", device, "-o", out]
        for name, array in feeds.items():
            path = os.path.join(folder, f"{name}.npy")
            np.save(path, array)
            command += ["-i", f"{name}=@{path}"]
        subprocess.run(command, check=True, capture_output=True)
        with np.load(out) as made:
            return {name: made[name] for name in made.files}


def main():
    tenon, model, device = sys.argv[1:4]
    if not os.path.exists(model):
        print(f"SKIPPED: {model} does not exist; set TENON_TEST_DATA")
        return
    tokens = np.array(PROMPTS, np.int32)
    past = {f"past_{i}": np.zeros((2, 2, HEADS, 0, WIDTH), np.float32) for i in range(LAYERS)}
    said, seen = [], 0
    for _ in ANSWERS[0]:
        end = seen + tokens.shape[1]
        positions = np.broadcast_to(np.arange(seen, end, dtype=np.int32), tokens.shape)
        made = run(tenon, model, device,
                   {"input_ids": tokens, "position_ids": np.ascontiguousarray(positions),
                    "attention_mask": np.ones((2, end), np.int32), **past})
        tokens = made["logits"][:, -1].argmax(-1).astype(np.int32)[:, None]
        said.append(tokens[:, 0])
        past = {f"past_{i}": made[f"present_{i}"] for i in range(LAYERS)}
        seen = end
    got = np.stack(said, 1).tolist()
    print(got)
    if got != ANSWERS:
        sys.exit(f"expected {ANSWERS}")


if __name__ == "__main__":
    main()
