# SPDX-License-Identifier: Apache-2.0
"""Ensembles of trees, trained on made-up numbers, as files of their library and as ONNX; and the
library as a peer that takes turns: trees.py FILE ROWS THREADS"""

import pathlib
import sys

import numpy
import paced

FEATURES = 32
TREES, DEPTH = 500, 8
EXAMPLES = 20000


def examples(rows, seed=20):
    return numpy.random.default_rng(seed).random((rows, FEATURES), numpy.float32)


def labels(x):
    """A rule with steps and products, which takes deep trees."""
    score = x[:, 0] * x[:, 1] + (x[:, 2] > 0.5) * x[:, 3] + numpy.sin(9 * x[:, 4]) * x[:, 5]
    return (score + 0.1 * x[:, 6:].sum(1)).astype(numpy.float32)


def train_xgboost(path):
    import xgboost
    x = examples(EXAMPLES)
    model = xgboost.XGBRegressor(n_estimators=TREES, max_depth=DEPTH, tree_method="hist")
    model.fit(x, labels(x))
    model.save_model(path)
    return model


def train_lightgbm(path):
    import lightgbm
    x = examples(EXAMPLES)
    model = lightgbm.LGBMRegressor(n_estimators=TREES, num_leaves=2**DEPTH, verbose=-1)
    model.fit(x, labels(x))
    model.booster_.save_model(path)
    return model


def to_onnx(model, library):
    from onnxmltools import convert
    from onnxmltools.convert.common.data_types import FloatTensorType
    function = convert.convert_xgboost if library == "xgboost" else convert.convert_lightgbm
    return function(model, initial_types=[("x", FloatTensorType([None, FEATURES]))],
                    target_opset=15)


def make(library, folder):
    """(the library's file, the ONNX file), made when they are not there yet."""
    import onnx
    native = folder / f"trees.{library}.{'json' if library == 'xgboost' else 'txt'}"
    exported = folder / f"trees-{library}.onnx"
    if not exported.exists() or not native.exists():
        folder.mkdir(parents=True, exist_ok=True)
        model = (train_xgboost if library == "xgboost" else train_lightgbm)(native)
        onnx.save(to_onnx(model, library), exported)
    return native, exported


def predictor(path, rows, threads):
    x = examples(rows, seed=7)
    if "xgboost" in path:
        import xgboost
        booster = xgboost.Booster(params={"nthread": threads}, model_file=path)
        booster.set_param({"nthread": threads})
        return lambda: booster.inplace_predict(x)
    import lightgbm
    booster = lightgbm.Booster(model_file=path)
    return lambda: booster.predict(x, num_threads=threads)


def main():
    path, rows, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    run = predictor(pathlib.Path(path).as_posix(), rows, threads)
    paced.serve(run, paced.runs_in(run))


if __name__ == "__main__":
    main()
