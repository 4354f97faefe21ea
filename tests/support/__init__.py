"""What tests of every kind share: watches over the host and over the event loop."""
