"""SandboxFusion's `POST /run_code`, answered by this service: configurations written for it work unchanged.

| module | what for |
|---|---|
| `requests.py` | a request's JSON, checked, as a problem and a candidate |
| `responses.py` | what the program did, as SandboxFusion tells it |
| `server.py` | HTTP, by the standard library: nothing to install beside a trainer, and a thread a request |
| `__main__.py` | the command `verifierd-run-code` |
"""
