"""The console: pages that show what the audit store holds, to read and never to change."""
