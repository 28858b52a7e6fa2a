"""Judges a real server: schemathesis against its API's document, promtool against its figures, ssh-audit against its gateway, and slow
and greedy callers."""
import json
import os
import pathlib
import subprocess
import sys

import slow
from server import Server, connection

HERE = pathlib.Path(__file__).parent


def fuzz(server, seed):
    """Returns whether schemathesis found nothing and called every operation."""
    report = server.folder / "report.json"
    document = f"{server.url}/api/v1/openapi.json"
    environment = dict(os.environ, WATCHMAN_API_KEY=server.key)
    result = subprocess.run(
        [pathlib.Path(sys.executable).parent / "schemathesis", "--config-file", HERE / "schemathesis.toml", "run", document, "--tls-verify", "false",
         "--seed", str(seed), "--report", "json", "--report-json-path", report, "--no-color"],
        cwd=HERE, env=environment, check=False)
    if not report.exists():
        return False
    seen = json.loads(report.read_text())
    operations, cases = seen["operations"], seen["test_cases"]
    print(f"schemathesis: {operations['tested']} of {operations['total']} operations, {cases['generated']} cases, "
          f"{cases['unique_failures']} failures, seed {seed}")
    phases = all(phase["status"] == "success" for phase in seen["phases"].values())
    return result.returncode == 0 and seen["complete"] and phases and operations["tested"] == operations["total"]


def figures(server):
    """Returns whether promtool finds nothing to say of the figures."""
    api = connection(server.port)
    api.request("GET", "/metrics", headers={"Authorization": f"Bearer {server.key}"})
    text = api.getresponse().read()
    result = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
    print(f"promtool: {len(text.splitlines())} lines, {result.stdout.decode() + result.stderr.decode() or 'nothing to say'}")
    return result.returncode == 0 and not result.stdout and not result.stderr


def gateway(server):
    """Returns whether ssh-audit finds nothing in the gateway that it calls a failure."""
    tool = pathlib.Path(sys.executable).parent / "ssh-audit"
    result = subprocess.run([tool, "--json", "-p", str(server.gateway), "127.0.0.1"], capture_output=True, check=False)
    seen = json.loads(result.stdout)
    notes = {(kind, entry["algorithm"]): entry.get("notes", {}) for kind in ("kex", "key", "enc", "mac") for entry in seen[kind]}
    failures = [f"{kind} {name}: {note}" for (kind, name), found in notes.items() for note in found.get("fail", [])]
    print(f"ssh-audit: {len(notes)} algorithms, {'; '.join(failures) or 'no failure'}, "
          f"{sum('warn' in found for found in notes.values())} with a warning")
    return len(notes) > 8 and not failures


def faults(server):
    """What the server's log calls an error."""
    return [line for line in server.log.read_text().splitlines() if line.startswith("error:")]


def main():
    binary = pathlib.Path(os.environ["WATCHMAN_BINARY"]).resolve()
    seed = int(os.environ.get("WATCHMAN_SEED", "1"))
    with Server(binary) as server:
        results = [fuzz(server, seed), figures(server), gateway(server), slow.check(server)]
        errors = faults(server)
        print("\n".join(errors[:10]) or "no error in the server's log")
    return 0 if all(results) and not errors else 1


if __name__ == "__main__":
    sys.exit(main())
