#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times the published SparseGPT, unmodified, on square layers of the recipe: 50 % + 4 bit.

    sparsegpt.py CHECKOUT RECIPE RUNS SIZE...

CHECKOUT: a clone of SparseGPT; RECIPE: the folder of recipe.py. Set OMP_NUM_THREADS, and
OPENBLAS_CORETYPE and OPENBLAS_NUM_THREADS where torch is linked with OpenBLAS. Prints
"sparsegpt SIZE SECONDS", the least of the runs: everything after the Hessian.
"""
import contextlib
import io
import sys
import time
import types

try:
    import numpy  # noqa: F401 (the recipe's)
    import torch
except ImportError as missing:
    sys.exit(f"skipped: SparseGPT ({missing}; install python3-torch and python3-numpy)")


def load(checkout, recipe_folder):
    """The checkout's class and quantizer, and the recipe."""
    stub = types.ModuleType("transformers")  # wanted for the name of a kind of layer alone
    stub.Conv1D = type("Conv1D", (), {})
    sys.modules["transformers"] = stub
    torch.cuda.synchronize = lambda: None
    sys.path[:0] = [checkout, recipe_folder]
    try:
        import quant
        import recipe
        import sparsegpt
    except ImportError as missing:
        sys.exit(f"skipped: SparseGPT ({missing}; expected in {checkout} and {recipe_folder})")
    return sparsegpt.SparseGPT, quant.Quantizer, recipe


def seconds(peer, make_quantizer, weights, sums):
    layer = torch.nn.Linear(weights.shape[1], weights.shape[0], bias=False)
    layer.weight.data = weights.clone()
    solver = peer(layer)
    solver.H = sums.clone()
    solver.quantizer = make_quantizer()
    solver.quantizer.configure(4, perchannel=True, sym=False, mse=False)
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        solver.fasterprune(0.5)
    return time.perf_counter() - start


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    peer, make_quantizer, recipe = load(sys.argv[1], sys.argv[2])
    for size in map(int, sys.argv[4:]):
        weights = torch.from_numpy(recipe.weights(1, size, size))
        collector = peer(torch.nn.Linear(size, size, bias=False))
        for first in range(0, 2 * size, 2048):
            tokens = torch.from_numpy(recipe.tokens(1, size, first, 2048))
            collector.add_batch(tokens, None)
        with torch.no_grad():
            best = min(
                seconds(peer, make_quantizer, weights, collector.H)
                for _ in range(int(sys.argv[3]))
            )
        print(f"sparsegpt {size} {best:.3f}", flush=True)


if __name__ == "__main__":
    main()
