#!/usr/bin/env python3
"""Runs every command of the README, in order, in one temporary folder.

    run_readme.py SOURCE_DIR PROGRAM

Commands stand in ```sh blocks; `./scripts/demo` runs with the program already built, on synthetic images.
`./scripts/test` is what runs this file, so it is only checked to be there.
"""
import os
import re
import subprocess
import sys
import tempfile


def commands_of(readme):
    for block in re.findall(r"^```sh\n(.*?)^```", readme, re.S | re.M):
        yield from (line for line in block.splitlines() if line.strip())


def run(command, folder, environment):
    print("$ " + command, flush=True)
    subprocess.run(["bash", "-c", command], cwd=folder, env=environment, check=True, stdin=subprocess.DEVNULL)


def main():
    source, program = (os.path.abspath(argument) for argument in sys.argv[1:3])
    readme = open(os.path.join(source, "README.md"), encoding="utf-8").read()
    commands = list(commands_of(readme))
    assert len(commands) >= 10, f"README has {len(commands)} commands, expected its examples in ```sh blocks"
    for script in ("./scripts/demo", "./scripts/test"):
        assert re.search("^    " + re.escape(script) + "$", readme, re.M), f"README does not show {script}"
        assert os.access(os.path.join(source, script), os.X_OK), f"{script} cannot be run"

    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(source, "examples"), os.path.join(folder, "examples"))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("STDPSCOPE_")}
        # Debian's python3 comes first: python3-h5py belongs to it.
        environment["PATH"] = os.pathsep.join([os.path.dirname(program), "/usr/bin", environment["PATH"]])
        for command in commands:
            run(command, folder, environment)
        demo = os.path.join(source, "scripts", "demo")
        run(f"{demo} --program {program} --data synthetic:600 --epochs 1 --out demo", folder, environment)
        for report in ("report.html", "demo/report.html"):
            assert os.path.exists(os.path.join(folder, report)), f"no {report}"
        for name in ("relu-lenet", "mixlu-lenet"):
            assert os.path.exists(os.path.join(folder, "demo", name, "run.h5")), f"the demo left no trace of {name}"


if __name__ == "__main__":
    main()
