"""Ask whether a pinned dependency has a known vulnerability: `make audit`, by pip-audit.

Exits 1 where one has, 2 where it could not ask. Where no vulnerability database can be reached it says so
and exits 0: a machine without that way out must still be able to test. Hashes are checked at every
installation in any case.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
AUDIT = (sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format", "json")
SECONDS = 300.0
# What of pip-audit's last words tells that a database, and not its input, kept it from an answer.
UNREACHABLE = ("Could not connect to", "is not redirecting properly", "requests.exceptions", "ServiceError")


def main() -> int:
    """Audit the lock of everything, the service's own dependencies among it."""
    if importlib.util.find_spec("pip_audit") is None:
        print("audit: pip-audit is not installed: make setup")
        return 2
    try:
        dependencies = _audited(FOLDER / "dev.lock")
    except subprocess.TimeoutExpired:
        print(f"audit: no vulnerability database answered within {SECONDS:.0f} s; nothing was audited")
        return 0
    except ConnectionError:
        print("audit: no vulnerability database is reachable; nothing was audited")
        return 0
    except ValueError as error:
        print(f"audit: nothing was audited: {error}")
        return 2
    known = [each for each in dependencies if "skip_reason" not in each]
    vulnerable = [each for each in known if each["vulns"]]
    for each in vulnerable:
        for found in each["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "no version yet"
            print(f"audit: {each['name']} {each['version']}: {found['id']}, mended in {fixed}")
    if not known:
        print(f"audit: no vulnerability database is reachable; {len(dependencies)} packages not audited")
    else:
        print(f"audit: {len(known)} of {len(dependencies)} packages audited, {len(vulnerable)} vulnerable")
    return 1 if vulnerable else 0


def _audited(lock: Path) -> list[dict[str, Any]]:
    """Return what pip-audit says of each package of a lock.

    Raises:
        ConnectionError: it could not get through to a database.
        ValueError: it said nothing of them, for another reason.
    """
    done = subprocess.run(
        [*AUDIT, "-r", str(lock)], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    try:
        dependencies: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        if any(words in done.stderr for words in UNREACHABLE):
            raise ConnectionError(done.stderr[-500:]) from None
        raise ValueError(done.stderr.strip()[-500:] or f"pip-audit ended with {done.returncode}") from None
    return dependencies


if __name__ == "__main__":
    sys.exit(main())
