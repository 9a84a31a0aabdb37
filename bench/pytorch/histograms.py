"""Exact histograms of plasticity events and weight updates, by tensors of signs (docs/theory.md).

One use of a synapse, an event, has the signs of a (activation below), w (weight), -D (D = dLoss/dactivation) and F (derivative of the
activation function), at one sample and position. The number of synapses with transmitter t and receptor r that meet a
postsynaptic unit is the layer's own product (convolution or matrix product) of the indicators [sign a = t] and [sign w = r]; its
sum over the units of one (timing, response) is a cell of the histogram. All numbers are whole and below 2^24 until they
are added as 64-bit integers, so that single precision is exact.

D is here the derivative of the batch's mean loss: the division by the batch size leaves signs alone.
"""
import torch
from torch import nn
from torch.nn import functional
from torch.nn.grad import conv2d_weight

MINUS, ZERO, PLUS = 0, 1, 2  # places along an axis of signs


def indicator(condition):
    return condition.to(torch.float32)


def present_signs(values, signs):
    """(sign, indicator of the values that have it), for those of the signs that occur."""
    tests = {MINUS: values < 0, ZERO: values == 0, PLUS: values > 0}
    return [(sign, indicator(tests[sign])) for sign in signs if tests[sign].any()]


class LayerHistograms:
    """Listens to one layer of synapses and the activation behind it; counts when asked."""

    def __init__(self, name, module, activation):
        self.name = name
        self.module = module
        self.events = torch.zeros((3, 3, 3, 3), dtype=torch.int64)
        self.updates = torch.zeros((3, 3, 3), dtype=torch.int64)
        self.untimed = 0
        self.pre = self.post = self.loss_derivative = self.before = None
        self.rectified = activation is not None
        module.register_forward_hook(self._keep_input)
        (activation or module).register_forward_hook(self._keep_output)

    def _keep_input(self, _module, inputs, _output):
        self.pre = inputs[0].detach()

    def _keep_output(self, _module, _inputs, output):
        if self.rectified:
            self.post = output.detach()
        output.register_hook(self._keep_derivative)

    def _keep_derivative(self, gradient):
        self.loss_derivative = gradient

    def clear(self):
        self.events.zero_()
        self.updates.zero_()
        self.untimed = 0

    def product(self, pre, weights):
        """The layer's net inputs, without biases."""
        if isinstance(self.module, nn.Conv2d):
            return functional.conv2d(pre, weights, padding=self.module.padding)
        return functional.linear(pre, weights)

    def sum_of_uses(self, pre, post):
        """For each weight the sum of pre * post over its uses; post may hold several sets of units."""
        if isinstance(self.module, nn.Conv2d):
            shape = (post.shape[1], *self.module.weight.shape[1:])
            return conv2d_weight(pre, shape, post, padding=self.module.padding)
        return post.t() @ pre

    @torch.no_grad()
    def count_events(self):
        """After backward, before the update."""
        weights = self.module.weight.detach()
        self.before = weights.clone()
        first_first, second_first = indicator(self.loss_derivative < 0), indicator(self.loss_derivative > 0)
        fired = indicator(self.post > 0) if self.rectified else None
        self._count_classes(weights, first_first, second_first, fired)
        self._sum_pairs(first_first, second_first, fired)

    def _count_classes(self, weights, first_first, second_first, fired):
        # Units by timing, of all responses and of response +. None is every unit; what is zero is what remains.
        classes = [first_first, second_first, None]
        if fired is not None:
            classes += [first_first * fired, second_first * fired, fired]

        events = torch.zeros((3, 3, 3, 3), dtype=torch.int64)
        samples = self.pre.shape[0]
        everywhere = torch.ones_like(self.pre[:1])
        for receptor, weight_indicator in present_signs(weights, (MINUS, ZERO, PLUS)):
            synapses = self.product(everywhere, weight_indicator).expand(samples, *first_first.shape[1:])
            events[ZERO, receptor] = self._cells(synapses, classes)
            for transmitter, pre_indicator in present_signs(self.pre, (MINUS, PLUS)):
                cells = self._cells(self.product(pre_indicator, weight_indicator), classes)
                events[transmitter, receptor] = cells
                events[ZERO, receptor] -= cells
        self.events += events

    @staticmethod
    def _cells(synapses, classes):
        """(timing, response) from the number of synapses that meet each unit at each sample."""
        def total(units):
            counted = synapses if units is None else synapses * units
            return int(counted.flatten(1).sum(1).to(torch.int64).sum())  # one sample's sum stays below 2^24

        def by_timing(first_first, second_first, every):
            return torch.tensor([second_first, every - first_first - second_first, first_first])

        totals = [total(units) for units in classes]
        cells = torch.zeros((3, 3), dtype=torch.int64)
        every = by_timing(*totals[:3])
        cells[:, PLUS] = by_timing(*totals[3:]) if len(totals) > 3 else every
        cells[:, ZERO] = every - cells[:, PLUS]
        return cells

    def _sum_pairs(self, first_first, second_first, fired):
        """The firing pairs of each weight, and the sum of their timing."""
        timing, timed = first_first - second_first, first_first + second_first
        if fired is not None:
            timing, timed = timing * fired, timed * fired
        sums = self.sum_of_uses(indicator(self.pre != 0), torch.cat([timing, timed], dim=1))
        self.timing, self.pairs = sums.chunk(2)

    @torch.no_grad()
    def count_updates(self):
        """After the update."""
        change = torch.sign(self.module.weight.detach() - self.before)
        cell = torch.sign(self.before).mul_(9).add_(torch.sign(self.timing), alpha=3).add_(change).add_(13)
        untimed = (self.pairs == 0) & (change != 0)
        cell[untimed] = 27
        counts = torch.bincount(cell.reshape(-1).to(torch.int64), minlength=28)
        self.updates += counts[:27].reshape(3, 3, 3)
        self.untimed += int(counts[27])
