"""Looks at a run folder with h5py, which shares nothing with stdpscope but the file format.

usage: check_trace.py RUN_FOLDER LEVEL RECORDS

Every file must follow the rules of docs/schema.md: latest format, checksummed chunks, plain numbers, fixed-length strings,
described datasets; run.h5 must show the rows of the segments, one after the other. Row 0 must hold the values that
test_trusted_reader.cpp has put there.
"""
import glob
import os
import sys

import h5py
import numpy

PLAIN_TYPES = {numpy.dtype(name) for name in ("u1", "<u2", "<u4", "<u8", "i1", "<i4", "<f4", "<f8")}
WORDS = {"commit", "commit_bytes"}
STREAM_AXES = {"record", "sampled_step", "planes_step", "updates_step"}


def datasets_of(file):
    found = {}
    file.visititems(lambda name, item: found.__setitem__(name, item) if isinstance(item, h5py.Dataset) else None)
    return found


def require(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(part) for part in what))


def check_string(type_id, where):
    require(type_id.get_class() == h5py.h5t.STRING, where, "is no string")
    require(not type_id.is_variable_str(), where, "has variable length")
    require(type_id.get_cset() == h5py.h5t.CSET_UTF8, where, "is not UTF-8")


def check_attributes(item, where):
    for name in item.attrs:
        type_id = h5py.h5a.open(item.id, name.encode()).get_type()
        if item.attrs[name].dtype.kind == "S":
            check_string(type_id, f"{where}@{name}")
        else:
            require(item.attrs[name].dtype == numpy.dtype("<u8"), where, name, "is of type", item.attrs[name].dtype)


def check_dataset(name, dataset, is_run):
    for attribute in ("axes", "unit", "description"):
        require(attribute in dataset.attrs, name, "has no attribute", attribute)
    axes = [axis for axis in dataset.attrs["axes"].decode().split(",") if axis]
    require(len(axes) == dataset.ndim, name, "has", dataset.ndim, "axes, described are", axes)
    if name == "README":
        check_string(dataset.id.get_type(), name)
    else:
        require(dataset.dtype in PLAIN_TYPES, name, "is of type", dataset.dtype)
    if name in WORDS:
        require(dataset.chunks is None and dataset.dtype == numpy.dtype("<u8"), name, "is no contiguous word")
        require(dataset.id.get_create_plist().get_alloc_time() == h5py.h5d.ALLOC_TIME_EARLY, name, "is not there early")
    elif axes and axes[0] in STREAM_AXES and is_run:
        require(dataset.is_virtual, name, "is not virtual")
        names = [source.file_name for source in dataset.virtual_sources()]
        require(all(os.path.basename(file_name) == file_name for file_name in names), name, "names", names)
    else:
        require(dataset.fletcher32, name, "has no checksum")
        require(dataset.compression is None, name, "is compressed")
        if axes[0] in STREAM_AXES:
            require(dataset.chunks[0] == 1, name, "has", dataset.chunks[0], "rows a chunk")
            require(dataset.maxshape[0] is None, name, "cannot grow")


def check_file(path, is_run=False):
    with h5py.File(path, "r") as file:
        with open(path, "rb") as raw:
            superblock = raw.read(9)
        require(superblock[8] == 3, path, "has superblock version", superblock[8])
        check_attributes(file, path)
        require(os.path.getsize(path) >= file["commit_bytes"][()], path, "is shorter than committed")
        for name, dataset in datasets_of(file).items():
            check_dataset(name, dataset, is_run)
            check_attributes(dataset, name)
        for name in file["layers"]:
            check_attributes(file["layers"][name], name)
        check_plots(file)


def check_plots(file):
    default = file[file.attrs["default"].decode()]
    require(default.attrs["NX_class"] == b"NXdata", "the default plot is no NXdata")
    plots = []
    file.visititems(lambda name, item: plots.append(item) if item.attrs.get("NX_class") == b"NXdata" else None)
    require(len(plots) > 1, "there are no plots")
    for plot in plots:
        names = [plot.attrs["signal"].decode()]
        names += [name.decode() for name in plot.attrs.get("auxiliary_signals", [])]
        for name in names:
            require(plot[name].ndim == len(plot.attrs["axes"]), plot.name, name, "has other axes")
            require(plot[name].shape == plot[plot.attrs["axes"][0].decode()].shape, plot.name, name, "has other rows")


def check_run_shows_segments(folder, segments):
    with h5py.File(os.path.join(folder, "run.h5"), "r") as run:
        files = [h5py.File(segment, "r") for segment in segments]
        require(run["commit"][()] == sum(file["commit"][()] for file in files), "commit of run.h5 is another")
        for name, dataset in datasets_of(run).items():
            if name in WORDS or name == "README":
                continue
            axis = dataset.attrs["axes"].decode().split(",")[0]
            parts = [file[name][()] for file in files]
            whole = numpy.concatenate(parts) if axis in STREAM_AXES else parts[0]
            require(dataset.dtype == whole.dtype and dataset[()].tobytes() == whole.tobytes(), name, "is another")
        for place, file in enumerate(files):
            before = sum(len(earlier["records/epoch"]) for earlier in files[:place])
            require(file.attrs["first_record"] == before, "first_record of segment", place + 1)
        for file in files:
            file.close()


def check_first_row(run, level):
    events = run["layers/conv1/events/histogram"]
    require(events.shape[1:] == (2, 3, 3, 3, 3), "events have shape", events.shape)
    # population neglu, transmitter +, receptor 0, timing -, response +
    require(events[0, 1, 2, 1, 0, 2] == 12345 and events[0].sum() == 12345, "events hold other values")
    updates = run["layers/dense2/updates/histogram"]
    require(updates.shape[1:] == (2, 3, 3, 3), "updates have shape", updates.shape)
    # population neglu, receptor -, timing +, change 0
    require(updates[0, 1, 0, 2, 1] == 777 and updates[0].sum() == 777, "updates hold other values")
    response = run["layers/dense3/units/response"]
    require(response[0].tolist() == [[1, 2, 3], [4, 5, 6]], "unit responses are", response[0])
    # transmitter +, timing -, response +: change -; receptor 0: potentiation by magnitude; timing -: B first
    categories = run["layers/conv1/categories/events/neglu"]
    require(categories["post_pre_potentiation"][0] == 12345, "the category is another")
    require(sum(categories[name][0] for name in categories if name != "end_step") == 12345, "categories overlap")
    require([name.decode() for name in run.attrs["layers"]] == ["conv1", "dense2", "dense3"], "layers are others")
    require(run["layers/dense2"].attrs["weights_shape"].tolist() == [20, 36], "the weights' shape is another")
    require("µ-net" in run.attrs["configuration"].decode(), "the configuration is another")
    require(run["layers/dense2/population_of_unit"][:4].tolist() == [1, 0, 0, 1], "populations are others")
    if level in ("samples", "planes", "full"):
        synapses = run["layers/dense3/samples/synapse"][()]
        # Five of six synapses, ascending in the order in which post runs fastest.
        require(synapses.shape == (5, 2) and (synapses < [2, 3]).all(), "sampled synapses are", synapses)
        numbers = synapses[:, 1] * 2 + synapses[:, 0]
        require((numpy.diff(numbers.astype(int)) > 0).all(), "sampled synapses are not in order")
    if level in ("planes", "full"):
        planes = run["layers/dense3/planes/pre_activation_positive"]
        require(planes.shape[1:] == (4, 3), "planes have shape", planes.shape)
        samples = run["planes/samples"][()]
        require(samples.min() < 50, "there is no short batch")
        for row, count in enumerate(samples):
            require(not planes[row, -(-int(count) // 16) :].any(), "planes go on beyond the samples in row", row)
    if level == "full":
        # The (2 post x 3 pre) matrix 11 12 13 / 21 22 23.
        update = run["layers/dense3/updates_full/weight_update"]
        require(update[0].tolist() == [[11, 21], [12, 22], [13, 23]], "the weight update is", update[0])
        require(update.attrs["axes"] == b"updates_step,pre,post", "its axes are", update.attrs["axes"])


def main():
    folder, level, records = sys.argv[1], sys.argv[2], int(sys.argv[3])
    segments = sorted(glob.glob(os.path.join(folder, "trace-*.h5")))
    require(len(segments) > 1, "there is one segment only")
    for segment in segments:
        check_file(segment)
    check_file(os.path.join(folder, "run.h5"), is_run=True)
    check_run_shows_segments(folder, segments)
    with h5py.File(os.path.join(folder, "run.h5"), "r") as run:
        require(run.attrs["trace_level"].decode() == level, "the level is", run.attrs["trace_level"])
        require(len(run["records/epoch"]) == records, "there are", len(run["records/epoch"]), "records")
        check_first_row(run, level)


if __name__ == "__main__":
    main()
