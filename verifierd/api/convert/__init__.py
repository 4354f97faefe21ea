"""Messages of `verifier.v1` to the service's words and back: the only place that knows both.

Reading is strict: a field that this server does not honour is refused by name, never ignored.
"""
