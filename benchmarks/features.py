"""How fast C3D's features are made: the plain way, and by the engine in two precisions.

Random weights serve. Each way has a process of its own, as how memory is kept cannot be undone, and
all take turns. Beside them the machine's best convolution is measured, in the same rounds. With one
thread it is the processor's time that counts, so that a busy machine matters less.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from measuring import by_turns, ratio, seconds_of, write
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from podium.backbones._engine import Engine, EngineOptions, computes_bf16, keep_memory_mapped
from podium.backbones.c3d import C3DNetwork, C3DOptions, prepare

Clips = npt.NDArray[np.uint8]
Features = npt.NDArray[np.float32]
Way = Callable[[Clips], Features]

SEED = 0
N_AT_A_TIME = EngineOptions().n_clips
CANDIDATES = (
    # channels in and out, (frames, height, width): layers of C3D, and one in two dimensions
    (64, 128, (16, 56, 56)),
    (256, 256, (8, 28, 28)),
    (512, 512, (4, 14, 14)),
    (256, 256, (1, 56, 56)),
)


def noise(n_clips: int) -> Clips:
    """Draw clips of random pixels, as large as the decoder gives them."""
    shape = (n_clips, 16, 128, 171, 3)
    return np.random.default_rng(SEED).integers(0, 256, shape, dtype=np.uint8)


def network() -> C3DNetwork:
    """Build C3D with random weights, the same each time."""
    torch.manual_seed(SEED)
    return C3DNetwork().eval()


def eager() -> Way:
    """Return the plain way: one clip after the other through the network as PyTorch has it."""
    plain = network()

    def described(clips: Clips) -> Features:
        with torch.inference_mode():
            rows = [plain(prepare(clip[None], C3DOptions()).contiguous()) for clip in clips]
            return np.asarray(torch.cat(rows))

    return described


def engine(options: EngineOptions) -> Way:
    """Return the way of the product."""
    return Engine(network(), lambda clips: prepare(clips, C3DOptions()), options)


class Convolution:
    """A layer by itself, run as long as C3D runs over the clips: how fast the machine can be."""

    def __init__(
        self, n_in: int, n_out: int, size: tuple[int, int, int], dtype: torch.dtype
    ) -> None:
        depth = min(size[0], 3)
        layer = nn.Conv3d(n_in, n_out, (depth, 3, 3), padding=(depth // 2, 1, 1))
        layout = torch.channels_last_3d
        self.layer = layer.to(dtype=dtype, memory_format=layout)  # type: ignore[call-overload]
        self.pixels = torch.rand(N_AT_A_TIME, n_in, *size).to(dtype, memory_format=layout)
        self.n_operations = 2 * N_AT_A_TIME * n_in * n_out * int(np.prod(size)) * depth * 9

    def gigaflops(self, n_operations: float) -> float:
        """Run for about so many operations; give thousand millions of them a second."""
        n_runs = max(round(n_operations / self.n_operations), 1)
        with torch.inference_mode():
            seconds = seconds_of(lambda: [self.layer(self.pixels) for _ in range(n_runs)], clock())
        return n_runs * self.n_operations / seconds / 1e9


def best_convolution(dtype: torch.dtype) -> Convolution:
    """Find the fastest of a few layers."""
    keep_memory_mapped()
    layers = [Convolution(*candidate, dtype) for candidate in CANDIDATES]
    return max(layers, key=lambda layer: max(layer.gigaflops(2e10) for _ in range(3)))


def clock() -> Callable[[], float]:
    """Choose what counts: time that passes, or the processor's with one thread."""
    return time.process_time if torch.get_num_threads() == 1 else time.perf_counter


def operations_of_a_clip() -> int:
    """Count the operations that C3D needs for a clip; a multiplication and an addition are two."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        C3DNetwork()(torch.empty(1, 3, 16, 112, 112))
    return int(counter.get_total_flops())


WAYS: dict[str, Callable[[], Way]] = {
    "eager, clip by clip": eager,
    "engine, fp32": lambda: engine(EngineOptions("fp32")),
    "engine, bf16": lambda: engine(EngineOptions("bf16")),
}
PEAKS = {"peak, fp32": torch.float32, "peak, bf16": torch.bfloat16}


def serve(
    name: str, n_clips: int, n_operations: int, n_threads: int, connection: Connection
) -> None:
    """Measure one way each time that it is asked for, in a process of its own."""
    torch.set_num_threads(n_threads)
    if name in PEAKS:
        best = best_convolution(PEAKS[name])
        while connection.recv():
            connection.send((best.gigaflops(n_operations), None))
        return
    clips, way = noise(n_clips), WAYS[name]()
    features = way(clips)  # and nothing is cold afterwards
    while connection.recv():
        connection.send((seconds_of(lambda: way(clips), clock()), features))


class Server:
    """A way of doing it in a process of its own."""

    def __init__(self, name: str, n_clips: int, n_operations: int, n_threads: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        arguments = (name, n_clips, n_operations, n_threads, theirs)
        self.process = context.Process(target=serve, args=arguments, daemon=True)
        self.process.start()
        self.features: Features | None = None

    def __call__(self) -> float:
        """Ask for one measurement."""
        self.connection.send(True)
        measured, self.features = self.connection.recv()
        return float(measured)

    def stop(self) -> None:
        """End the process."""
        self.connection.send(False)
        self.process.join()


def measure(n_clips: int, n_rounds: int, n_threads: int) -> dict[str, Any]:
    """Measure all ways by turns; give times, ratios, shares of the peak and differences."""
    names = [name for name in (*WAYS, *PEAKS) if "bf16" not in name or computes_bf16()]
    total = n_clips * operations_of_a_clip()
    servers = {name: Server(name, n_clips, total, n_threads) for name in names}
    measured = by_turns(servers, n_rounds)
    plain, *others = (name for name in names if name in WAYS)
    expected = servers[plain].features
    result: dict[str, Any] = {
        "clips": n_clips,
        "threads": n_threads,
        "rounds": n_rounds,
        "gigaflop_a_clip": total / n_clips / 1e9,
        "seconds_a_clip": {
            name: [s / n_clips for s in measured[name]] for name in names if name in WAYS
        },
        "peak_gigaflops": {name: measured[name] for name in names if name in PEAKS},
        "times_faster": {name: ratio(measured[plain], measured[name]) for name in others},
        "share_of_peak": {},
        "relative_difference": {},
    }
    for name in others:
        peaks = measured[name.replace("engine", "peak")]
        reached = [total / 1e9 / seconds for seconds in measured[name]]
        result["share_of_peak"][name] = ratio(reached, peaks)
        found = servers[name].features
        difference = np.linalg.norm(found - expected) / np.linalg.norm(expected)  # type: ignore[operator,arg-type]
        result["relative_difference"][name] = float(difference)
    for server in servers.values():
        server.stop()
    return result


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=9)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    result = measure(arguments.clips, arguments.rounds, arguments.threads)
    print(f"{'':<20} {'ms a clip':>9} {'x':>5} {'of peak':>8} {'differs by':>10}")
    for name, taken in result["seconds_a_clip"].items():
        row = f"{name:<20} {1000 * statistics.median(taken):9.0f}"
        if name in result["times_faster"]:
            row += f" {result['times_faster'][name]:5.2f} {result['share_of_peak'][name]:8.2f}"
            row += f" {result['relative_difference'][name]:10.1e}"
        print(row)
    for name, found in result["peak_gigaflops"].items():
        print(f"{name:<20} {statistics.median(found):.0f} GFLOP/s")
    print(write("features", result))


if __name__ == "__main__":
    main()
