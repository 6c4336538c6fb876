"""The webhook: which source sent a message, the answer to it, the list of messages; and a
well-behaved sender."""
