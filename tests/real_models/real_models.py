#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs trained models from PyPI packages and compares with what their own runtimes gave.

usage: real_models.py TENON REFERENCES MODELS [--device D] [MODEL...]

REFERENCES: folder with INDEX.json, fetch.py and the reference arrays; MODELS: where its fetch.py
put the models. What is not there is skipped, and said. Exit 1 when a model differs.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

try:
    import numpy as np
except ImportError:
    print("SKIPPED: numpy is not installed (Debian: python3-numpy)")
    sys.exit(77)


class Missing(Exception):
    """Something that a check needs and that is not there."""


class Bench:
    """One model's folder, its reference arrays, and how to run it."""

    def __init__(self, options, name):
        self.options, self.name = options, name
        self.folder = os.path.join(options.models, name)
        reference = os.path.join(options.references, name, "reference.npz")
        self.reference = np.load(reference)
        self.lines = []

    def run(self, file, inputs):
        """Outputs of the model, by name and in order."""
        path = os.path.join(self.folder, file)
        if not os.path.exists(path):
            raise Missing(f"{path} was not fetched")
        with tempfile.TemporaryDirectory() as folder:
            command = [self.options.tenon, "run", path, "--device", self.options.device,
                       "-o", os.path.join(folder, "out.npz")]
            for i, (name, array) in enumerate(inputs.items()):
                file = os.path.join(folder, f"{i}.npy")
                np.save(file, np.ascontiguousarray(array))
                command += ["-i", f"{name}=@{file}"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise RuntimeError(done.stderr.strip()[:2000])
            with np.load(os.path.join(folder, "out.npz")) as made:
                return {name: made[name] for name in made.files}

    def embed(self, file):
        """Vectors of the sentences that the reference has."""
        lender = "minilm-l6-v2-f32"
        with open(os.path.join(self.options.references, lender, "expected.json")) as stored:
            sentences = json.load(stored)["sentences"]
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out.npy")
            command = [self.options.tenon, "embed", os.path.join(self.folder, file), *sentences,
                       "--device", self.options.device, "-o", out,
                       "--tokenizer", os.path.join(self.options.models, lender)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise RuntimeError(done.stderr.strip()[:2000])
            return np.load(out)

    def close(self, what, got, expected, bound):
        got, expected = np.asarray(got, np.float64), np.asarray(expected, np.float64)
        if got.shape != expected.shape:
            self.lines.append((False, f"{what}: shape {got.shape}, expected {expected.shape}"))
            return
        worst = float(np.max(np.abs(got - expected))) if got.size else 0.0
        self.lines.append((worst <= bound, f"{what}: off by {worst:.2g}, at most {bound:g}"))

    def same(self, what, holds, detail=""):
        self.lines.append((bool(holds), f"{what} {detail}".strip()))

    def media(self, name, mode):
        """A picture's pixels."""
        try:
            from PIL import Image
        except ImportError as error:
            raise Missing("Pillow is not installed (Debian: python3-pil)") from error
        path = os.path.join(self.options.references, "..", "media", name)
        return np.asarray(Image.open(path).convert(mode))


def planes(picture, mean, std):
    """NCHW of 8-bit RGB."""
    values = (picture.astype(np.float32) / 255 - np.float32(mean)) / np.float32(std)
    return values.transpose(2, 0, 1)[None].astype(np.float32)


IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def page(bench):
    """page.png, every pixel doubled, with edge rows up to 384."""
    picture = bench.media("page.png", "RGB").repeat(2, 0).repeat(2, 1)
    return np.pad(picture, ((0, 384 - picture.shape[0]), (0, 0), (0, 0)), mode="edge")


def only(outputs):
    return next(iter(outputs.values()))


def ppocr(bench):
    r = bench.reference
    for k in (0, 2, 4):
        bgr = planes(r[f"rec_in_{k}"][..., ::-1], 0.5, 0.5)
        probabilities = only(bench.run("ch_PP-OCRv4_rec_infer.onnx", {"x": bgr}))[0]
        bench.same(f"reader, line {k}: characters",
                   (probabilities.argmax(1) == r[f"rec_argmax_{k}"]).all())
        bench.close(f"reader, line {k}", probabilities.max(1), r[f"rec_maxprob_{k}"], 1e-3)
    crop = r["rec_in_0"]
    for k, part in enumerate((crop[:, :192], crop[::-1, ::-1][:, -192:])):
        made = only(bench.run("ch_ppocr_mobile_v2.0_cls_infer.onnx",
                              {"x": planes(part[..., ::-1], 0.5, 0.5)}))
        bench.close(f"direction {k}", made, r[f"cls_prob_{k}"], 1e-3)
    made = only(bench.run("ch_PP-OCRv4_det_infer.onnx",
                          {"x": planes(page(bench)[..., ::-1], 0.5, 0.5)}))
    bench.close("detector", made[0, 0, ::4, ::4], r["det_prob_stride4"], 1e-3)


def basic_pitch(bench):
    r = bench.reference
    made = list(bench.run("nmp.onnx", {"serving_default_input_2:0":
                                       r["audio"].reshape(1, -1, 1)}).items())
    by_name = {name.split(":")[-1]: array for name, array in made}
    # The logarithm of near silence makes much of the last bit of its input.
    bench.close("note", by_name["1"][0], r["note"], 1e-3)
    bench.close("onset", by_name["2"][0], r["onset"], 1e-3)
    bench.close("contour", by_name["0"][0, ::4], r["contour_stride4"], 1e-3)


def mobilenet(bench):
    r = bench.reference
    for k in (0, 4):
        made = only(bench.run("mobilenetv2-bottleneck.onnx",
                              {"image": planes(r[f"in_{k}"], *IMAGENET)}))
        bench.close(f"features {k}", made[0], r["features"][k], 1e-3)


def efficientnet(bench):
    r = bench.reference
    for name in ("pets.jpg", "chelsea.png"):
        made = only(bench.run("efficientnet-lite0.onnx",
                              {"image": planes(r[f"in_{name}"], *IMAGENET)}))
        bench.close(f"logits of {name}", made[0], r[f"logits_{name}"], 1e-3)
        bench.same(f"class of {name}", made[0].argmax() == r[f"logits_{name}"].argmax())


def minilm(file, texts):
    """file: what reads ids; texts: what reads sentences, with the tokenizer of the f32 model."""
    def check(bench):
        r = bench.reference
        ids, mask = (r[name].astype(np.int64) for name in ("input_ids", "attention_mask"))
        made = bench.run(file, {"input_ids": ids, "attention_mask": mask,
                                "token_type_ids": np.zeros_like(ids)})
        hidden = only(made)
        real = mask[:4, :, None]
        bench.close("hidden state", hidden[:4] * real, r["last_hidden_state_0_to_3"] * real, 1e-3)
        weight = mask[..., None].astype(np.float64)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        embedding = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        bench.close("sentence embedding", embedding, r["sentence_embedding"], 1e-4)
        for path in texts:
            bench.close(f"tenon embed {path}", bench.embed(path), r["sentence_embedding"], 1e-4)
    return check


def xfeat(bench):
    r = bench.reference
    top, left, bottom, right = 32, 32, 416, 416
    image = bench.media("astronaut.png", "L")[top:bottom, left:right] / np.float32(255)
    made = bench.run("xfeat.onnx", {"image": image[None, None].astype(np.float32)})
    bench.close("descriptors", made["descriptors"][0, :, ::4, ::4], r["descriptors_stride4"], 1e-3)
    bench.close("keypoints", made["keypoint_logits"][0, :, ::4, ::4],
                r["keypoint_logits_stride4"], 1e-3)
    bench.close("reliability", made["reliability"][0, 0], r["reliability"], 1e-3)


def rxnmap(bench):
    r = bench.reference
    for k in range(3):
        inputs = {name: r[f"{name}_{k}"].astype(np.int64)
                  for name in ("atoms", "neighbors", "distances", "roles")}
        bench.close(f"attention {k}", only(bench.run("rxnmap.onnx", inputs)),
                    r[f"attention_{k}"], 1e-4)


def easyocr(bench):
    r = bench.reference
    for k in (0, 2):
        image = (r[f"rec_in_{k}"].astype(np.float32) / 127.5 - 1)[None, None]
        logits = only(bench.run("crnn-english-g2.onnx", {"image": image}))[0]
        bench.same(f"line {k}: characters", (logits.argmax(1) == r[f"rec_argmax_{k}"]).all())
        if k == 0:
            bench.close("logits", logits, r["rec_logits_0"], 1e-3)
    made = only(bench.run("craft.onnx", {"image": planes(page(bench), *IMAGENET)}))
    bench.close("text map", made[0, ::2, ::2], r["craft_region_affinity_stride2"], 2e-3)


def whisper(bench):
    r = bench.reference
    mel = np.full((1, 80, 3000), r["mel_pad_value"], np.float32)
    mel[0, :, :1101] = r["mel_0_1101"]
    hidden = only(bench.run("whisper-base-encoder.onnx", {"mel": mel}))
    rows = r["encoder_rows"]
    bench.close("encoder", hidden[0, rows], r["encoder_values"], 5e-3)
    ids = list(r["prompt_ids"])
    wanted = list(r["greedy_ids"])
    step = only(bench.run("whisper-base-decoder.onnx",
                          {"input_ids": np.array([ids], np.int64), "encoder_hidden": hidden}))
    bench.close("first logits", step[0, -1, ::64], r["step0_logits_stride64"], 2e-2)
    # All steps at once: each position sees what was right before it.
    whole = only(bench.run("whisper-base-decoder.onnx",
                           {"input_ids": np.array([ids + wanted[:-1]], np.int64),
                            "encoder_hidden": hidden}))
    said = whole[0, len(ids) - 1:].argmax(1)
    bench.same("greedy tokens", (said == wanted).all(), f"({(said == wanted).sum()} of {len(wanted)})")


def spectrum(audio):
    """Log magnitudes of 1024-sample Hann windows, 256 apart."""
    window = np.hanning(1025)[:-1]
    starts = range(0, len(audio) - 1023, 256)
    frames = np.stack([audio[s:s + 1024] * window for s in starts])
    return np.log(np.abs(np.fft.rfft(frames)) + 1e-4)


def kokoro(bench):
    r = bench.reference
    for k in range(2):
        audio = only(bench.run("kokoro-v1.0.int8.onnx",
                               {"tokens": r[f"tokens_{k}"], "style": r[f"style_{k}"],
                                "speed": r["speed"]}))
        length = len(r["audio_0"]) if k == 0 else int(r["audio_len_1"])
        # Durations are rounded to frames of 600 samples; one of the second text's lies so close
        # to a half that the last bits of a softmax, through 8-bit rounding, move it.
        allowed = 0 if k == 0 else 600
        bench.same(f"length {k}", abs(len(audio) - length) <= allowed,
                   f"({len(audio)}, expected {length}, give or take {allowed})")
        if k == 0 and len(audio) == length:
            ours, theirs = spectrum(audio), spectrum(r["audio_0"].astype(np.float64))
            alike = np.corrcoef(ours.ravel(), theirs.ravel())[0, 1]
            bench.same("spectrum", alike >= 0.95, f"correlation {alike:.4f}, at least 0.95")


CHECKS = {
    "ppocr-v4": ppocr,
    "basic-pitch": basic_pitch,
    "mobilenetv2-bottleneck": mobilenet,
    "efficientnet-lite0": efficientnet,
    "minilm-l6-v2-f32": minilm("minilm-l6-v2-f32.onnx",
                               ["minilm-l6-v2-f32.onnx", "model.safetensors"]),
    "minilm-l6-v2-int8": minilm("model.onnx", ["model.onnx"]),
    "xfeat": xfeat,
    "chython-rxnmap": rxnmap,
    "easyocr-en": easyocr,
    "whisper-base": whisper,
    "kokoro-82m-int8": kokoro,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tenon")
    parser.add_argument("references", nargs="?")
    parser.add_argument("models", nargs="?")
    parser.add_argument("--from-environment", metavar="ROOT",
                        help="TENON_TEST_DATA and TENON_REAL_MODELS say where, the first defaults "
                             "to ROOT/../shared/data")
    parser.add_argument("names", nargs="*", metavar="MODEL")
    parser.add_argument("--device", default="reference")
    options = parser.parse_intermixed_args()
    if options.from_environment:
        data = os.environ.get("TENON_TEST_DATA",
                              os.path.join(options.from_environment, "..", "shared", "data"))
        options.references = os.path.join(data, "pypi-refs")
        options.models = os.environ.get("TENON_REAL_MODELS", "")
    if not options.references or not options.models:
        print("SKIPPED: TENON_REAL_MODELS names no folder with fetched models")
        sys.exit(77)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name in options.names or CHECKS:
        begin = time.monotonic()
        try:
            bench = Bench(options, name)
            CHECKS[name](bench)
            good = bool(bench.lines) and all(fine for fine, _ in bench.lines)
            verdict, lines = ("passed" if good else "failed"), bench.lines
        except (Missing, FileNotFoundError) as error:
            verdict, lines = "skipped", [(False, str(error))]
        except RuntimeError as error:
            verdict, lines = "failed", [(False, str(error))]
        counts[verdict] += 1
        print(f"{verdict}  {name}  {time.monotonic() - begin:.1f} s", flush=True)
        for fine, line in lines:
            print(f"  {'ok  ' if fine else 'NOT '} {line}", flush=True)
    print(json.dumps(counts))
    if counts["failed"]:
        sys.exit(1)
    sys.exit(77 if counts["passed"] == 0 else 0)


if __name__ == "__main__":
    main()
