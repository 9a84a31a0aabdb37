"""The training loop that train.py and accounting.py measure; imported in the tuned environment only."""
import itertools
import os

import torch
from torch.nn import functional

import networks
import openblas
import stopwatch

BATCHES = 20  # held in memory, in turn


class ForeachSgd:
    """SGD as torch.optim.SGD, in place on the lists of velocities and weights: one pass less than foreach=True takes."""

    def __init__(self, network):
        self.network = network
        self.groups = {}  # by learning rate: parameters, velocities
        for parameter, rate in networks.rates(network):
            parameters, velocities = self.groups.setdefault(rate, ([], []))
            parameters.append(parameter)
            velocities.append(torch.zeros_like(parameter))

    def zero_grad(self, set_to_none):
        assert set_to_none
        for parameters, _ in self.groups.values():
            for parameter in parameters:
                parameter.grad = None

    @torch.no_grad()
    def step(self):
        for rate, (parameters, velocities) in self.groups.items():
            torch._foreach_mul_(velocities, self.network.momentum)
            torch._foreach_add_(velocities, [parameter.grad for parameter in parameters])
            torch._foreach_add_(velocities, parameters, alpha=self.network.weight_decay)
            torch._foreach_add_(parameters, velocities, alpha=-rate)


def plain_sgd(network):
    groups = [{"params": [parameter], "lr": rate} for parameter, rate in networks.rates(network)]
    return torch.optim.SGD(groups, lr=network.learning_rate, momentum=network.momentum, weight_decay=network.weight_decay)


class Training:
    """A network with its batches; step() trains on the next batch."""

    def __init__(self, options, accounting=None):
        torch.set_num_threads(options.threads)
        plain = getattr(options, "plain", False)
        torch.set_flush_denormal(not plain)
        layout = torch.contiguous_format if plain else torch.channels_last
        self.network = networks.build(options.network)
        self.layers = self.network.layers.to(memory_format=layout)
        batches = networks.noise(self.network, options.batch, BATCHES)
        self.batches = itertools.cycle([(images.contiguous(memory_format=layout), labels) for images, labels in batches])
        self.optimizer = plain_sgd(self.network) if plain else ForeachSgd(self.network)
        self.accounting = accounting(self.network) if accounting else None

    def step(self):
        images, labels = next(self.batches)
        self.optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(self.layers(images), labels).backward()
        if self.accounting:
            self.accounting.count_events()
        self.optimizer.step()
        if self.accounting:
            self.accounting.count_updates()


def facts(options, what):
    return {"what": what, "network": options.network, "batch_size": options.batch, "threads": options.threads,
            "flop_per_sample": networks.training_flop_per_sample(networks.build(options.network)),
            "pytorch": torch.__version__, "cpu_capability": torch.__config__.show().split("CPU capability usage: ")[-1].split()[0],
            "openblas_kernels": os.environ.get(openblas.VARIABLE)}


def run(options):
    training = Training(options)
    what = "PyTorch as installed" if options.plain else "PyTorch tuned"
    stopwatch.report(training.step, options, facts(options, what))


def run_accounting(options, path):
    from recorder import Recorder  # needs h5py

    with Recorder(path) as recorder:
        training = Training(options, accounting=recorder.listen)
        stopwatch.report(training.step, options, facts(options, "PyTorch with accounting"))
