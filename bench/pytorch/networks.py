"""The built-in networks of stdpscope (ann/builtin_networks.cpp) in PyTorch: same shapes, pools, initial weights and rates."""
import collections
import dataclasses

import torch
from torch import nn


@dataclasses.dataclass
class Training:
    """Initial weights N(0, deviation), biases 0; factors on the learning rate."""

    deviation: float = 0.01
    weight_rate: float = 1.0
    bias_rate: float = 1.0


@dataclasses.dataclass
class Network:
    name: str
    input_shape: tuple  # channels, rows, columns
    layers: nn.Sequential
    training: dict  # Training by the name of a layer with weights
    learning_rate: float
    weight_decay: float
    momentum: float = 0.9
    classes: int = 10

    def synapse_layers(self):
        """(name, module) of the layers with weights, in order."""
        return [(name, module) for name, module in self.layers.named_children() if isinstance(module, (nn.Conv2d, nn.Linear))]


def half(pool):
    """Windows of 3 x 3, stride 2, padded by 1 below and to the right: windows are cut at the map's edges, and an average
    is over what is left of its window."""
    return pool(3, stride=2, ceil_mode=True)


def lenet():
    layers = collections.OrderedDict(
        conv1=nn.Conv2d(1, 20, 5), pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(20, 50, 5), pool2=nn.MaxPool2d(2), flat=nn.Flatten(),
        dense3=nn.Linear(800, 500), activation3=nn.ReLU(inplace=True),
        dense4=nn.Linear(500, 10))
    return Network("lenet", (1, 28, 28), nn.Sequential(layers), dict.fromkeys(("conv1", "conv2", "dense3", "dense4"), Training()),
                   learning_rate=0.001, weight_decay=0.0005)


def lenet5():
    layers = collections.OrderedDict(
        conv1=nn.Conv2d(3, 32, 5, padding=2), pool1=half(nn.MaxPool2d), activation1=nn.ReLU(inplace=True),
        conv2=nn.Conv2d(32, 32, 5, padding=2), activation2=nn.ReLU(inplace=True), pool2=half(nn.AvgPool2d),
        conv3=nn.Conv2d(32, 64, 5, padding=2), activation3=nn.ReLU(inplace=True), pool3=half(nn.AvgPool2d), flat=nn.Flatten(),
        dense4=nn.Linear(1024, 64), activation4=nn.ReLU(inplace=True),
        dense5=nn.Linear(64, 10))
    middle = Training(0.05, 0.1, 2.0)
    training = {"conv1": Training(0.01, 0.1, 2.0), "conv2": middle, "conv3": middle, "dense4": middle, "dense5": Training(0.05, 0.01, 0.2)}
    return Network("lenet5", (3, 32, 32), nn.Sequential(layers), training, learning_rate=0.05, weight_decay=0.0001)


def mlp():
    layers = collections.OrderedDict(
        flat=nn.Flatten(),
        dense1=nn.Linear(784, 800), activation1=nn.ReLU(inplace=True),
        dense2=nn.Linear(800, 800), activation2=nn.ReLU(inplace=True),
        dense3=nn.Linear(800, 10))
    pixel_deviation = 80.0
    later = Training((2 / 800) ** 0.5)
    training = {"dense1": Training((2 / 784) ** 0.5 / pixel_deviation, pixel_deviation**-2), "dense2": later, "dense3": later}
    return Network("mlp", (1, 28, 28), nn.Sequential(layers), training, learning_rate=0.01, weight_decay=0.0005)


NETWORKS = {"lenet": lenet, "lenet5": lenet5, "mlp": mlp}


def build(name, seed=0):
    torch.manual_seed(seed)
    network = NETWORKS[name]()
    for layer, module in network.synapse_layers():
        nn.init.normal_(module.weight, 0.0, network.training[layer].deviation)
        nn.init.zeros_(module.bias)
    return network


def rates(network):
    """(parameter, its learning rate) of all parameters."""
    for layer, module in network.synapse_layers():
        yield module.weight, network.learning_rate * network.training[layer].weight_rate
        yield module.bias, network.learning_rate * network.training[layer].bias_rate


def noise(network, batch, batches, seed=0):
    """Batches of random images in -64 .. 64 (the range of grey images without their mean) with random labels."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(batches):
        images = torch.rand((batch, *network.input_shape), generator=generator) * 128 - 64
        yield images, torch.randint(network.classes, (batch,), generator=generator)


def training_flop_per_sample(network):
    """As stdpscope bench counts: 2 a multiply-add of forward pass, weight gradients and data gradients but the first layer's."""
    flop = 0
    shape = torch.zeros((1, *network.input_shape))
    first = True
    with torch.no_grad():
        for module in network.layers:
            shape = module(shape)
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                positions = shape[0, 0].numel() if isinstance(module, nn.Conv2d) else 1
                flop += 2 * (2 if first else 3) * module.weight.numel() * positions
                first = False
    return flop
