"""Histograms of all layers, written to an HDF5 file with h5py every 100 steps."""
import h5py
import numpy

from histograms import LayerHistograms
from torch import nn

STEPS_A_RECORD = 100


def listen(network):
    """LayerHistograms of all layers with weights. The activation of a layer is the ReLU that directly follows it."""
    children = list(network.layers.named_children())
    followers = [module for _, module in children[1:]] + [None]
    return [LayerHistograms(name, module, follower if isinstance(follower, nn.ReLU) else None)
            for (name, module), follower in zip(children, followers) if isinstance(module, (nn.Conv2d, nn.Linear))]


class Recorder:
    """Counts every step of a training; a context that closes the file."""

    def __init__(self, path):
        self.file = h5py.File(path, "w", libver="latest")
        self.layers = []
        self.steps = 0
        self.records = 0

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        if self.steps % STEPS_A_RECORD:
            self._write()
        self.file.close()

    def listen(self, network):
        self.layers = listen(network)
        self._dataset("end_step", ())
        for layer in self.layers:
            self._dataset(f"layers/{layer.name}/events", (3, 3, 3, 3))
            self._dataset(f"layers/{layer.name}/updates", (3, 3, 3))
            self._dataset(f"layers/{layer.name}/untimed", ())
        return self

    def _dataset(self, name, shape):
        self.file.create_dataset(name, (0, *shape), numpy.uint64, maxshape=(None, *shape), chunks=(1, *shape))

    def count_events(self):
        for layer in self.layers:
            layer.count_events()

    def count_updates(self):
        for layer in self.layers:
            layer.count_updates()
        self.steps += 1
        if self.steps % STEPS_A_RECORD == 0:
            self._write()

    def _append(self, name, value):
        dataset = self.file[name]
        dataset.resize(self.records, axis=0)
        dataset[self.records - 1] = value

    def _write(self):
        self.records += 1
        self._append("end_step", self.steps)
        for layer in self.layers:
            self._append(f"layers/{layer.name}/events", layer.events.numpy())
            self._append(f"layers/{layer.name}/updates", layer.updates.numpy())
            self._append(f"layers/{layer.name}/untimed", layer.untimed)
            layer.clear()
        self.file.flush()
