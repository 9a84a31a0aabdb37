"""The same histograms by a plain loop over samples, positions and synapses; the check of accounting.py."""
import argparse
import collections
import itertools

import numpy
import torch
from torch import nn

import recorder
import training

STEPS = 2
BATCH = 2


def signs(values):
    """The sign of every element by its index."""
    return {place: int(numpy.sign(values[place])) for place in numpy.ndindex(values.shape)}


def uses(module, pre_shape, post_shape):
    """For every postsynaptic unit of one sample: the unit, its row of the weights, and [(presynaptic unit, rest of the index)]."""
    if isinstance(module, nn.Linear):
        taps = [((place,), (place,)) for place in range(pre_shape[0])]
        for unit in range(post_shape[0]):
            yield (unit,), unit, taps
        return
    channels, rows, columns = pre_shape
    (pad_rows, pad_columns), (kernel_rows, kernel_columns) = module.padding, module.kernel_size
    for row, column in itertools.product(range(post_shape[1]), range(post_shape[2])):
        taps = [((channel, row + i - pad_rows, column + j - pad_columns), (channel, i, j))
                for channel, i, j in itertools.product(range(channels), range(kernel_rows), range(kernel_columns))
                if 0 <= row + i - pad_rows < rows and 0 <= column + j - pad_columns < columns]
        for channel in range(post_shape[0]):
            yield (channel, row, column), channel, taps


def count_step(layer):
    """Events and updates of the step just done, each by its signs; updates also under "untimed"."""
    before, after = layer.before.numpy(), layer.module.weight.detach().numpy()
    receptors = signs(before)
    events, updates = collections.Counter(), collections.Counter()
    timing_sums, pairs = dict.fromkeys(receptors, 0), dict.fromkeys(receptors, 0)
    for sample in range(layer.pre.shape[0]):
        transmitters = signs(layer.pre[sample].numpy())
        derivatives = signs(layer.loss_derivative[sample].numpy())
        shape = layer.loss_derivative[sample].shape
        responses = signs(layer.post[sample].numpy()) if layer.rectified else dict.fromkeys(derivatives, 1)
        for unit, row, taps in uses(layer.module, layer.pre[sample].shape, shape):
            timing, response = -derivatives[unit], responses[unit]  # of a ReLU, F is 1 where y > 0, and y is never below 0
            for place, rest in taps:
                transmitter, weight = transmitters[place], (row, *rest)
                events[transmitter, receptors[weight], timing, response] += 1
                if transmitter and timing and response:
                    timing_sums[weight] += timing
                    pairs[weight] += 1
    for weight, receptor in receptors.items():
        change = int(numpy.sign(after[weight] - before[weight]))
        if pairs[weight] == 0 and change != 0:
            updates["untimed"] += 1
        else:
            updates[receptor, int(numpy.sign(timing_sums[weight])), change] += 1
    return events, updates


def as_counter(histogram):
    """The cells of a tensor that are not 0, by their signs."""
    return collections.Counter({tuple(place - 1 for place in cell): int(histogram[cell])
                                for cell in numpy.ndindex(*histogram.shape) if histogram[cell] != 0})


class Comparison:
    """Listens to a training as Recorder does, and counts every step again."""

    def __init__(self, network):
        self.network = network
        self.layers = recorder.listen(network)
        self.agree = True

    def count_events(self):
        for layer in self.layers:
            layer.count_events()

    def count_updates(self):
        for layer in self.layers:
            layer.count_updates()
            self._compare(layer)
            layer.clear()
            self._spoil(layer.module.weight)

    def _compare(self, layer):
        events, updates = count_step(layer)
        untimed = updates.pop("untimed", 0)
        same = as_counter(layer.events) == events and as_counter(layer.updates) == updates and layer.untimed == untimed
        self.agree = self.agree and same
        print(f"{self.network.name} {layer.name}: {sum(events.values())} events in {len(events)} cells, "
              f"{sum(updates.values())} updates and {untimed} untimed: {'same' if same else 'DIFFERENT'}", flush=True)

    @staticmethod
    @torch.no_grad()
    def _spoil(weight):
        """Some weights are exactly 0 in the next step, as initial ones never are."""
        weight[torch.rand_like(weight) < 0.05] = 0.0


def check(options):
    """Whether all counts of some steps are equal; prints a line for each layer and step."""
    small = argparse.Namespace(**{**vars(options), "batch": BATCH})
    session = training.Training(small, accounting=Comparison)
    for _ in range(STEPS):
        session.step()
    return session.accounting.agree
