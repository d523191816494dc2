"""Which scorer is best, and whether the paper's claims hold: every system on the same splits.

`Benchmark(dataset, scorers=["type_mean", "ridge", "siamese_lstm"]).run().save("results.json")`
"""

from podium.benchmark.results import Results
from podium.benchmark.run import Benchmark
from podium.benchmark.system import System

__all__ = ["Benchmark", "Results", "System"]
